package servicescheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	cw "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// TestTrafficIsServedWhileAServiceChanges does anything to a service that shifts traffic: releases, scaling,
// other strategies, answers of hooks, failures, a load balancer that is away, time. Traffic is never
// led to a group without a healthy target while the other one has some, and no such group loses its last one;
// tasks are in the group of their revision; and once the world behaves, the service comes to rest.
func TestTrafficIsServedWhileAServiceChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawShift(t)
		f := newShiftFixture(t, c, func(s *state.Service) { s.DesiredCount = rapid.IntRange(0, 3).Draw(t, "desired") })
		actions := f.ordeal()
		watch := func(do func(*rapid.T)) func(*rapid.T) {
			return func(t *rapid.T) { do(t); f.checkShift() }
		}
		actions["schedule"] = func(*rapid.T) { f.scheduleWatched() }
		actions["work"] = func(*rapid.T) { f.work() }
		actions["work 2"] = func(*rapid.T) { f.scheduleWatched(); f.work() }
		actions["hear"] = func(*rapid.T) { f.obeyRules() }
		actions["release"] = func(*rapid.T) { f.now = f.now.Add(time.Second); f.release() }
		actions["configure"] = func(t *rapid.T) {
			c := drawShift(t)
			f.change(func(s *state.Service) { s.DeploymentConfiguration = &c })
		}
		actions["scale"] = func(t *rapid.T) {
			n := rapid.IntRange(0, 3).Draw(t, "desired")
			f.change(func(s *state.Service) { s.DesiredCount = n })
		}
		actions["answer"] = func(*rapid.T) { f.answer("") }
		actions["refuse"] = func(*rapid.T) { f.answer("no") }
		actions["alarm"] = func(t *rapid.T) {
			f.alarm(rapid.SampledFrom(cw.StateValue("").Values()).Draw(t, "state"))
		}
		actions["wait"] = func(t *rapid.T) {
			f.now = f.now.Add(time.Duration(rapid.SampledFrom([]int{1, 60, 600, 90_000}).Draw(t, "seconds")) * time.Second)
		}
		actions["lose target"] = func(t *rapid.T) {
			f.disturb(t, running, func(task *state.Task) { f.target(task, state.TargetUnhealthy) })
		}
		for name, do := range actions {
			actions[name] = watch(do)
		}
		t.Repeat(actions)
		f.comeToRest()
	})
}

func drawShift(t *rapid.T) types.DeploymentConfiguration {
	c := types.DeploymentConfiguration{
		Strategy:            rapid.SampledFrom(types.DeploymentStrategy("").Values()).Draw(t, "strategy"),
		BakeTimeInMinutes:   aws.Int32(rapid.SampledFrom([]int32{0, 5, 1440}).Draw(t, "bake")),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
		LinearConfiguration: &types.LinearConfiguration{StepPercent: aws.Float64(40), StepBakeTimeInMinutes: aws.Int32(1)},
		MaximumPercent:      aws.Int32(rapid.SampledFrom([]int32{200, 300}).Draw(t, "maximum")), MinimumHealthyPercent: aws.Int32(100),
		DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: rapid.Bool().Draw(t, "breaker"), Rollback: rapid.Bool().Draw(t, "rollback")},
	}
	if rapid.Bool().Draw(t, "alarms") {
		c.Alarms = &types.DeploymentAlarms{Enable: true, Rollback: rapid.Bool().Draw(t, "back"), AlarmNames: []string{"slow", "gone"}}
	}
	for range rapid.IntRange(0, 2).Draw(t, "hooks") {
		at := rapid.SampledFrom(allStages).Draw(t, "stage")
		hook := lambdaAt(at)
		if at != types.DeploymentLifecycleHookStageTestTrafficShift && at != types.DeploymentLifecycleHookStageProductionTrafficShift && rapid.Bool().Draw(t, "pause") {
			hook = pauseAt(at)
		}
		c.LifecycleHooks = append(c.LifecycleHooks, hook)
	}
	return c
}

// healthyIn counts the healthy tasks of each target group that are not told to stop.
func (f *shiftFixture) healthyIn() map[string]int {
	n := map[string]int{}
	for _, t := range f.tasks() {
		if t.Stop == nil && running(t) && t.Spec.Balanced() && t.Health() == types.HealthStatusHealthy {
			n[*t.Spec.LoadBalancers[0].TargetGroupArn]++
		}
	}
	return n
}

