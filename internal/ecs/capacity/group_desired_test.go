package capacity_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// For all that changes how many instances a group shall have, its activities tell the cause.
func TestActivitiesTellTheCauseOfADesiredCapacity(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(1)
	w.settle()
	const cause = "monitor alarm CapacityProviderReservation in state ALARM triggered policy managed-scaling"
	for _, n := range []int32{3, 3, 2} {
		w.update(func(tx *store.Tx) {
			if err := autoscaling.SetDesired(tx, autoscaling.FindGroup(tx, scope, "ecs"), n, cause, w.clock.Now()); err != nil {
				t.Error(err)
			}
		})
		w.settle()
		if got := len(w.inService()); got != int(n) {
			t.Fatalf("%d instances, want %d", got, n)
		}
	}
	told := map[string]bool{}
	for _, a := range autoscaling.Activities(w.store.Read(), scope, "ecs") {
		for _, change := range []string{"from 1 to 3", "from 3 to 2"} {
			if strings.Contains(a.Cause, cause+" changing the desired capacity "+change) {
				told[change] = true
			}
		}
	}
	if len(told) != 2 {
		t.Errorf("activities tell of %v", told)
	}
	for _, n := range []int32{-1, 10} {
		w.update(func(tx *store.Tx) {
			err := autoscaling.SetDesired(tx, autoscaling.FindGroup(tx, scope, "ecs"), n, cause, w.clock.Now())
			if err == nil || !strings.Contains(err.Error(), "is not between 0 and 9") {
				t.Errorf("%d instances: %v", n, err)
			}
		})
	}
	if got := w.group().Desired; got != 2 {
		t.Errorf("%d are desired", got)
	}
}
