package servicescheduler

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// protect protects tasks for two hours, which is longer than settle looks ahead.
func (f *fixture) protect(tasks ...*state.Task) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		for _, t := range tasks {
			state.ProtectTask(tx, t.ARN, f.now.Add(2*time.Hour))
		}
	})
}

// left reports whether tasks are neither stopped nor stopping.
func (f *fixture) left(tasks ...*state.Task) bool {
	return !slices.ContainsFunc(tasks, func(t *state.Task) bool {
		now := state.FindTask(f.store.Read(), t.ARN)
		return now == nil || now.Stop != nil || now.Ended()
	})
}

func underProtectionIn(f *fixture, deployment int, n int) string {
	return event.TasksProtected{Deployment: f.service().Deployments[deployment].ID, Tasks: n}.Message("web")
}

func TestProtectedTasksSurviveAScaleIn(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 3 })
	f.settle()
	tasks := f.tasks()
	f.protect(tasks[0])
	f.change(func(s *state.Service) { s.DesiredCount = 1 })
	f.settle()
	if !f.left(tasks[0]) || len(f.tasks()) != 1 {
		t.Errorf("%d tasks, the protected one among them: %v", len(f.tasks()), f.left(tasks[0]))
	}
	if slices.Contains(f.messages(), underProtectionIn(f, 0, 1)) {
		t.Error("a protected task is told to be in the way of what has been reached")
	}

	f.change(func(s *state.Service) { s.DesiredCount = 0 })
	f.settle()
	message := underProtectionIn(f, 0, 1)
	if !f.left(tasks[0]) || !slices.Contains(f.messages(), message) {
		t.Fatalf("protected task left: %v, messages %q", f.left(tasks[0]), f.messages())
	}
	told := len(f.messages())
	f.schedule()
	if len(f.messages()) != told {
		t.Errorf("it is told again: %q", f.messages())
	}
	if want := state.FindTask(f.store.Read(), tasks[0].ARN).ProtectedUntil; f.wakeAt.After(want) {
		t.Errorf("wakes at %v, the protection ends at %v", f.wakeAt, want)
	}
	f.now = f.now.Add(2 * time.Hour)
	f.settle()
	if len(f.tasks()) != 0 {
		t.Errorf("%d tasks after the end of the protection", len(f.tasks()))
	}
}

// A protection that is ended has the service looked at again, which has not changed itself.
func TestTheEndOfAProtectionWakesTheService(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	watch := state.WatchServices(f.store, 0)
	defer watch.Close()
	task := f.tasks()[0]
	for _, until := range []time.Time{f.now.Add(time.Hour), {}} {
		f.update(func(tx *store.Tx) { state.ProtectTask(tx, task.ARN, until) })
		if woken, err := watch.Next(t.Context()); err != nil || woken != serviceARN {
			t.Errorf("until %v: %s, %v", until, woken, err)
		}
		watch.Done(serviceARN)
	}
}

// A protection that is made shorter, or longer, changes no count of the service.
func TestAnotherEndOfAProtectionWakesTheService(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	task := f.tasks()[0]
	f.protect(task)
	watch := state.WatchServices(f.store, 0)
	defer watch.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, protection := range []time.Duration{time.Minute, time.Hour} {
		f.update(func(tx *store.Tx) { state.ProtectTask(tx, task.ARN, f.now.Add(protection)) })
		if woken, err := watch.Next(ctx); err != nil || woken != serviceARN {
			t.Errorf("for %v: %s, %v", protection, woken, err)
		}
		watch.Done(serviceARN)
	}
}

func TestADeploymentWaitsForProtectedTasks(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	old := f.tasks()
	f.protect(old[0])
	f.deploy(false)
	f.settle()
	if !f.left(old[0]) || f.left(old[1]) || len(f.tasks()) != 3 {
		t.Errorf("%d tasks, left %v and %v", len(f.tasks()), f.left(old[0]), f.left(old[1]))
	}
	if d := f.service().Deployments; len(d) != 2 || d[0].RolloutState != types.DeploymentRolloutStateInProgress {
		t.Errorf("deployments %+v", d)
	}
	if !slices.Contains(f.messages(), underProtectionIn(f, 1, 1)) {
		t.Errorf("messages %q", f.messages())
	}
	f.update(func(tx *store.Tx) { state.ProtectTask(tx, old[0].ARN, time.Time{}) })
	f.settle()
	if d := f.service().Deployments; len(d) != 1 || d[0].RolloutState != types.DeploymentRolloutStateCompleted || len(f.tasks()) != 2 {
		t.Errorf("%d tasks, deployments %+v", len(f.tasks()), d)
	}
}

