package task

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// describeManagedAgents is the execute command agent of a container as DescribeTasks shows it; nil
// where the task has none. Source: recorded answers (recorded-exec.md X4).
func describeManagedAgents(agent *state.ManagedAgent) []types.ManagedAgent {
	if agent.Status == "" {
		return nil
	}
	return []types.ManagedAgent{{
		LastStartedAt: kit.Instant(&agent.StartedAt), LastStatus: &agent.Status,
		Name: types.ManagedAgentNameExecuteCommandAgent, Reason: kit.Optional(&agent.Reason),
	}}
}

// managedAgentDetail is an agent as events show it. Source: recorded events (recorded-exec.md X2),
// in which lastStatus is called status, and which have no reason.
type managedAgentDetail struct {
	LastStartedAt *string
	Name          types.ManagedAgentName
	Status        *string
}

func managedAgentDetails(agents []types.ManagedAgent) []managedAgentDetail {
	var details []managedAgentDetail
	for _, a := range agents {
		details = append(details, managedAgentDetail{LastStartedAt: kit.EventTime(a.LastStartedAt), Name: a.Name, Status: a.LastStatus})
	}
	return details
}
