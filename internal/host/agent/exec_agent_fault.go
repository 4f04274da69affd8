package agent

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/state"

// LookAtExecAgents has faults of execute command agents begin and end.
func (a *Agent) LookAtExecAgents() {
	for _, t := range state.AllTasks(a.Store.Read()) {
		if t.Spec.EnableExecuteCommand && !t.Ended() {
			a.watch.Wake(t.ARN)
		}
	}
}
