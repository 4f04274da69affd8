package execagent

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/state"

// Connection is what ExecuteCommand finds of a container's agent.
type Connection int

// Connections, with what ExecuteCommand answers. Source: field reports of its errors (tasks.md
// E.12).
const (
	// NotRunning: InvalidParameterException. The task does not run, or was run without
	// ExecuteCommand, or the agent does not run.
	NotRunning Connection = iota
	// NotConnected: TargetNotConnectedException. The agent cannot be reached.
	NotConnected
	Connected
)

// ConnectionTo is what ExecuteCommand finds of the agent of a task's container. The agents of
// tasks on container instances that were registered by hand run elsewhere: none is connected.
func ConnectionTo(t *state.Task, container string) Connection {
	c := t.Status.Container(container)
	switch {
	case c == nil || t.Status.LastStatus != state.Running:
		return NotRunning
	case t.Placement.ByHand && c.ExecAgent.Status == state.Pending: // it may not be reported at all
		return NotConnected
	case c.ExecAgent.Status != state.Running:
		return NotRunning
	case t.Placement.ByHand || c.ExecAgent.Disconnected:
		return NotConnected
	default:
		return Connected
	}
}
