package servicescheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestStartsThatFailAreSpacedOut(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	f.schedule()
	var delays []time.Duration
	for range 13 {
		f.now = f.now.Add(time.Second)
		f.failNew(types.TaskStopCodeTaskFailedToStart)
		f.schedule()
		waits := time.Duration(0)
		if len(f.tasks()) == 0 {
			waits = f.wakeAt.Sub(f.now)
			f.now = f.wakeAt.Add(-time.Millisecond)
			f.schedule()
			if len(f.tasks()) != 0 {
				t.Fatal("started too early")
			}
			f.now = f.wakeAt
			f.schedule()
		}
		if n := len(f.tasks()); n != 1 {
			t.Fatalf("%d tasks after the delay", n)
		}
		delays = append(delays, waits/time.Second)
	}
	want := []time.Duration{0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 1620, 1620, 1620}
	if !slices.Equal(delays, want) {
		t.Errorf("delays %d s, want %d", delays, want)
	}
	impaired := "(service web) is unable to consistently start tasks successfully. " +
		"For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
	if got := f.messages()[:6]; got[3] != impaired || got[5] != impaired {
		t.Errorf("events: %q", got)
	}
}

func TestWhyATaskIsNotPlacedIsAnEvent(t *testing.T) {
	for _, reason := range []string{state.NoCapacity, "ResourceInitializationError: unable to pull secrets or registry auth: why"} {
		f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
		f.schedule()
		f.endFor(f.tasks()[0], types.TaskStopCodeTaskFailedToStart, reason)
		f.schedule()
		if got := f.messages(); !slices.Contains(got, "(service web) was unable to place a task. Reason: "+reason+".") {
			t.Errorf("events: %q", got)
		}
	}
}

func TestManyTasksThatFailTogetherAreFewAttempts(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 20 })
	f.schedule()
	for _, task := range f.tasks() {
		f.end(task, types.TaskStopCodeTaskFailedToStart)
		f.schedule()
	}
	if got := f.service().Primary().Throttle.Failures; got > 3 {
		t.Errorf("twenty failures of one start are %d attempts", got)
	}
}

// throttledFixture has failed three times to start its only task.
func throttledFixture(t *testing.T) *fixture {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	for range 3 {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
	}
	f.schedule()
	if len(f.tasks()) != 0 || f.service().Primary().Throttle.Failures != 3 {
		t.Fatalf("not throttled: %+v", f.service().Primary().Throttle)
	}
	return f
}

func TestAnotherTaskDefinitionEndsTheThrottle(t *testing.T) {
	f := throttledFixture(t)
	f.deploy(false)
	f.schedule()
	if len(f.tasks()) != 1 {
		t.Error("still throttled")
	}
}

func TestForcingANewDeploymentKeepsTheThrottle(t *testing.T) {
	f := throttledFixture(t)
	f.change(func(s *state.Service) {
		forced := f.newDeployment(s.Primary().Revision.TaskDefinition)
		s.SetPrimary(forced)
	})
	f.schedule()
	if len(f.tasks()) != 0 {
		t.Error("not throttled any more")
	}
	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
}

// Two requests come before the scheduler looks at the first.
func TestForcingNewDeploymentsTwiceKeepsTheThrottle(t *testing.T) {
	f := throttledFixture(t)
	f.change(func(s *state.Service) {
		for range 2 {
			s.SetPrimary(f.newDeployment(s.Primary().Revision.TaskDefinition))
		}
	})
	f.schedule()
	if len(f.tasks()) != 0 {
		t.Error("not throttled any more")
	}
}

// A deployment that failed is forced again, after another task definition had the tasks meanwhile.
func TestAnotherTaskDefinitionInBetweenEndsTheThrottle(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	f.settle()
	f.deploy(false)
	for range 3 {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
	}
	f.schedule()
	f.change(func(s *state.Service) { s.Primary().RolloutState = types.DeploymentRolloutStateFailed })
	f.schedule()
	f.change(func(s *state.Service) { s.SetPrimary(f.newDeployment(s.Primary().Revision.TaskDefinition)) })
	f.schedule()
	if len(f.tasks()) != 2 {
		t.Error("still throttled")
	}
}

