package record

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Succeed completes the PRIMARY deployment, to which a rollback goes back from now on.
func (p *Progress) Succeed() {
	d := p.Primary.Deployment
	p.complete()
	if p.Primary.Counts.Active > 0 {
		p.Plan.Do(verb.ResolveImages{DeploymentID: d.ID, RevisionARN: d.Revision.ARN})
	}
	p.Service.Completed = &state.CompletedDeployment{ID: d.ID, Revision: d.Revision}
	p.Plan.Say(event.DeploymentCompleted{Deployment: d.ID})
}

// complete ends the PRIMARY deployment with success.
func (p *Progress) complete() {
	d := p.Primary.Deployment
	d.RolloutState, d.RolloutStateReason = types.DeploymentRolloutStateCompleted, completedReason(d.ID)
	if d.DesiredCount == 0 {
		d.FailedTasks = 0 // ECS counts attempts to place tasks no longer
	}
}
