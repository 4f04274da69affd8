package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
)

// reachSteadyState announces that everything is as it is wanted; the first time that
// completes the PRIMARY deployment. While nothing changes, it is announced again every
// six hours.
//
// Source: ECS developer guide, service event messages; field reports.
func (p *planner) reachSteadyState(in fulfil.Desired) {
	if !in.Final || !in.Reached() {
		p.Service.Steady = false
		p.succeedEarly()
		p.rollout.SucceedUnbalanced(in)
		return
	}
	if p.settling() || p.alarmsBake() {
		return
	}
	if p.Primary.InProgress() {
		p.Succeed()
		p.Service.Steady = false
	}
	p.Drop(func(*observe.Generation) bool { return true })
	if p.Service.Steady {
		p.Plan.SayUnlessSaid(event.SteadyState{})
		return
	}
	p.Service.Steady = true
	p.Plan.SayAnyway(event.SteadyState{})
}
