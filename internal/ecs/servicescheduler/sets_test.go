package servicescheduler

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

func TestTaskSetsScaleSideBySide(t *testing.T) {
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 4 })
	f.settle()
	if s := f.service(); s.Steady || len(f.messages()) > 0 {
		t.Errorf("without a task set: steady %t, %q", s.Steady, f.messages())
	}
	blue := f.addSet(100, f.onFargate(false))
	f.expectSets("ACTIVE 100% computed 0 pending 0 running 0 STABILIZING") // before the scheduler looks (ECS0331.3)
	f.settle()
	f.expectSets("ACTIVE 100% computed 4 pending 0 running 4 STEADY_STATE")
	f.promote(setID(blue))
	green := f.addSet(0, f.onFargate(true))
	f.settle()
	f.expectSets("PRIMARY 100% computed 4 pending 0 running 4 STEADY_STATE", "ACTIVE 0% computed 0 pending 0 running 0 STEADY_STATE")
	f.scaleSet(green, 33.3)
	f.schedule()
	f.expectSets("PRIMARY 100% computed 4 pending 0 running 4 STEADY_STATE", "ACTIVE 33.3% computed 2 pending 2 running 0 STABILIZING")
	f.settle()
	f.scaleSet(green, 100)
	f.scaleSet(blue, 7)
	f.settle()
	f.expectSets("PRIMARY 7% computed 1 pending 0 running 1 STEADY_STATE", "ACTIVE 100% computed 4 pending 0 running 4 STEADY_STATE")
	f.promote(setID(green))
	f.deleteSet(blue)
	f.expectSets("DRAINING 7% computed 1 pending 0 running 1 STABILIZING", "PRIMARY 100% computed 4 pending 0 running 4 STEADY_STATE") // ECS0331.9
	f.schedule()
	f.expectSets("DRAINING 7% computed 0 pending 0 running 1 STABILIZING", "PRIMARY 100% computed 4 pending 0 running 4 STEADY_STATE")
	f.settle()
	f.expectSets("PRIMARY 100% computed 4 pending 0 running 4 STEADY_STATE")
}

func TestEventsNameTaskSets(t *testing.T) {
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	blue := f.addSet(100, f.onFargate(false))
	f.settle()
	f.deleteSet(blue)
	f.settle()
	f.expectMessages(0,
		"(service web, taskSet ecs-svc/1) has started 1 tasks: (task T).",
		"(service web) has reached a steady state.",
		"(service web, taskSet ecs-svc/1) has stopped 1 running tasks: (task T).",
	)
	told := "task-set/c/web/" + setID(blue)
	f.expectAnnounced("INFO TASKSET_STEADY_STATE "+told, "INFO SERVICE_STEADY_STATE", "INFO TASKS_STOPPED")
}

func TestATaskSetIsSteadyWithAllItsTasksAndGoodChecks(t *testing.T) { // ECS0334.1
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 2 })
	blue := f.addSet(100, f.onFargate(true))
	stability := func(want types.StabilityStatus, since time.Time) {
		t.Helper()
		if got, at := f.set(blue).StabilityStatus(); got != want || !at.Equal(since) {
			t.Fatalf("%s since %v, want %s since %v", got, at, want, since)
		}
	}
	asked := f.now
	f.schedule()
	f.now = f.now.Add(time.Minute)
	for _, task := range f.tasks() {
		f.run(task)
	}
	f.schedule()
	stability(types.StabilityStatusStabilizing, asked) // RUNNING, and not yet HEALTHY
	for _, task := range f.tasks() {
		f.health(task, types.HealthStatusHealthy)
	}
	f.schedule()
	stability(types.StabilityStatusSteadyState, f.now)
	f.now = f.now.Add(time.Minute)
	f.health(f.tasks()[0], types.HealthStatusUnhealthy)
	f.schedule()
	stability(types.StabilityStatusStabilizing, f.now)
	f.settle()
	stability(types.StabilityStatusSteadyState, f.set(blue).Stability.At)
	f.scaleSet(blue, 100) // what it has already
	stability(types.StabilityStatusStabilizing, f.now)
	f.now = f.now.Add(time.Second)
	f.schedule()
	stability(types.StabilityStatusSteadyState, f.now)
}

