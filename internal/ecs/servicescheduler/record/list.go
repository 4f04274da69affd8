package record

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// DropEnded takes older deployments from the list whose last task has
// stopped. A failed one stays until the rollback has completed, and the one that is kept when
// PRIMARY has failed until another takes its place.
func (p *Progress) DropEnded() {
	restoring, kept := p.Primary.Deployment.RestoresID != "" && p.Primary.InProgress(), p.Kept()
	p.Drop(func(g *observe.Generation) bool {
		return g.Counts.Left == 0 && g != kept && !p.keeps(g) && !(restoring && g.Failed())
	})
}

// LetDrain marks older deployments whose last tasks have been told to stop. They are
// listed behind those that still have some (ECS0103).
func (p *Progress) LetDrain() {
	kept := p.Kept()
	p.Primary.Deployment.Draining = false
	for _, g := range p.Older() {
		g.Deployment.Draining = g.Counts.Active == 0 && g.Counts.Left > 0 && !g.Failed() && g != kept && g.Deployment.DesiredCount == 0
	}
	sorting.By(p.Service.Deployments, func(a, b *state.Deployment) int { return sorting.FalseFirst(a.Draining, b.Draining) })
}

// keeps reports whether a generation stays in the list although it has no task: between the two of a
// deployment that shifts traffic, both are listed until it has ended.
func (p *Progress) keeps(g *observe.Generation) bool {
	r := p.shiftRecord()
	return r != nil && (g.Deployment.ID == r.Shift.Source || g.Deployment.ID == r.Target.DeploymentID)
}

// shiftRecord is the service deployment of a strategy that shifts traffic which the PRIMARY deployment is
// of, or nil.
func (p *Progress) shiftRecord() *state.ServiceDeployment {
	r := p.Record(p.Service.Primary())
	if r == nil {
		r = p.Stands
	}
	if r == nil || r.Shift == nil {
		return nil
	}
	return r
}

// Drop takes older deployments from the list.
func (p *Progress) Drop(ended func(*observe.Generation) bool) {
	p.Generations = slices.DeleteFunc(p.Generations, func(g *observe.Generation) bool {
		if g == p.Primary || !ended(g) {
			return false
		}
		p.Plan.Do(verb.ForgetDeployment{ID: g.Deployment.ID})
		p.Service.Deployments = slices.DeleteFunc(p.Service.Deployments, func(d *state.Deployment) bool {
			return d == g.Deployment
		})
		return true
	})
}
