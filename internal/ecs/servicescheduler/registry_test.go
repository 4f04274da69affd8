package servicescheduler

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// inRegistry says that a task is an instance in Cloud Map, with custom health.
func (f *fixture) inRegistry(t *state.Task) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		state.PutTaskTraffic(tx, t.ARN, state.TaskTraffic{
			RegisteredAt: f.now, Registrations: []state.TaskRegistration{{Service: "srv", CustomHealth: true}},
		})
	})
}

// Terraform deletes the service of Cloud Map as soon as the one of ECS is INACTIVE.
func TestADeletedServiceIsInactiveWhenNothingIsRegistered(t *testing.T) {
	f := newFixture(t, func(s *state.Service) {
		s.DesiredCount = 1
		s.Primary().Revision.ServiceRegistries = []types.ServiceRegistry{{RegistryArn: aws.String("srv")}}
	})
	f.schedule()
	task := f.tasks()[0]
	if of := task.Spec.ServiceRegistries; len(of) != 1 || *of[0].RegistryArn != "srv" {
		t.Errorf("the task has the registries %v", of)
	}
	f.run(task)
	f.inRegistry(task)
	f.end(task, types.TaskStopCodeEssentialContainerExited) // by itself: it is deregistered afterwards
	f.change(func(s *state.Service) { s.DesiredCount, s.DeletedAt = 0, f.now })
	f.schedule()
	if f.service().Status() == state.ServiceInactive {
		t.Error("it is INACTIVE while an instance is left")
	}
	f.deregister(task)
	f.schedule()
	if got := f.service().Status(); got != state.ServiceInactive {
		t.Errorf("status %s", got)
	}
	if m := f.messages(); slices.Contains(m, "(service web) has begun draining connections on 1 tasks.") {
		t.Errorf("registries have no such event: %q", m)
	}
}

func TestAnUnhealthyInstanceIsAnnounced(t *testing.T) {
	f := checkedFixture(t, 1, nil)
	sick := f.tasks()[0]
	f.inRegistry(sick)
	f.health(sick, types.HealthStatusUnhealthy)
	f.settle()
	if !slices.Contains(f.announced(), "WARN SERVICE_DISCOVERY_INSTANCE_UNHEALTHY") {
		t.Errorf("announced %q", f.announced())
	}
}