func TestTheDesiredCountIsSharedAmongTaskSets(t *testing.T) {
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 10 })
	f.addSet(33.3, f.onFargate(false))
	f.addSet(50, f.onFargate(false))
	f.settle()
	f.resize(3)
	f.settle()
	f.expectSets("ACTIVE 33.3% computed 1 pending 0 running 1 STEADY_STATE", "ACTIVE 50% computed 2 pending 0 running 2 STEADY_STATE")
	f.resize(30)
	f.settle()
	f.expectSets("ACTIVE 33.3% computed 10 pending 0 running 10 STEADY_STATE", "ACTIVE 50% computed 15 pending 0 running 15 STEADY_STATE")
}

// minimumHealthyPercent and maximumPercent are of the set's own count (services.md A.3).
func TestTasksOfATaskSetLeaveAContainerInstanceThatDrains(t *testing.T) {
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 4 })
	for i := range 3 {
		f.instance(i, nil)
	}
	blue := f.addSet(50, f.onEC2(false))
	f.addSet(25, f.onEC2(false))
	f.settle()
	leaves := slices.IndexFunc([]int{0, 1, 2}, func(i int) bool { return strings.Contains(f.on(), "i"+itoa(i)) })
	f.instance(leaves, draining)
	f.schedule()
	if status, _ := f.set(blue).StabilityStatus(); status == types.StabilityStatusSteadyState && len(state.InstanceTasks(f.store.Read(), instanceARN(leaves))) > 1 {
		t.Errorf("the set is %s with a task on an instance that drains", status)
	}
	f.settle()
	f.expectSets("ACTIVE 50% computed 2 pending 0 running 2 STEADY_STATE", "ACTIVE 25% computed 1 pending 0 running 1 STEADY_STATE")
	if on := f.on(); strings.Contains(on, "i"+itoa(leaves)) {
		t.Errorf("tasks on %s, and i%d drains", on, leaves)
	}
}

func TestADeletedServiceEndsItsTaskSets(t *testing.T) {
	f := newSetsFixture(t, nil)
	f.addSet(100, f.onFargate(false))
	f.addSet(0, f.onFargate(false))
	f.settle()
	f.deleteService()
	f.schedule()
	f.expectSets("DRAINING 100% computed 0 pending 0 running 2 STABILIZING")
	f.obey()
	f.schedule()
	if s := f.service(); s.Status() != state.ServiceInactive || len(f.sets()) != 0 {
		t.Fatalf("the service is %s with %d task sets", s.Status(), len(f.sets()))
	}
	f.now = f.now.Add(retention)
	f.schedule()
	if f.service() != nil {
		t.Errorf("the service is not forgotten")
	}
}

// A set may be deleted while its tasks start, fail, or do not exist.
func TestATaskSetDrainsWhateverItsTasksDo(t *testing.T) {
	f := newSetsFixture(t, nil)
	empty, starting, sick := f.addSet(0, f.onFargate(false)), f.addSet(100, f.onFargate(false)), f.addSet(100, f.onFargate(true))
	f.schedule()
	for _, task := range f.tasks() {
		if task.Spec.DeploymentID == setID(sick) {
			f.run(task)
			f.health(task, types.HealthStatusUnhealthy)
			f.protect(task)
		}
	}
	for _, each := range []string{empty, starting, sick} {
		f.deleteSet(each)
	}
	f.settle()
	if sets := f.sets(); len(sets) > 0 || len(f.tasks()) > 0 {
		t.Errorf("%d sets and %d tasks are left", len(sets), len(f.tasks()))
	}
	if r := state.FindServiceSummary(f.store.Read(), serviceARN); len(r.Deployments) > 0 {
		t.Errorf("the counts are not forgotten: %+v", r.Deployments)
	}
}

func TestFailedStartsOfATaskSetAreThrottled(t *testing.T) {
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	blue := f.addSet(100, f.onFargate(false))
	for range 3 {
		f.schedule()
		for _, task := range f.tasks() {
			f.end(task, types.TaskStopCodeTaskFailedToStart)
		}
	}
	f.schedule()
	if s := f.set(blue); len(f.tasks()) > 0 || s.Throttle.Failures != 3 || !f.wakeAt.Equal(f.now.Add(10*time.Second)) {
		t.Errorf("%d tasks after %d failures, woken at %v", len(f.tasks()), s.Throttle.Failures, f.wakeAt)
	}
	f.expectSets("ACTIVE 100% computed 1 pending 0 running 0 STABILIZING")
}

