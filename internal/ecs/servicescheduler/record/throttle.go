package record

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// InheritThrottle has a new PRIMARY deployment go on with the throttle of the one before it, if
// both have one task definition. So it does with the throttle of the service in a state file of before.
func (p *Progress) InheritThrottle() {
	d, kept := p.Primary.Of, p.Kept()
	if before := p.Service.Throttle; before.Failures > 0 {
		p.Service.Throttle = state.Throttle{}
		if kept != nil && kept.Of.Revision.TaskDefinition == before.TaskDefinition {
			kept.Of.Throttle = state.Throttle{Failures: before.Failures, Until: before.Until}
		}
	}
	if kept != p.Primary || d.Throttle.Failures > 0 || p.Primary.Counts.Started > 0 {
		return
	}
	for _, g := range p.Older() { // there may be some between that no decision has seen
		before := g.Of
		if before.Revision.TaskDefinition != d.Revision.TaskDefinition {
			return
		}
		if before.Throttle.Failures > 0 {
			d.Throttle, before.Throttle = before.Throttle, state.Throttle{}
			return
		}
	}
}

// HasTasks reports whether a generation is to have tasks.
func (p *Progress) HasTasks(g *observe.Generation) bool {
	return g == p.Kept() || g.Of.DesiredCount > 0
}

// LiftThrottles ends the throttles of deployments that have failed, where the one that is kept has another task definition.
func (p *Progress) LiftThrottles() {
	kept := p.Kept()
	for _, g := range p.Generations {
		if g.Failed() && kept != nil && kept.Of.Revision.TaskDefinition != g.Of.Revision.TaskDefinition {
			g.Of.Throttle = state.Throttle{}
		}
	}
}
