package service

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// setDesiredCounts gives all tasks to the PRIMARY deployment, or none if it failed.
func (p *planner) setDesiredCounts() {
	for _, g := range p.older {
		g.deployment.DesiredCount = 0
	}
	p.primary.deployment.DesiredCount = p.desired()
	if failed(p.primary) {
		p.primary.deployment.DesiredCount = 0
	}
}

// dropEndedDeployments takes older deployments from the list whose last task has
// stopped. A failed one stays until the rollback has completed.
func (p *planner) dropEndedDeployments() {
	restoring := p.primary.deployment.RestoresID != "" &&
		p.primary.deployment.RolloutState == types.DeploymentRolloutStateInProgress
	p.drop(func(g *generation) bool { return g.counts.Left == 0 && !(restoring && failed(g)) })
}

func (p *planner) drop(ended func(*generation) bool) {
	p.older = slices.DeleteFunc(p.older, func(g *generation) bool {
		if !ended(g) {
			return false
		}
		p.do(ForgetDeployment{g.deployment.ID})
		p.service.Deployments = slices.DeleteFunc(p.service.Deployments, func(d *state.Deployment) bool {
			return d == g.deployment
		})
		return true
	})
}

// reachSteadyState announces that all desired tasks run and are healthy and that
// nothing of older deployments is left; the first time that completes the PRIMARY
// deployment. While nothing changes, it is announced again every six hours.
//
// Source: ECS developer guide, service event messages; field reports.
func (p *planner) reachSteadyState() {
	g, d := p.primary, p.primary.deployment
	others := slices.ContainsFunc(p.older, func(g *generation) bool { return g.counts.Left > 0 })
	wanted, counts := d.DesiredCount, g.counts
	if failed(g) || others || g.healthy != wanted || counts.Active != wanted || counts.Running != wanted || counts.Pending > 0 {
		p.service.Steady = false
		return
	}
	if d.RolloutState == types.DeploymentRolloutStateInProgress {
		d.RolloutState = types.DeploymentRolloutStateCompleted
		d.RolloutStateReason = completedReason(d.ID)
		p.service.Completed = &state.CompletedDeployment{ID: d.ID, Revision: d.Revision}
		p.drop(func(*generation) bool { return true })
		p.say(deploymentCompleted(p.service.Name, d.ID))
		p.service.Steady = false
	}
	message := steadyState(p.service.Name)
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
	p.say(message)
	p.wake(p.now.Add(repeatAfter))
}
