package servicescheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// retention is for how long a service that is INACTIVE can still be described.
// Source: ECS API reference, DeleteService; the time is not published.
const retention = time.Hour

// drain stops all tasks of a deleted service. That it has none completes a deployment that
// was in progress (ECS0087).
func (p *planner) drain() {
	p.giveUpShift()
	in, left := fulfil.Desired{Final: !p.Primary.Failed()}, 0
	p.Service.Daemons = 0
	p.endRebalancing()
	for _, r := range p.Records {
		p.EndHooks(r)
	}
	for _, g := range p.Generations {
		g.Deployment.DesiredCount = 0
		left += g.Counts.Left
		p.executor.StopAll(g, state.StopServiceDeleted)
		behind := fulfil.AtOnce
		if g != p.Primary {
			behind = fulfil.WhenReplaced
		}
		in.Targets = append(in.Targets, fulfil.Target{Generation: g, Drain: behind})
	}
	p.Drop(func(g *observe.Generation) bool { return g.Counts.Left == 0 })
	p.reachSteadyState(in)
	p.LetDrain()
	endService(p.View, left)
}

// endService makes a deleted service INACTIVE of which no task is left, nor registered anywhere: tools then delete
// at once what its tasks were registered in.
func endService(v *observe.View, left int) {
	if left == 0 && !v.Summary.Registered() && !v.Plan.Early(v.Service.DeletedAt, v.Delays.Inactive) {
		v.Service.InactiveAt = v.Now
		v.Plan.Wake(v.Now.Add(retention))
	}
}

// giveUpShift ends a PRIMARY deployment that shifts traffic: without tasks it never gets to its last stage.
// Recorded answers are of rolling updates alone, so this is the emulator's choice.
func (p *planner) giveUpShift() {
	if p.strategy.Traits().Shifts && p.Primary.InProgress() {
		p.rollout.FailPrimary(p.strategy, record.DeletedReason)
	}
}

// retain forgets an INACTIVE service when its time has come.
func retain(v *observe.View) {
	if end := v.Service.InactiveAt.Add(retention); v.Now.Before(end) {
		v.Plan.Wake(end)
		return
	}
	v.Plan.Do(verb.RemoveService{})
}