// scheduleWatched lets the scheduler act, and looks after each step at what it has done to traffic.
func (f *shiftFixture) scheduleWatched() {
	f.t.Helper()
	for range 200 {
		_, before := elbv2.Forwarding(f.store.Read(), f.live)
		healthy := f.healthyIn()
		plan := f.reconcile(serviceARN)
		f.wakeAt = plan.WakeAt
		_, after := elbv2.Forwarding(f.store.Read(), f.live)
		left := f.healthyIn()
		for group, other := range map[string]string{f.blue: f.green, f.green: f.blue} {
			if after[group]*(before[group]+before[other]) > before[group]*(after[group]+after[other]) && left[group] == 0 && left[other] > 0 {
				f.t.Fatalf("traffic is led to a group without a healthy target: %v, then %v: %s", before, after, f.state())
			}
			if f.service().DesiredCount > 0 && after[group] > 0 && healthy[group] > 0 && left[group] == 0 && after[other] == 0 {
				f.t.Fatalf("the group with all traffic has lost its last task: %s", f.state())
			}
			if d := f.service().DesiredCount; before[group] == 0 && after[group] == 0 && d > 0 && left[group] > 6*d {
				f.t.Fatalf("%d tasks in a group: %s", left[group], f.state())
			}
		}
		if len(plan.Verbs) == 0 {
			return
		}
	}
	f.t.Fatalf("the scheduler does not come to rest: %s", f.state())
}

// checkShift is what holds at each moment.
func (f *shiftFixture) checkShift() {
	f.t.Helper()
	s, primaries := f.service(), 0
	groups := map[string]string{}
	for _, d := range s.Deployments {
		if d.Primary {
			primaries++
		}
		if d.Revision.TargetGroups != nil {
			groups[d.ID] = d.Revision.TargetGroups[0]
		}
		if row := state.FindServiceRevision(f.store.Read(), d.Revision.ARN); row == nil || !slices.Equal(row.TargetGroups, d.Revision.TargetGroups) {
			f.t.Fatalf("the row of the revision has %v, the deployment %v", row, d.Revision.TargetGroups)
		}
	}
	if primaries > 1 {
		f.t.Fatalf("%d PRIMARY deployments", primaries)
	}
	for _, task := range f.tasks() {
		if want, listed := groups[task.Spec.DeploymentID]; listed && *task.Spec.LoadBalancers[0].TargetGroupArn != want {
			f.t.Fatalf("a task of %s is in %s", task.Spec.DeploymentID, *task.Spec.LoadBalancers[0].TargetGroupArn)
		}
	}
	for _, rule := range []string{f.live, f.test} {
		_, w := elbv2.Forwarding(f.store.Read(), rule)
		if sum := w[f.blue] + w[f.green]; sum != 1 && sum != 100 && sum != 1000 {
			f.t.Fatalf("weights are %v", w)
		}
	}
	f.expectWeightsSum()
}

// comeToRest lets all go well from now on.
func (f *shiftFixture) comeToRest() {
	f.t.Helper()
	f.away = false
	f.alarm(cw.StateValueOk)
	for range 3000 {
		f.scheduleWatched()
		f.checkShift()
		busy := f.work()
		if f.answer("") > 0 || busy {
			continue
		}
		in := f.input()
		if f.wakeAt.IsZero() || f.service().Steady && f.wakeAt.After(f.now.Add(time.Hour)) || in.Stands != nil {
			break
		}
		if failed := f.service().Primary().RolloutState == types.DeploymentRolloutStateFailed; failed && f.wakeAt.After(f.now.Add(time.Hour)) {
			break
		}
		f.now = f.wakeAt
	}
	in := f.input()
	if verbs := Decide(in).Verbs; len(verbs) > 0 {
		f.t.Fatalf("does not rest: %+v: %s", verbs, f.state())
	}
	for _, r := range f.records() {
		if !r.Ended() {
			f.t.Fatalf("a service deployment has not ended: %s", f.state())
		}
	}
	s, p := f.service(), plannerOf(in)
	switch {
	case p.Primary.Failed():
	case len(s.Deployments) != 1 || !s.Steady || p.Primary.Healthy != s.DesiredCount || !p.Primary.Completed():
		f.t.Fatalf("it is not complete: %s", f.state())
	case !shift.ServesAll(s.Primary().Revision.LoadBalancers, s.Primary().Revision.TargetGroups, in.Rules):
		f.t.Fatalf("the traffic goes elsewhere: %s", f.state())
	}
}
