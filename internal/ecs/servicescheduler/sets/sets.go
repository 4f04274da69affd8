// Package sets decides about services whose tasks come of task sets. Each set has its share of the desired count to itself: its
// owner says how large that is, which set is PRIMARY and which one goes, so that there is nothing to roll out, to judge or to
// go back from.
//
//	D=4, blue 100 %, green 50 %: blue 4, green 2
package sets

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// kind has task sets be what package fulfil brings about. Events always name them.
type kind struct{}

var _ fulfil.Kind = kind{}

func (kind) Names() bool                        { return true }
func (kind) Among(g *observe.Generation) string { return g.Of.ID }
func (kind) Attempted(*observe.Generation)      {} // nothing fails with a task set

// Keep starts and stops tasks as the task sets of a service are to have them, finds out which of these are steady, and removes
// those that have come to their end. It returns how many tasks are left.
func Keep(v *observe.View) (left int) {
	executor := fulfil.New(v, kind{})
	executor.AnnounceTargets()
	executor.CountFailures()
	executor.ThrottleFailedStarts(func(g *observe.Generation) bool { return wanted(v, g.Set) > 0 })
	for _, g := range v.Generations {
		if g.Set.Drains(v.Service) {
			g.Of.DesiredCount = 0
			executor.StopAll(g, causeOfEnd(v.Service))
		}
	}
	in := desired(v)
	executor.CarryOut(in)
	settle(v, in)
	put(v)
	for _, g := range v.Generations {
		left += g.Counts.Left
	}
	return left
}

// desired is what is wanted of each task set that stays. None replaces another, so each has the bounds for itself. By them
// tasks leave container instances that drain, and those that fail their health checks give way to others.
//
// Source: services.md A.3; that the percentages are of a set's own count is the emulator's choice.
func desired(v *observe.View) fulfil.Desired {
	in := fulfil.Desired{Apart: true}
	maximum, minimumHealthy := bounds.Percentages(v.Service.DeploymentConfiguration, v.Service.SchedulingStrategy)
	for _, g := range v.Generations {
		if g.Set.Drains(v.Service) {
			continue
		}
		n := wanted(v, g.Set)
		in.Targets = append(in.Targets, fulfil.Target{
			Generation: g, Wanted: n, Grows: true, Drain: fulfil.AtOnce,
			Own: fulfil.Bounds{Upper: n * max(maximum, 100) / 100, Lower: (n*minimumHealthy + 99) / 100},
		})
	}
	return in
}

// share is how many tasks a task set is to have (ECS0334.3).
func share(v *observe.View, t *taskset.TaskSet) int {
	if t.Drains(v.Service) {
		return 0
	}
	return bounds.Share(v.Service.DesiredCount, t.Scale)
}

// wanted is the share of a task set, or what it was to have before, while the scheduler has not looked yet at what was asked
// for.
func wanted(v *observe.View, t *taskset.TaskSet) int {
	n, delay := share(v, t), v.Delays.PickUp
	if n < t.DesiredCount {
		delay = v.Delays.PickUpLess
	}
	if n != t.DesiredCount && v.Plan.Early(askedAt(v.Service, t), delay) {
		return t.DesiredCount
	}
	return n
}

// askedAt is when the count of a task set was changed last, by its scale or by the desired count of its service.
func askedAt(s *state.Service, t *taskset.TaskSet) time.Time {
	if s.Resized != nil && s.Resized.At.After(t.AskedAt) {
		return s.Resized.At
	}
	return t.AskedAt
}

func causeOfEnd(s *state.Service) state.StopCause {
	if s.Status() == state.ServiceDraining {
		return state.StopServiceDeleted
	}
	return state.StopScaledIn
}

// put adds to the plan what has changed of the task sets. A set that drains goes with the last of its tasks, which no request
// may reach any more.
func put(v *observe.View) {
	for i, g := range v.Generations {
		before, t := v.Sets[i], g.Set
		switch {
		case t.Drains(v.Service) && g.Counts.Left == 0 && g.Counts.Registered <= g.Counts.Deregistered:
			v.Plan.Do(verb.RemoveTaskSet{ARN: t.ARN})
		case before.Generation != t.Generation || before.Stability != t.Stability:
			v.Plan.Do(verb.PutTaskSet{TaskSet: t})
		}
	}
}
