package servicescheduler

import (
	"log/slog"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// While a task of a service on Fargate stops, and there is no capacity for the one in its place, the service
// waits for capacity.
func TestATaskStopsWhileFargateHasNoCapacity(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	outages := &outage.Board{}
	all, told := func(...string) bool { return true }, 0
	outages.Set(outage.NewView(&outage.Outage{
		Fargate: true, Cluster: all, Family: all, ActedIn: func(*store.Tx, string) { told++ },
	}))
	f.controller = New(Options{Store: f.store, Log: slog.New(slog.DiscardHandler), Outages: outages})
	f.update(func(tx *store.Tx) {
		state.StopTask(tx, f.tasks()[0].ARN, state.Stop{Code: types.TaskStopCodeUserInitiated, At: f.now})
	})

	f.reconcile(serviceARN)

	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
	if told != 1 {
		t.Errorf("the outage was told of %d times", told)
	}
}
