package managed_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestTheStrongestReasonCounts: reasons meet on an instance, are taken back while it does not drain, and stay from then on.
func TestTheStrongestReasonCounts(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	scope, noon := arn.Scope{Region: "us-east-1", Account: "123456789012"}, time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	drain := func(reason managed.Reason, by string) managed.Drain {
		return managed.Drain{Reason: reason, By: by, At: noon}
	}
	err = rows.Update(func(tx *store.Tx) error {
		if managed.AddDrain(tx, scope, "i-1", drain(managed.Age, "")) {
			t.Error("an instance drains that ECS does not manage")
		}
		managed.Put(tx, &managed.Instance{Scope: scope, ID: "i-1", Provider: scope.CapacityProvider("mine")})
		for range 2 {
			managed.AddDrain(tx, scope, "i-1", drain(managed.Age, ""))
			managed.AddDrain(tx, scope, "i-1", drain(managed.DaemonDeployment, "a"))
			managed.AddDrain(tx, scope, "i-1", drain(managed.DaemonDeployment, "b"))
		}
		i := managed.Instances(tx, scope.CapacityProvider("mine"))[0]
		if d, _ := i.Strongest(); len(i.Drains) != 3 || d.Reason != managed.DaemonDeployment {
			t.Errorf("it drains for %v, most for %+v", i.Drains, d)
		}
		managed.RemoveDrain(tx, scope, "i-1", managed.DaemonDeployment, "a")
		managed.RemoveDrain(tx, scope, "i-1", managed.DaemonDeployment, "b")
		i = managed.Find(tx, scope, "i-1")
		if d, _ := i.Strongest(); len(i.Drains) != 1 || d.Reason != managed.Age {
			t.Errorf("it drains for %v, most for %+v", i.Drains, d)
		}
		changed := *i
		changed.DrainingAt = noon
		managed.Put(tx, &changed)
		if managed.RemoveDrain(tx, scope, "i-1", managed.Age, "") {
			t.Error("a reason is taken back while the instance drains")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