// A container instance that drains does not wait for protected tasks, of whichever deployment.
func TestDrainingDoesNotLookAtProtection(t *testing.T) {
	f := newInstanceFixture(t, 2, nil)
	f.settle()
	old := f.tasks()
	f.protect(old...)
	f.instance(0, draining)
	f.deployOnInstances(false)
	f.settle()
	for _, task := range old {
		drains := task.Placement.ContainerInstance == instanceARN(0)
		if f.left(task) == drains {
			t.Errorf("of an instance that drains (%v) it stays: %v", drains, f.left(task))
		}
	}
}

// Without room for more, protected tasks keep new ones from starting.
func TestProtectedTasksCountForMaximumPercent(t *testing.T) {
	f := newFixture(t, func(s *state.Service) {
		most, fewest := int32(100), int32(50)
		s.DeploymentConfiguration = &types.DeploymentConfiguration{MaximumPercent: &most, MinimumHealthyPercent: &fewest}
	})
	f.settle()
	old := f.tasks()
	f.protect(old...)
	f.deploy(false)
	f.settle()
	if !f.left(old...) || len(f.tasks()) != 2 {
		t.Errorf("%d tasks, the protected ones among them: %v", len(f.tasks()), f.left(old...))
	}
	if m := f.messages(); !slices.Contains(m, underProtectionIn(f, 1, 2)) || slices.Contains(m, event.Deadlocked{}.Message("web")) {
		t.Errorf("messages %q", m)
	}
}

func TestHealthDoesNotLookAtProtection(t *testing.T) {
	f := newFixture(t, func(s *state.Service) {
		most, fewest := int32(100), int32(0)
		s.DeploymentConfiguration = &types.DeploymentConfiguration{MaximumPercent: &most, MinimumHealthyPercent: &fewest}
	})
	f.deploy(true)
	f.settle()
	sick := f.tasks()[0]
	f.protect(sick)
	f.health(sick, types.HealthStatusUnhealthy)
	f.schedule()
	if f.left(sick) {
		t.Errorf("a protected task that fails its health checks stays: %q", f.messages())
	}
}

// What keeps a task that does not serve yet must not cost the one that serves.
func TestAScaleInLeavesWhatServesBesideProtectedTasks(t *testing.T) {
	f := newFixture(t, nil)
	f.schedule()
	serving, starting := f.tasks()[0], f.tasks()[1]
	f.run(serving)
	f.now = f.now.Add(time.Minute)
	f.run(starting)
	f.protect(starting)
	f.change(func(s *state.Service) { s.DesiredCount = 1 })
	f.schedule()
	if !f.left(serving, starting) {
		t.Fatal("the only task that serves is stopped while another one is protected")
	}
	f.settle()
	if f.left(serving) || !f.left(starting) {
		t.Errorf("once both serve: the unprotected one is left: %v, the protected one: %v", f.left(serving), f.left(starting))
	}
}

func TestGenerationsThatKeepWhatServesLeaveItBesideProtectedTasks(t *testing.T) {
	f := newFixture(t, nil)
	f.schedule()
	serving, starting := f.tasks()[0], f.tasks()[1]
	f.run(serving)
	f.now = f.now.Add(time.Minute)
	f.run(starting)
	f.protect(starting)
	f.update(func(tx *store.Tx) {
		state.StopServiceDeployment(tx, f.records()[0], types.StopServiceDeploymentStopTypeAbort, f.now)
	})
	f.schedule()
	f.change(func(s *state.Service) { s.DesiredCount = 1 })
	f.schedule()
	if !f.left(serving, starting) {
		t.Fatal("the only task that serves is stopped while another one is protected")
	}
}