func TestTheSchedulerPicksUpTaskSetsAfterADelay(t *testing.T) {
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 2 })
	f.delays.PickUp, f.delays.PickUpLess = 10*time.Second, 5*time.Second
	blue := f.addSet(50, f.onFargate(false))
	expectAfter := func(delay time.Duration, before, after int) {
		t.Helper()
		f.schedule()
		if n := f.set(blue).DesiredCount; n != before || !f.wakeAt.Equal(f.now.Add(delay)) {
			t.Fatalf("computed %d at once, woken at %v", n, f.wakeAt)
		}
		f.now = f.now.Add(delay)
		f.schedule()
		if n := f.set(blue).DesiredCount; n != after {
			t.Fatalf("computed %d after %v", n, delay)
		}
		f.settle()
	}
	expectAfter(10*time.Second, 0, 1)
	f.resize(4)
	expectAfter(10*time.Second, 1, 2)
	f.scaleSet(blue, 25)
	if status, _ := f.set(blue).StabilityStatus(); status != types.StabilityStatusStabilizing {
		t.Errorf("%s before the scheduler looks", status)
	}
	expectAfter(5*time.Second, 2, 1)
}

// What has not changed is not written: services with many sets are decided about often.
func TestOnlyTheTaskSetThatChangesIsWritten(t *testing.T) {
	f := newSetsFixture(t, nil)
	blue, green := f.addSet(100, f.onFargate(false)), f.addSet(100, f.onFargate(false))
	f.settle()
	rows := func() [2]*taskset.TaskSet { return [2]*taskset.TaskSet{f.set(blue), f.set(green)} }
	service, before := f.service(), rows()
	f.end(state.DeploymentTasks(f.store.Read(), serviceARN, setID(green))[0], types.TaskStopCodeEssentialContainerExited)
	f.reconcile(serviceARN)
	if after := rows(); after[0] != before[0] || after[1] == before[1] {
		t.Errorf("written: blue %t, green %t", after[0] != before[0], after[1] != before[1])
	}
	if f.service() == service || f.service().Steady {
		t.Errorf("the service is steady still")
	}
}

// balanced is a revision whose tasks are in a target group.
func (f *fixture) balanced(tx *store.Tx) *state.Deployment {
	d := f.onFargate(false)(tx)
	d.Revision.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: aws.String("blue"), ContainerName: aws.String("app"), ContainerPort: aws.Int32(80)}}
	return d
}

// A task that ended by itself may be a target still, and requests come to it.
func TestATaskSetStaysUntilNoTargetIsLeft(t *testing.T) {
	f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	blue := f.addSet(100, f.balanced)
	f.schedule()
	task := f.tasks()[0]
	f.run(task)
	f.balance(task, "initial", "Target registration is in progress")
	f.schedule()
	f.expectSets("ACTIVE 100% computed 1 pending 0 running 1 STABILIZING")
	f.balance(task, "healthy", "")
	f.schedule()
	f.expectSets("ACTIVE 100% computed 1 pending 0 running 1 STEADY_STATE")
	f.deleteSet(blue)
	f.end(task, types.TaskStopCodeEssentialContainerExited)
	f.schedule()
	f.expectSets("DRAINING 100% computed 0 pending 0 running 0 STABILIZING")
	f.balance(task, "draining", "")
	f.schedule()
	f.expectSets()
	f.expectMessages(1,
		"(service web) registered 1 targets in (target-group blue)",
		"(service web) has reached a steady state.",
		"(service web) deregistered 1 targets in (target-group blue)",
		"(service web, taskSet ecs-svc/1) has begun draining connections on 1 tasks.",
	)
}

// The rows of task sets wake their service: no other row tells of a change of scale.
func TestControllerKeepsTaskSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = 3 })
		clk := clock.New(clock.Options{})
		start(t, f.store, clk, nil)
		f.now = clk.Now()
		blue := f.addSet(0, f.onFargate(false))
		time.Sleep(10 * time.Second)
		f.now = clk.Now()
		f.scaleSet(blue, 34)
		time.Sleep(10 * time.Second)
		f.expectSets("ACTIVE 34% computed 2 pending 0 running 2 STEADY_STATE")
		f.now = clk.Now()
		f.deleteSet(blue)
		time.Sleep(10 * time.Second)
		f.expectSets()
		f.now = clk.Now()
		f.deleteService()
		time.Sleep(time.Minute)
		if got := f.service().Status(); got != state.ServiceInactive {
			t.Errorf("the service is %s", got)
		}
		time.Sleep(time.Hour)
		if due, ok := clk.Next(); ok || f.service() != nil {
			t.Errorf("forgotten %t; a timer is left for %v", f.service() == nil, due)
		}
	})
}
