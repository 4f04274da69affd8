package task

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// managedAgent takes what is said of the execute command agent of a container, which may start
// again after it has stopped. Words of the refusals are the emulator's own.
// Source: amazon-ecs-agent for what it reports (runtime.md F.8). Nothing is shown of the reason of
// one that runs (recorded-exec.md X4).
func (r *report) managedAgent(change types.ManagedAgentStateChange) error {
	name := aws.ToString(change.ContainerName)
	c := r.status.Container(name)
	status := aws.ToString(change.Status)
	switch {
	case c == nil:
		return kit.InvalidParameter("Container " + name + " is not found in the task.")
	case !slices.Contains([]string{state.Pending, state.Running, state.Stopped}, status):
		return kit.InvalidParameter("Managed agent status should be one of [PENDING,RUNNING,STOPPED]")
	case c.ExecAgent.Status == "":
		return kit.InvalidParameter("Container " + name + " has no managed agent ExecuteCommandAgent.")
	case c.ExecAgent.Status == status || c.Phase == state.ContainerStopped:
		return nil
	}
	c.ExecAgent = state.ManagedAgent{Status: status}
	switch status {
	case state.Running:
		c.ExecAgent.StartedAt = r.now
	case state.Stopped:
		c.ExecAgent.Reason = aws.ToString(change.Reason)
	}
	return nil
}

// withoutAgents is a status without what ECS does not announce.
// Source: recorded versions of tasks with agents (recorded-exec.md X2).
func withoutAgents(s state.TaskStatus) state.TaskStatus {
	s = s.Clone()
	for i := range s.Containers {
		s.Containers[i].ExecAgent = state.ManagedAgent{}
	}
	return s
}
