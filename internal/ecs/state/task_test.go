package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

func newStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func update(t *testing.T, s *store.Store, fn func(tx *store.Tx)) {
	t.Helper()
	if err := s.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func addTask(tx *store.Tx, id string) {
	AddTask(tx, &Task{ARN: id, Spec: &TaskSpec{ClusterARN: "c"}, Status: TaskStatus{LastStatus: Provisioning}})
}

func TestStatusesOnlyMoveForward(t *testing.T) {
	s := newStore(t)
	update(t, s, func(tx *store.Tx) { addTask(tx, "a") })
	step := func(status string) TaskStep {
		return TaskStep{Status: TaskStatus{LastStatus: status}, Announced: true}
	}
	update(t, s, func(tx *store.Tx) {
		if err := PutTaskStatus(tx, "a", step(Running)); err != nil {
			t.Error(err)
		}
	})
	update(t, s, func(tx *store.Tx) {
		err := PutTaskStatus(tx, "a", step(Pending), step(Stopping))
		if err == nil || err.Error() != "task a goes back from RUNNING to PENDING" {
			t.Errorf("error: %v", err)
		}
	})
	if got := FindTask(s.Read(), "a"); got.Status.LastStatus != Stopping || got.Version != 3 {
		t.Errorf("%s in version %d", got.Status.LastStatus, got.Version)
	}
	if events, _, _ := outbox.Since(s, 0); len(events) != 3 {
		t.Errorf("%d events of 3 versions", len(events))
	}
}

func TestFirstReasonToStopIsKept(t *testing.T) {
	s := newStore(t)
	update(t, s, func(tx *store.Tx) {
		addTask(tx, "a")
		StopTask(tx, "a", Stop{Code: types.TaskStopCodeUserInitiated, Reason: "first"})
		StopTask(tx, "a", Stop{Code: types.TaskStopCodeEssentialContainerExited, Reason: "second"})
	})
	if got := FindTask(s.Read(), "a"); got.Stop.Reason != "first" || got.Version != 2 {
		t.Errorf("%q in version %d", got.Stop.Reason, got.Version)
	}
}

func TestWatchOfServicesWakesForTheirTasks(t *testing.T) {
	s := newStore(t)
	w := WatchServices(s, 0)
	update(t, s, func(tx *store.Tx) {
		AddTask(tx, &Task{
			ARN: "a", Spec: &TaskSpec{ClusterARN: "c", ServiceARN: "web", DeploymentID: "d"},
			Status: TaskStatus{LastStatus: Provisioning},
		})
	})
	if id, err := w.Next(t.Context()); err != nil || id != "web" {
		t.Errorf("woken for %q, %v", id, err)
	}
}

func TestRegisteringATaskDefinitionWakesNoWatch(t *testing.T) {
	s := newStore(t)
	WatchTasks(s)
	WatchServices(s, 0)
	update(t, s, func(tx *store.Tx) {
		def := &types.TaskDefinition{Family: aws.String("web")}
		taskdefinition.Add(tx, arn.Scope{Region: "us-east-1", Account: "000000000000"}, def, nil, "root", time.Time{})
	})
	if got := s.Woken(); got != 0 {
		t.Errorf("%d transactions woke a waiter", got)
	}
	update(t, s, func(tx *store.Tx) { addTask(tx, "a") })
	if got := s.Woken(); got != 1 {
		t.Errorf("%d of 1 transaction woke a waiter", got)
	}
}

func TestOnlySoManyStoppedTasksAreKept(t *testing.T) {
	s := newStore(t)
	update(t, s, func(tx *store.Tx) { addTask(tx, "running") })
	const batch = 100
	stopped := 0
	for stopped < maxStoppedTasks+5*batch {
		update(t, s, func(tx *store.Tx) {
			for range batch {
				id := fmt.Sprintf("task %06d", stopped)
				addTask(tx, id)
				err := PutTaskStatus(tx, id, TaskStep{Status: TaskStatus{LastStatus: Stopped, StoppedAt: time.Unix(int64(1_700_000_000+stopped), 0)}})
				if err != nil {
					t.Fatal(err)
				}
				stopped++
			}
		})
	}
	update(t, s, func(tx *store.Tx) { addTask(tx, "one more") })
	kept := AllTasks(s.Read())
	if len(kept) != maxStoppedTasks+2 || FindTask(s.Read(), "running") == nil {
		t.Errorf("%d tasks are kept", len(kept))
	}
	for _, id := range []string{"task 000000", "task 000499"} {
		if FindTask(s.Read(), id) != nil {
			t.Errorf("%s is kept", id)
		}
	}
	if FindTask(s.Read(), "task 000500") == nil {
		t.Error("task 000500 is gone")
	}
}
