package agent

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAdoptedTasksShowTheirExecAgents: nothing else may change about a task of an earlier version, whose
// row knows no agents.
func TestAdoptedTasksShowTheirExecAgents(t *testing.T) {
	withAgent(t, func(b *bench) {
		with, without := b.run(container("web")), b.run(container("web"))
		b.stop()
		b.task(with).Spec.EnableExecuteCommand = true // as in a row of that version: no agent has been made
		b.start()
		b.expect("agent", b.task(with).Status.Containers[0].ExecAgent, state.ManagedAgent{
			Status: state.Stopped,
			Reason: "ExecuteCommandAgent Initialization failed - the container has nothing to run sessions with",
		})
		b.expect("agent without ECS Exec", b.task(without).Status.Containers[0].ExecAgent, state.ManagedAgent{})
		b.expect("task", b.task(with).Status.LastStatus, state.Running)
	})
}
