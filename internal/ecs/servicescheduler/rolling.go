package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// rollingUpdate keeps between lower and upper tasks while the PRIMARY deployment
// replaces those of older ones: starts come first as far as upper allows, then stops
// as far as lower does. Tasks that do not serve anyway are stopped at once.
//
//	D=4, 200/100: upper 8, lower 4: start 4; stop each old one when a new one is healthy.
//	D=4, 100/50:  upper 4, lower 2: start 0, stop 2; start 2; when they are healthy, stop 2.
//	D=2, 100/75:  upper 2, lower 2: start 0, stop 0: nothing can move (announceDeadlock).
//	D=3, 125/66:  upper 3, lower 2: start 0, stop 1; start 1; …
//
// Once the PRIMARY deployment has failed, another generation replaces the others: see kept.
// Where there is none, all keep the tasks that serve until the service has too many, and what
// is lost is not replaced.
//
// Source: ECS API reference, DeploymentConfiguration; ECS developer guide, rolling
// updates.
func rollingUpdate(p *planner) desired {
	in := desired{upper: p.upper(), lower: p.lower(), final: !failed(p.primary)}
	kept := p.kept()
	for _, g := range p.all() {
		switch {
		case g == kept:
			in.targets = append(in.targets, target{generation: g, wanted: p.desiredCount(), grows: true, drain: atOnce})
		case kept == nil:
			in.targets = append(in.targets, target{generation: g, drain: whenSpare, idle: p.idle(g)})
		default:
			in.targets = append(in.targets, target{generation: g, drain: whenReplaced, idle: p.idle(g)})
		}
	}
	return in
}

// idle reports whether the target groups that an older generation's tasks are in have no production traffic, while the
// PRIMARY deployment's have: a rolling update follows one that had begun to shift traffic.
func (p *planner) idle(g *generation) bool {
	serves := func(g *generation) bool {
		balancers, groups := p.between(g)
		return groups == nil || shift.ServesPart(balancers, groups, p.in.Rules)
	}
	return g != p.primary && serves(p.primary) && !serves(g)
}

// kept is the generation that is to have the desired count of tasks; nil: none is, and the service
// stalls. See keptDeployment.
func (p *planner) kept() *generation {
	d := observe.KeptDeployment(p.service)
	for _, g := range p.all() {
		if g.deployment == d {
			return g
		}
	}
	return nil
}

// upper is the most tasks that may be present: D*maximumPercent, rounded down.
func (p *planner) upper() int {
	maximum, _ := bounds.Percentages(p.service.DeploymentConfiguration, p.service.SchedulingStrategy)
	return p.desiredCount() * maximum / 100
}

// lower is the fewest healthy tasks to keep: D*minimumHealthyPercent, rounded up.
func (p *planner) lower() int {
	_, minimum := bounds.Percentages(p.service.DeploymentConfiguration, p.service.SchedulingStrategy)
	return (p.desiredCount()*minimum + 99) / 100
}

// dropEndedDeployments takes older deployments from the list whose last task has
// stopped. A failed one stays until the rollback has completed, and the one that is kept when
// PRIMARY has failed until another takes its place.
func (p *planner) dropEndedDeployments() {
	restoring, kept := p.primary.deployment.RestoresID != "" && inProgress(p.primary), p.kept()
	p.drop(func(g *generation) bool {
		return g.counts.Left == 0 && g != kept && !p.keeps(g) && !(restoring && failed(g))
	})
}

// letDrain marks older deployments whose last tasks have been told to stop. They are
// listed behind those that still have some (ECS0103).
func (p *planner) letDrain() {
	kept := p.kept()
	p.primary.deployment.Draining = false
	for _, g := range p.older {
		g.deployment.Draining = g.counts.Active == 0 && g.counts.Left > 0 && !failed(g) && g != kept && g.deployment.DesiredCount == 0
	}
	sorting.By(p.service.Deployments, func(a, b *state.Deployment) int {
		return count(a.Draining) - count(b.Draining)
	})
}
