package state

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AgentUpdate is what UpdateContainerAgent has asked for. Its steps follow from the time
// that has passed, so they need no writer.
type AgentUpdate struct {
	At   time.Time
	To   types.VersionInfo
	Done bool // the container instance has that version
}

// Agent is the agent of a container instance at some time.
type Agent struct {
	Version      types.VersionInfo
	UpdateStatus types.AgentUpdateStatus // empty until UpdateContainerAgent
}

// updateSteps are the statuses of an update and when each begins. Source of their order:
// ECS API reference, agentUpdateStatus; how long each lasts is the emulator's own.
var updateSteps = []struct {
	after  time.Duration
	status types.AgentUpdateStatus
}{
	{0, types.AgentUpdateStatusPending},
	{5 * time.Second, types.AgentUpdateStatusStaging},
	{15 * time.Second, types.AgentUpdateStatusStaged},
	{20 * time.Second, types.AgentUpdateStatusUpdating},
	{30 * time.Second, types.AgentUpdateStatusUpdated},
}

// AgentAt is the agent at a time after the last change of the container instance. One that
// is not connected does not learn that it shall update.
func (c *ContainerInstance) AgentAt(now time.Time) Agent {
	agent := Agent{Version: c.Version}
	update := c.AgentUpdate
	if update == nil {
		return agent
	}
	agent.UpdateStatus = updateSteps[0].status
	for _, step := range updateSteps {
		if update.Done || c.AgentConnected && !now.Before(update.At.Add(step.after)) {
			agent.UpdateStatus = step.status
		}
	}
	if agent.UpdateStatus == types.AgentUpdateStatusUpdated && !update.Done {
		agent.Version = update.To
	}
	return agent
}

// agentUpdatesSince is zero where no update is under way.
func (c *ContainerInstance) agentUpdatesSince() time.Time {
	if c.AgentUpdate == nil || c.AgentUpdate.Done || c.Status == InstanceInactive {
		return time.Time{}
	}
	return c.AgentUpdate.At
}

// EndAgentUpdates writes the versions of the agents that have come to the end of their
// update.
func EndAgentUpdates(tx *store.Tx, now time.Time) {
	took := updateSteps[len(updateSteps)-1].after
	for _, old := range updatingAgents.Before(tx, now.Add(-took)) {
		agent := old.AgentAt(now)
		if agent.UpdateStatus != types.AgentUpdateStatusUpdated {
			continue
		}
		c, update := *old, *old.AgentUpdate
		update.Done = true
		c.Version, c.AgentUpdate = agent.Version, &update
		PutContainerInstance(tx, &c, now)
	}
}
