package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// rebalances reports whether the service may be rebalanced now. That ENABLED is nothing that its
// placement forbids, CreateService and UpdateService see to.
func (p *planner) rebalances() bool {
	d := p.Primary.Deployment
	return p.Service.AvailabilityZoneRebalancing == types.AvailabilityZoneRebalancingEnabled && !p.IsDaemon() &&
		d.Revision.TasksLaunchType() != types.LaunchTypeExternal && p.Service.Status() == state.ServiceActive &&
		d.RolloutState == types.DeploymentRolloutStateCompleted && len(p.Older()) == 0 && p.Upper() > p.DesiredCount()
}

// endRebalancing ends it where a deployment has begun, or the service is changed.
func (p *planner) endRebalancing() {
	if !p.rebalances() {
		p.executor.EndRebalancing()
	}
}
