package service

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
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
// A PRIMARY deployment that failed wants no tasks, but it and the older ones keep those
// that serve until the service itself has too many. Tasks that are lost then are not
// replaced: nobody has reported what ECS does, and no service event speaks of it.
//
// Source: ECS API reference, DeploymentConfiguration; ECS developer guide, rolling
// updates.
func rollingUpdate(p *planner) intent {
	front := goal{generation: p.primary, wanted: p.desired(), grows: true, yields: atOnce}
	behind := whenReplaced
	if failed(p.primary) {
		front = goal{generation: p.primary, yields: whenSpare}
		behind = whenSpare
	}
	in := intent{goals: []goal{front}, upper: p.upper(), lower: p.lower(), final: front.grows}
	for _, g := range p.older {
		in.goals = append(in.goals, goal{generation: g, yields: behind})
	}
	return in
}

// upper is the most tasks that may be present: D*maximumPercent, rounded down.
func (p *planner) upper() int {
	maximum, _ := p.percentages()
	return p.desired() * maximum / 100
}

// lower is the fewest healthy tasks to keep: D*minimumHealthyPercent, rounded up.
func (p *planner) lower() int {
	_, minimum := p.percentages()
	return (p.desired()*minimum + 99) / 100
}

// percentages have defaults where nothing is said. Source: ECS API reference,
// DeploymentConfiguration.
func (p *planner) percentages() (maximum, minimumHealthy int) {
	maximum, minimumHealthy = 200, 100
	if p.isDaemon() {
		maximum, minimumHealthy = 100, 0
	}
	c := p.service.DeploymentConfiguration
	if c != nil && c.MaximumPercent != nil {
		maximum = int(*c.MaximumPercent)
	}
	if c != nil && c.MinimumHealthyPercent != nil {
		minimumHealthy = int(*c.MinimumHealthyPercent)
	}
	return maximum, minimumHealthy
}

// dropEndedDeployments takes older deployments from the list whose last task has
// stopped. A failed one stays until the rollback has completed.
func (p *planner) dropEndedDeployments() {
	restoring := p.primary.deployment.RestoresID != "" && inProgress(p.primary)
	p.drop(func(g *generation) bool { return g.counts.Left == 0 && !(restoring && failed(g)) })
}

// letDrain marks older deployments whose last tasks have been told to stop. They are
// listed behind those that still have some (ECS0103).
func (p *planner) letDrain() {
	for _, g := range p.older {
		g.deployment.Draining = g.counts.Active == 0 && g.counts.Left > 0 && !failed(g)
	}
	slices.SortStableFunc(p.service.Deployments[1:], func(a, b *state.Deployment) int {
		return count(a.Draining) - count(b.Draining)
	})
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
