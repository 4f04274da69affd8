package servicescheduler

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// remove deletes the service, as the handler does.
func (f *fixture) remove() {
	f.t.Helper()
	f.change(func(s *state.Service) { s.DeletedAt, s.DesiredCount = f.now, 0 })
}

func TestDeletedServiceDrainsAndIsForgottenAnHourLater(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	f.deploy(false)
	f.schedule() // two old ones run, two new ones are pending
	f.remove()
	f.schedule()
	if got := f.service().Status(); got != state.ServiceDraining {
		t.Fatalf("status %s while tasks are left", got)
	}
	for _, task := range f.tasks() {
		if task.Stop == nil {
			t.Fatalf("task goes on: %+v", task.Spec)
		}
	}
	f.obey()
	f.schedule()
	got := f.service()
	if got.Status() != state.ServiceInactive || !f.wakeAt.Equal(f.now.Add(time.Hour)) {
		t.Fatalf("status %s, wakes at %v", got.Status(), f.wakeAt)
	}
	if len(got.Deployments) != 1 || got.Primary().RolloutState != types.DeploymentRolloutStateCompleted { // ECS0087
		t.Errorf("deployments of the INACTIVE service: %+v", got.Deployments)
	}
	f.now = f.wakeAt
	f.schedule()
	if f.service() != nil || len(f.messages()) != 0 {
		t.Error("still there after the retention")
	}
}

func TestServiceWithoutTasksIsInactiveAtOnce(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 0 })
	f.settle()
	f.remove()
	f.schedule()
	if got := f.service().Status(); got != state.ServiceInactive {
		t.Errorf("status %s", got)
	}
}

// TestFailedDeploymentStaysFailedWhileItsServiceIsDeleted is the emulator's choice.
func TestFailedDeploymentStaysFailedWhileItsServiceIsDeleted(t *testing.T) {
	f := newFixture(t, nil)
	f.change(func(s *state.Service) { s.Primary().RolloutState = types.DeploymentRolloutStateFailed })
	f.remove()
	f.schedule()
	if got := f.service(); got.Status() != state.ServiceInactive || got.Primary().RolloutState != types.DeploymentRolloutStateFailed {
		t.Errorf("%s, %s", got.Status(), got.Primary().RolloutState)
	}
}
