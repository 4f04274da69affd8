package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// drop takes older deployments from the list.
func (p *planner) drop(ended func(*generation) bool) {
	p.older = slices.DeleteFunc(p.older, func(g *generation) bool {
		if !ended(g) {
			return false
		}
		p.do(verb.ForgetDeployment{ID: g.deployment.ID})
		p.service.Deployments = slices.DeleteFunc(p.service.Deployments, func(d *state.Deployment) bool {
			return d == g.deployment
		})
		return true
	})
}

// reachSteadyState announces that everything is as it is wanted; the first time that
// completes the PRIMARY deployment. While nothing changes, it is announced again every
// six hours.
//
// Source: ECS developer guide, service event messages; field reports.
func (p *planner) reachSteadyState(in desired) {
	if !in.final || !in.reached() {
		p.service.Steady = false
		p.succeedEarly()
		p.succeedUnbalanced(in)
		return
	}
	if p.settling() || p.alarmsBake() {
		return
	}
	if inProgress(p.primary) {
		p.succeed()
		p.service.Steady = false
	}
	p.drop(func(*generation) bool { return true })
	message := p.sentence(event.SteadyState{})
	if p.service.Steady {
		at := slices.IndexFunc(p.in.Events, func(e types.ServiceEvent) bool { return *e.Message == message })
		if at >= 0 {
			if again := p.in.Events[at].CreatedAt.Add(repeatAfter); p.now.Before(again) {
				p.wake(again)
				return
			}
		}
	}
	p.service.Steady = true
	p.say(event.SteadyState{})
	p.wake(p.now.Add(repeatAfter))
}

// succeed completes the PRIMARY deployment, to which a rollback goes back from now on.
func (p *planner) succeed() {
	d := p.primary.deployment
	p.complete()
	if p.primary.counts.Active > 0 {
		p.do(verb.ResolveImages{DeploymentID: d.ID, RevisionARN: d.Revision.ARN})
	}
	p.service.Completed = &state.CompletedDeployment{ID: d.ID, Revision: d.Revision}
	p.say(event.DeploymentCompleted{Deployment: d.ID})
}

// complete ends the PRIMARY deployment with success.
func (p *planner) complete() {
	d := p.primary.deployment
	d.RolloutState, d.RolloutStateReason = types.DeploymentRolloutStateCompleted, completedReason(d.ID)
	if d.DesiredCount == 0 {
		d.FailedTasks = 0 // ECS counts attempts to place tasks no longer
	}
}