// The deployment that is kept has the throttle, not a newer one that has failed and starts nothing.
func TestAFailedDeploymentTakesNoThrottle(t *testing.T) {
	for name, fail := range map[string]func(*state.Service, *state.Deployment){
		"of the deployment": func(_ *state.Service, kept *state.Deployment) { kept.Throttle.Failures = 5 },
		"of the service, in a state file of before": func(s *state.Service, kept *state.Deployment) {
			s.Throttle = state.Throttle{TaskDefinition: kept.Revision.TaskDefinition, Failures: 5}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
			f.settle()
			f.change(func(s *state.Service) {
				kept := s.Primary()
				kept.SeenStarted = 1 // the failures came after the start of the task that runs
				s.SetPrimary(f.newDeployment(kept.Revision.TaskDefinition))
				s.Primary().RolloutState = types.DeploymentRolloutStateFailed
				fail(s, kept)
			})
			f.schedule()
			if got := f.service().Deployments[1].Throttle.Failures; got != 5 {
				t.Errorf("the deployment that is kept has %d attempts in a row, the failed one %d", got, f.service().Primary().Throttle.Failures)
			}
		})
	}
}

func TestTasksThatRanAreNotThrottled(t *testing.T) {
	f := throttledFixture(t)
	f.now = f.wakeAt
	for range fulfil.FreeCrashes - 3 {
		f.schedule()
		if len(f.tasks()) != 1 {
			t.Fatal("a crash after RUNNING is throttled")
		}
		f.obey()
		f.failNew(types.TaskStopCodeEssentialContainerExited)
	}
	f.schedule()
	if got := f.service().Primary().Throttle; got != (state.Throttle{}) {
		t.Errorf("throttle: %+v", got)
	}
}

func TestACrashLoopIsSlowedDown(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	crash := func() {
		t.Helper()
		if f.schedule(); len(f.tasks()) != 1 {
			t.Fatalf("%d tasks after %d crashes", len(f.tasks()), f.service().Primary().FailedTasks)
		}
		f.obey()
		f.failNew(types.TaskStopCodeEssentialContainerExited)
	}
	for range fulfil.FreeCrashes + 1 {
		crash()
	}
	for range 3 {
		f.schedule()
		if n := len(f.tasks()); n != 0 || !f.wakeAt.Equal(f.now.Add(fulfil.CrashPause)) {
			t.Fatalf("%d tasks, the next start in %v", n, f.wakeAt.Sub(f.now))
		}
		f.now = f.wakeAt
		crash()
	}
	f.schedule()
	f.expect("IN_PROGRESS desired 1 pending 0 running 0 failed 14")
	if got := f.service().Primary().Throttle; got != (state.Throttle{}) {
		t.Errorf("throttle: %+v", got)
	}

	f.deploy(false)
	if f.schedule(); len(f.tasks()) != 1 {
		t.Error("a new deployment has to wait")
	}
}

// Failures are the failures of the deployment whose tasks fail, be it PRIMARY or not.
func TestFailuresAreChargedToTheDeploymentWhoseTasksFail(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.change(func(s *state.Service) { s.DesiredCount = 4 })
	f.schedule()
	f.deploy(false)
	older := f.service().Deployments[1].ID
	for _, task := range state.DeploymentTasks(f.store.Read(), serviceARN, older) {
		f.end(task, types.TaskStopCodeTaskFailedToStart)
	}
	p := plannerOf(f.input())
	p.countFailures()
	p.throttleFailedStarts()
	if d := p.Older()[0].Deployment; d.FailedTasks != 4 || d.Throttle.Failures != 1 {
		t.Errorf("%d failed tasks and %d failed attempts of the deployment whose tasks fail", d.FailedTasks, d.Throttle.Failures)
	}
	if d := p.Primary.Deployment; d.FailedTasks != 0 || d.Throttle.Failures != 0 || p.tripCircuitBreaker() {
		t.Errorf("the PRIMARY deployment has %d failed tasks and %d failed attempts", d.FailedTasks, d.Throttle.Failures)
	}
}

// In state files of before the throttle is the service's.
func TestAThrottleOfAStateFileOfBefore(t *testing.T) {
	f := newFixture(t, nil)
	until := f.now.Add(10 * time.Minute)
	f.change(func(s *state.Service) {
		s.Throttle = state.Throttle{TaskDefinition: s.Primary().Revision.TaskDefinition, Failures: 5, Until: until}
	})
	f.schedule()
	if s := f.service(); len(f.tasks()) != 0 || s.Primary().Throttle.Failures != 5 || !f.wakeAt.Equal(until) {
		t.Errorf("%d tasks; throttle %+v; woken at %v", len(f.tasks()), s.Primary().Throttle, f.wakeAt)
	}
}
