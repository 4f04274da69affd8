package strategy

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
)

// rollingUpdate keeps between lower and upper tasks while the PRIMARY deployment
// replaces the tasks of older ones: starts come first as far as upper allows, then stops
// as far as lower does. Tasks that do not serve anyway are stopped at once.
//
//	D=4, 200/100: upper 8, lower 4: start 4; stop each old one when a new one is healthy.
//	D=4, 100/50:  upper 4, lower 2: start 0, stop 2; start 2; when they are healthy, stop 2.
//	D=2, 100/75:  upper 2, lower 2: start 0, stop 0: nothing can move (announceDeadlock).
//	D=3, 125/66:  upper 3, lower 2: start 0, stop 1; start 1; …
//
// Once the PRIMARY deployment has failed, another generation replaces the others: see observe.KeptDeployment.
// Where there is none, all keep the tasks that serve until the service has too many, and what
// is lost is not replaced.
//
// Source: ECS API reference, DeploymentConfiguration; ECS developer guide, rolling
// updates.
func rollingUpdate(p Rollout) fulfil.Desired {
	p.DropEnded()
	in := fulfil.Desired{Bounds: p.bounds(), Final: !p.Primary.Failed()}
	kept := p.Kept()
	for _, g := range p.Generations {
		switch {
		case g == kept:
			in.Targets = append(in.Targets, fulfil.Target{Generation: g, Wanted: p.DesiredCount(), Grows: true, Drain: fulfil.AtOnce})
		case kept == nil:
			in.Targets = append(in.Targets, fulfil.Target{Generation: g, Drain: fulfil.WhenSpare, Idle: p.idle(g)})
		default:
			in.Targets = append(in.Targets, fulfil.Target{Generation: g, Drain: fulfil.WhenReplaced, Idle: p.idle(g)})
		}
	}
	return in
}

// idle reports whether the target groups that an older generation's tasks are in have no production traffic, while the
// PRIMARY deployment's have: a rolling update follows one that had begun to shift traffic.
func (p Rollout) idle(g *observe.Generation) bool {
	serves := func(g *observe.Generation) bool {
		balancers, groups := p.between(g)
		return groups == nil || shift.ServesPart(balancers, groups, p.Rules)
	}
	return g != p.Primary && serves(p.Primary) && !serves(g)
}

// Rolling is the strategy ROLLING: new tasks replace old ones a few at a time.
type Rolling struct{}

func (Rolling) Advance(p Rollout) bool           { return p.joinServing() }
func (Rolling) Breaks(Rollout) bool              { return true }
func (Rolling) Alarmed(Rollout) bool             { return true }
func (Rolling) Desired(p Rollout) fulfil.Desired { return rollingUpdate(p) }

// Fail implements Strategy: the deployment wants no tasks any more, unless it is the one to be kept. What serves is to be gone
// back to, also if the update has not begun.
func (Rolling) Fail(p Rollout) {
	p.joinServing()
	p.Primary.Deployment.DesiredCount = 0
}

func (Rolling) Traits() Traits                           { return Traits{SucceedsEarly: true} }
func (Rolling) RollBack(p Rollout, reason, cause string) { p.DeployCompleted(reason, cause) }
