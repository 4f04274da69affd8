package servicescheduler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// checkedFixture has a service of n tasks with health checks, all HEALTHY.
func checkedFixture(t *testing.T, n int, change func(*state.Service)) *fixture {
	f := newFixture(t, func(s *state.Service) {
		s.DesiredCount = n
		if change != nil {
			change(s)
		}
	})
	f.deploy(true)
	f.settle()
	f.expect("COMPLETED desired " + itoa(n) + " pending 0 running " + itoa(n) + " failed 0")
	return f
}

func TestUnhealthyTaskStopsWhenItsReplacementIsHealthy(t *testing.T) {
	f := checkedFixture(t, 2, nil)
	sick := f.tasks()[0]
	seen := len(f.messages())
	f.health(sick, types.HealthStatusUnhealthy)
	f.schedule()
	f.expectMessages(seen,
		"(service web) has started 1 tasks: (task T). Amazon ECS replaced 1 tasks due to an unhealthy status.")
	for range 2 { // RUNNING, then HEALTHY
		if state.FindTask(f.store.Read(), sick.ARN).Stop != nil {
			t.Fatal("stopped before its replacement is healthy")
		}
		f.makeProgress(sick)
		f.schedule()
	}
	stop := state.FindTask(f.store.Read(), sick.ARN).Stop
	if stop == nil || stop.Code != types.TaskStopCodeServiceSchedulerInitiated || stop.Reason != "Task failed container health checks" {
		t.Fatalf("stop: %+v", stop)
	}
	f.settle()
	f.expectMessages(seen+1,
		"(service web) (task T) failed container health checks.",
		"(service web) has stopped 1 running tasks: (task T).",
		"(service web) has reached a steady state.")
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

// makeProgress brings all tasks but one a step further.
func (f *fixture) makeProgress(but *state.Task) {
	for _, task := range f.tasks() {
		switch {
		case task.ARN == but.ARN:
		case task.Status.LastStatus != state.Running:
			f.run(task)
		case task.Status.HealthStatus == types.HealthStatusUnknown:
			f.health(task, types.HealthStatusHealthy)
		}
	}
}

func TestWithoutRoomOneUnhealthyTaskIsReplacedAfterTheOther(t *testing.T) {
	f := checkedFixture(t, 3, percentages(100, 50))
	for _, task := range f.tasks() {
		f.health(task, types.HealthStatusUnhealthy)
	}
	for n := range 3 {
		f.schedule()
		f.expectStopping(1)
		for _, task := range f.tasks() {
			if task.Stop != nil {
				f.end(task, "")
			}
		}
		f.schedule()
		f.expectStopping(0) // its replacement is pending, then runs
		f.makeProgress(&state.Task{})
		f.schedule()
		f.expectStopping(0)
		f.makeProgress(&state.Task{})
		if got := f.counts(0); got.Healthy != n+1 || got.Unhealthy != 2-n {
			t.Fatalf("%+v after %d replacements", got, n+1)
		}
	}
	f.settle()
	f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
}

// TestAnUnhealthyTaskMakesRoomForItsReplacement where maximumPercent would let that start first,
// and no container instance has a place for it.
func TestAnUnhealthyTaskMakesRoomForItsReplacement(t *testing.T) {
	for name, task := range map[string]func(*types.TaskDefinition){
		"memory": func(d *types.TaskDefinition) { d.Memory = aws.String("600") },
		"port": func(d *types.TaskDefinition) {
			d.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newInstanceFixture(t, 2, func(s *state.Service) { s.DesiredCount = 0 })
			f.deployOnInstances(true, task)
			f.change(func(s *state.Service) { s.DesiredCount = 2 })
			f.settle()
			for _, task := range f.tasks() {
				f.health(task, types.HealthStatusUnhealthy)
			}
			seen := len(f.messages())
			for replaced := range 2 {
				f.schedule()
				f.expectStopping(1) // not both at once
				f.obeySlowly(0)
				f.schedule()
				f.obeySlowly(0) // it runs
				f.schedule()
				f.expectStopping(0)
				f.obeySlowly(0) // and is healthy
				if n := f.counts(0).Unhealthy; n != 1-replaced {
					t.Fatalf("%d unhealthy tasks after %d replacements", n, replaced+1)
				}
			}
			f.settle()
			f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
			if got := f.messages()[seen:]; !strings.Contains(got[0], "unable to place a task") ||
				anonymous(got[1]) != "(service web) (task T) failed container health checks." {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestAnUnhealthyTaskStaysWhereItsEndMakesNoRoom: its instance, full or not, is not suitable any more.
func TestAnUnhealthyTaskStaysWhereItsEndMakesNoRoom(t *testing.T) {
	for _, n := range []int{1, 4} {
		f := newInstanceFixture(t, 1, func(s *state.Service) { s.DesiredCount = 0 })
		f.deployOnInstances(true)
		f.change(func(s *state.Service) { s.DesiredCount = n })
		f.settle()
		f.change(func(s *state.Service) {
			s.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:ssd exists")}}
		})
		f.health(f.tasks()[0], types.HealthStatusUnhealthy)
		f.schedule()
		f.expectStopping(0)
		f.change(func(s *state.Service) { s.PlacementConstraints = nil })
		f.settle()
		f.expect(fmt.Sprintf("COMPLETED desired %d pending 0 running %d failed 0", n, n))
		if got := f.counts(0); got.Healthy != n {
			t.Errorf("not replaced: %+v", got)
		}
	}
}

// TestAnUnhealthyTaskLeavesADrainingInstanceWithoutAReplacement: there is no place for one, and no
// healthy task stops for want of it.
func TestAnUnhealthyTaskLeavesADrainingInstanceWithoutAReplacement(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) { s.DesiredCount = 0 })
	f.deployOnInstances(true)
	f.change(func(s *state.Service) { s.DesiredCount = 2 })
	f.settle()
	f.health(f.tasks()[0], types.HealthStatusUnhealthy)
	f.instance(0, draining)
	f.settle()
	f.expectOn("i0 1")
	if got := f.counts(0); got.Healthy != 1 {
		t.Errorf("%+v", got)
	}
	f.instance(1, nil)
	f.settle()
	f.expectOn("i1 2")
}

func (f *fixture) expectStopping(want int) {
	f.t.Helper()
	if c := f.counts(0); c.Left-c.Active != want {
		f.t.Fatalf("%d tasks stop, want %d", c.Left-c.Active, want)
	}
}

func TestFailingChecksAreIgnoredDuringTheGracePeriod(t *testing.T) {
	f := checkedFixture(t, 1, func(s *state.Service) { s.HealthCheckGracePeriodSeconds = aws.Int32(300) })
	task := f.tasks()[0]
	f.health(task, types.HealthStatusUnhealthy)
	f.schedule()
	end := task.Status.StartedAt.Add(5 * time.Minute)
	if len(f.tasks()) != 1 || !f.wakeAt.Equal(end) {
		t.Fatalf("%d tasks, wakes at %v, want %v", len(f.tasks()), f.wakeAt, end)
	}
	f.now = end
	f.schedule()
	if len(f.tasks()) != 2 {
		t.Fatal("not replaced after the grace period")
	}
}

func TestDeploymentWhoseTasksAreUnhealthyTripsTheCircuitBreaker(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.settle()
	f.deploy(true)
	for range 20 {
		f.schedule()
		for _, task := range f.tasks() {
			switch {
			case task.Stop != nil:
				f.end(task, "")
			case task.Status.LastStatus != state.Running:
				f.run(task)
			case task.Status.HealthStatus == types.HealthStatusUnknown:
				f.health(task, types.HealthStatusUnhealthy)
			}
		}
	}
	if primary := f.service().Primary(); primary.RestoresID == "" {
		t.Fatalf("PRIMARY: %+v", primary)
	}
	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
}
