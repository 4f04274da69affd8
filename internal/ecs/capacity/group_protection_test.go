package capacity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A task that an instance got a moment ago keeps it under managed termination protection, though no row says yet
// that the instance is protected. It goes when the task has ended, within a minute.
func TestAGroupTakesNoInstanceWithTasksUnderManagedTerminationProtection(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeCluster("shop")
	w.makeGroup(2)
	w.settle()
	ids := w.inService()
	instance, job := scope.ContainerInstance("shop", "1"), scope.Task("shop", "job")
	w.update(func(tx *store.Tx) {
		capacityprovider.Providers.Put(tx, &capacityprovider.Provider{
			ARN: scope.CapacityProvider("mine"), Name: "mine", Status: ecstypes.CapacityProviderStatusActive, Group: "ecs", GroupARN: w.group().ARN(),
			TerminationProtection: ecstypes.ManagedTerminationProtectionEnabled,
		})
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: instance, EC2InstanceID: ids[0], Status: state.InstanceActive}, w.clock.Now())
		i := *ec2.FindInstance(tx, scope, ids[0])
		i.ContainerInstance = instance
		ec2.PutInstance(tx, &i)
		state.AddTask(tx, &state.Task{
			ARN: job, Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop"), LaunchType: ecstypes.LaunchTypeEc2, CreatedAt: w.clock.Now()},
			Placement: &state.Placement{ContainerInstance: instance}, Status: state.TaskStatus{LastStatus: state.Running},
		})
		if err := autoscaling.SetDesired(tx, autoscaling.FindGroup(tx, scope, "ecs"), 0, "a user request explicitly set group desired capacity", w.clock.Now()); err != nil {
			t.Error(err)
		}
	})
	w.settle()
	if left := w.inService(); len(left) != 1 || left[0] != ids[0] {
		t.Fatalf("%v are left of %v, want the first one", left, ids)
	}
	var told int
	for _, a := range autoscaling.Activities(w.store.Read(), scope, "ecs") {
		if strings.HasPrefix(a.Description, "Could not scale to desired capacity because all remaining instances are protected") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%d activities tell of it", told)
	}

	w.update(func(tx *store.Tx) { state.RemoveTask(tx, state.FindTask(tx, job)) })
	if err := w.clock.Advance(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if left := w.inService(); len(left) != 0 {
		t.Errorf("%v are left", left)
	}
}
