package state

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func update(t *testing.T, s *Store, fn func(tx *Tx)) {
	t.Helper()
	if err := s.Update(func(tx *Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, w *Watch) string {
	t.Helper()
	id, err := w.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func addTask(tx *Tx, id string) {
	tx.AddTask(&Task{ARN: id, Spec: &TaskSpec{ClusterARN: "c"}, Status: TaskStatus{LastStatus: Provisioning}})
}

func TestWatchWakesForEachChangedRowOnce(t *testing.T) {
	s := newStore(t)
	update(t, s, func(tx *Tx) { addTask(tx, "old") })
	w := s.WatchTasks()
	if got := next(t, w); got != "old" {
		t.Fatalf("woken for %q, not for what existed", got)
	}
	w.Done("old")
	for range 3 {
		update(t, s, func(tx *Tx) { tx.PutTaskTags("old", nil) })
	}
	update(t, s, func(tx *Tx) { addTask(tx, "new") })
	if first, second := next(t, w), next(t, w); first != "old" || second != "new" {
		t.Errorf("woken for %q and %q", first, second)
	}
	w.Done("old")
	w.Done("new")
	if err := s.Idle(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWatchHandsARowToOneWorkerAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t)
		w := s.WatchTasks()
		update(t, s, func(tx *Tx) { addTask(tx, "a") })
		next(t, w)
		update(t, s, func(tx *Tx) { tx.PutTaskTags("a", nil) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if id, err := w.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%q was handed out twice", id)
		}
		w.Done("a")
		if got := next(t, w); got != "a" {
			t.Errorf("the change made meanwhile was lost: %q", got)
		}
	})
}

func TestWatchRestsBetweenRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStore(t).WatchServices(5 * time.Millisecond)
		begin := time.Now()
		for range 3 {
			w.Wake("s")
			next(t, w)
			w.Done("s")
		}
		if took := time.Since(begin); took != 10*time.Millisecond {
			t.Errorf("three runs began within %v", took)
		}
	})
}

func TestAbortedUpdateLeavesNoTrace(t *testing.T) {
	s := newStore(t)
	w := s.WatchTasks()
	failure := errors.New("refused")
	err := s.Update(func(tx *Tx) error { addTask(tx, "a"); return failure })
	if !errors.Is(err, failure) {
		t.Fatal(err)
	}
	if s.Read().Task("a") != nil {
		t.Error("the task exists")
	}
	if err := w.Idle(t.Context()); err != nil {
		t.Error("a controller was woken")
	}
}

func TestStatusesOnlyMoveForward(t *testing.T) {
	s := newStore(t)
	update(t, s, func(tx *Tx) { addTask(tx, "a") })
	update(t, s, func(tx *Tx) { tx.PutTaskStatus("a", TaskStatus{LastStatus: Running}, 1) })
	update(t, s, func(tx *Tx) { tx.PutTaskStatus("a", TaskStatus{LastStatus: Pending}, 1) })
	if got := s.Read().Task("a"); got.Status.LastStatus != Running || got.Version != 2 {
		t.Errorf("%s in version %d", got.Status.LastStatus, got.Version)
	}
}

func TestFirstReasonToStopIsKept(t *testing.T) {
	s := newStore(t)
	update(t, s, func(tx *Tx) {
		addTask(tx, "a")
		tx.StopTask("a", Stop{Code: types.TaskStopCodeUserInitiated, Reason: "first"})
		tx.StopTask("a", Stop{Code: types.TaskStopCodeEssentialContainerExited, Reason: "second"})
	})
	if got := s.Read().Task("a"); got.Stop.Reason != "first" || got.Version != 2 {
		t.Errorf("%q in version %d", got.Stop.Reason, got.Version)
	}
}
