package placer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// run runs a placer of the store until end is called.
func (w *world) run(clk *clock.Clock) (c *reconcile.Loop, end func()) {
	c = New(w.store, clk, slog.New(slog.DiscardHandler), &w.engines)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	return c, func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			w.Errorf("run: %v", err)
		}
	}
}

func (w *world) task(id string) *state.Task { return state.FindTask(w.store.Read(), id) }

// TestThePlacerWakes when an instance comes, when a task that runs ends, when one that waits is stopped,
// and when time is over; all that there is to do is done.
func TestThePlacerWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, store.Options{})
		_, end := w.run(clock.New(clock.Options{}))
		defer end()
		now := func(t *state.Task) { t.Spec.CreatedAt = time.Now() }
		first := w.wait("a", 600, 0, now)
		time.Sleep(time.Second)
		second, third, fourth := w.wait("a", 600, 0, now), w.wait("a", 600, 0, now), w.wait("b", 100, 0, now)
		synctest.Wait()
		if got := w.task(fourth).Placement.Waiting.Reason; got != "EMPTY CAPACITY PROVIDER" {
			t.Errorf("reason %q", got)
		}
		w.instance("i", "a", 1000)
		synctest.Wait()
		if w.task(first).Waits() || !w.task(second).Waits() {
			t.Error("not the oldest is placed")
		}
		w.update(func(tx *store.Tx) {
			state.StopTask(tx, second, state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "mine", At: time.Now()})
		})
		synctest.Wait()
		if stopped := w.task(second); !stopped.Ended() || stopped.Stop.Reason != "mine" {
			t.Errorf("a task that is stopped while it waits: %+v", stopped.Status)
		}
		w.update(func(tx *store.Tx) {
			status := state.TaskStatus{LastStatus: state.Stopped, StoppedAt: time.Now()}
			if err := state.PutTaskStatus(tx, first, state.TaskStep{Status: status, At: time.Now()}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		if w.task(third).Waits() {
			t.Error("a task does not take the room of another that has ended")
		}
		time.Sleep(patience - time.Second)
		if !w.task(fourth).Waits() {
			t.Error("a task does not wait for 15 minutes")
		}
		time.Sleep(2 * time.Second)
		if late := w.task(fourth); !late.Ended() || late.Stop.Code != types.TaskStopCodeTaskFailedToStart || late.Stop.Reason != "EMPTY CAPACITY PROVIDER" {
			t.Errorf("after 15 minutes: %+v, %+v", late.Status, late.Stop)
		}
	})
}

// TestManyTasksInOnePass: more than one transaction changes are placed all the same.
func TestManyTasksInOnePass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, store.Options{})
		now := func(t *state.Task) { t.Spec.CreatedAt = time.Now() }
		for range 3 * mostChanges {
			w.wait("a", 1, 0, now)
		}
		w.wait("a", 1<<19, 0, now)
		w.instance("i", "a", 3*mostChanges)
		_, end := w.run(clock.New(clock.Options{}))
		defer end()
		synctest.Wait()
		if n := len(state.AllWaitingTasks(w.store.Read(), clusterARN)); n != 1 {
			t.Errorf("%d tasks wait, want the big one", n)
		}
		if u := state.FindInstanceUsage(w.store.Read(), scope.ContainerInstance("shop", "i")); u.CPU > 3*mostChanges {
			t.Errorf("the instance has %d tasks", u.Left)
		}
	})
}

// TestARestartWhileTasksWait: nothing is placed twice, and what waits goes on with its age.
func TestARestartWhileTasksWait(t *testing.T) {
	file := store.Options{Path: filepath.Join(t.TempDir(), "state")}
	w := newWorld(t, file)
	old := clock.New(clock.Options{})
	since := old.Now()
	made := func(t *state.Task) { t.Spec.CreatedAt = since }
	ids := []string{w.wait("a", 600, 0, made), w.wait("a", 600, 0, made), w.wait("b", 600, 0, made)}
	w.instance("i", "a", 1000)
	for range 2 {
		c, end := w.run(old)
		if err := c.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		end()
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if w.store, err = state.Open(file); err != nil {
			t.Fatal(err)
		}
		if w.task(ids[0]).Waits() || w.task(ids[0]).Version != 2 || !w.task(ids[1]).Waits() || !w.task(ids[2]).Waits() {
			t.Errorf("after a restart: %+v %+v", w.task(ids[0]), w.task(ids[1]))
		}
		if u := state.FindInstanceUsage(w.store.Read(), scope.ContainerInstance("shop", "i")); u.CPU != 600 || u.Left != 1 {
			t.Errorf("the instance has %+v", u)
		}
	}
	plan := Decide(Input{Waiting: state.AllWaitingTasks(w.store.Read(), clusterARN), Demand: task.WaitingDemands(w.store.Read(), nil), Pool: w.pool(), Now: since})
	if !plan.WakeAt.Truncate(time.Second).Equal(since.Add(patience).Truncate(time.Second)) {
		t.Errorf("tasks that waited before wait until %v, want %v", plan.WakeAt, since.Add(patience))
	}
	w.instance("k", "b", 1000)
	w.instance("l", "a", 1000)
	c, end := w.run(old)
	defer end()
	if err := c.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(state.AllWaitingTasks(w.store.Read(), clusterARN)); n != 0 {
		t.Errorf("%d tasks wait", n)
	}
}

// TestRoomIsKeptForDaemons: a task that waits does not get what a DAEMON service still needs.
func TestRoomIsKeptForDaemons(t *testing.T) {
	w := newWorld(t, store.Options{})
	w.update(func(tx *store.Tx) {
		def := taskdefinition.Add(tx, scope, &types.TaskDefinition{
			Family: aws.String("daemon"), NetworkMode: types.NetworkModeBridge, Cpu: aws.String("600"), Memory: aws.String("64"),
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
		}, nil, scope.Root(), start)
		s := &state.Service{ARN: scope.Service("shop", "daemon"), Name: "daemon", ClusterARN: clusterARN, SchedulingStrategy: types.SchedulingStrategyDaemon}
		s.SetPrimary(&state.Deployment{
			Generation: state.Generation{
				ID:       "ecs-svc/1",
				Revision: &state.ServiceRevision{TaskDefinition: def.ARN, LaunchType: types.LaunchTypeEc2},
			}, RolloutState: types.DeploymentRolloutStateInProgress,
		})
		state.PutService(tx, s)
	})
	w.wait("a", 600, 0)
	small := w.wait("a", 300, 1)
	w.instance("i", "a", 1000)
	c := &controller{store: w.store, clock: clock.New(clock.Options{})}
	if plan := c.decide(w.store.Read(), clusterARN, func(int) int { return 0 }); len(plan.Place) != 1 || plan.Place[0].Task != small {
		t.Errorf("placed: %s", fmt.Sprint(plan.Place))
	}
}
