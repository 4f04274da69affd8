package activity_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// world is a store and what a feed of it has told.
type world struct {
	*testing.T
	store   *store.Store
	journal activity.Journal
}

func newWorld(t *testing.T) *world {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &world{T: t, store: rows}
}

func (w *world) update(change func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) feed() *activity.Feed {
	return activity.NewFeed(w.store, &w.journal, func() time.Time { return at.Add(time.Hour) })
}

// start adds a task and says so in a service event, as the scheduler does.
func (w *world) start(id string) { w.startIn(scope, id) }

func (w *world) startIn(scope arn.Scope, id string) {
	w.update(func(tx *store.Tx) {
		message, service := "(service web) has started 1 tasks: (task "+id+").", scope.Service("default", "web")
		state.AddServiceEvents(tx, service, types.ServiceEvent{Id: &id, Message: &message, CreatedAt: &at})
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("default", id), Status: state.TaskStatus{LastStatus: state.Provisioning},
			Spec: &state.TaskSpec{Group: "service:web", ServiceARN: service, ClusterARN: scope.Cluster("default"), CreatedAt: at},
		})
	})
}

// TestFeedGoesOnWhereKeptEnds adds a task before a reader comes and one afterwards.
func TestFeedGoesOnWhereKeptEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.store.Close()
		w.start(id)
		w.journal.Write(activity.Line{At: at, Text: "fault 1 is added"})
		feed := w.feed()
		expect(t, "kept", feed.Kept(), ": event: (service web) has started 1 tasks: (task d88f6994…).", "passing: task d88f6994 of service:web is PROVISIONING", ": fault 1 is added")

		ctx, leave := context.WithCancel(t.Context())
		var told []activity.Line
		done := make(chan error)
		go func() {
			done <- feed.Follow(ctx, func(lines []activity.Line) error { told = append(told, lines...); return nil })
		}()
		synctest.Wait()
		expect(t, "nothing new", told)
		w.start("8c23aa47aaaabbbbccccddddeeeeffff")
		synctest.Wait()
		w.journal.Write(activity.Line{At: at, Text: "all faults are cleared"})
		synctest.Wait()
		expect(t, "followed", told, ": event: (service web) has started 1 tasks: (task 8c23aa47…).",
			"passing: task 8c23aa47 of service:web is PROVISIONING", ": all faults are cleared")
		leave()
		<-done
	})
}

// TestFeedSaysWhere has a task in one region, then one of the same service in another, and another account.
func TestFeedSaysWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.store.Close()
		w.start(id)
		w.journal.Write(activity.Line{At: at, Text: "fault 1 is added"})
		feed := w.feed()
		kept := feed.Kept()
		expect(t, "one region", kept, ": event: (service web) has started 1 tasks: (task d88f6994…).", "passing: task d88f6994 of service:web is PROVISIONING", ": fault 1 is added")
		if l := kept[1]; l.Region != "us-east-1" || l.Account != "000000000000" {
			t.Errorf("of %q in %q", l.Account, l.Region)
		}

		ctx, leave := context.WithCancel(t.Context())
		var told []activity.Line
		done := make(chan error)
		go func() {
			done <- feed.Follow(ctx, func(lines []activity.Line) error { told = append(told, lines...); return nil })
		}()
		w.startIn(arn.Scope{Region: "eu-west-1", Account: "000000000000"}, "8c23aa47aaaabbbbccccddddeeeeffff")
		synctest.Wait()
		w.start("200facaaaaaabbbbccccddddeeeeffff")
		synctest.Wait()
		w.journal.Write(activity.Line{At: at, Text: "all faults are cleared"})
		synctest.Wait()
		expect(t, "two regions", told,
			": eu-west-1: event: (service web) has started 1 tasks: (task 8c23aa47…).", "passing: eu-west-1: task 8c23aa47 of service:web is PROVISIONING",
			": us-east-1: event: (service web) has started 1 tasks: (task 200facaa…).", "passing: us-east-1: task 200facaa of service:web is PROVISIONING",
			": all faults are cleared")
		leave()
		<-done

		w.startIn(arn.Scope{Region: "eu-west-1", Account: "111122223333"}, "ae23aeb4aaaabbbbccccddddeeeeffff")
		kept = w.feed().Kept()
		expect(t, "two accounts", kept[len(kept)-3:len(kept)-2], "passing: 111122223333 eu-west-1: task ae23aeb4 of service:web is PROVISIONING")
	})
}

// TestFeedTellsHealth shows that health is told although no event has it, with the time of the checks.
func TestFeedTellsHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.store.Close()
		w.start(id)
		follower := w.feed()
		follower.Kept()
		ctx, leave := context.WithCancel(t.Context())
		var told []activity.Line
		done := make(chan error)
		go func() {
			done <- follower.Follow(ctx, func(lines []activity.Line) error { told = append(told, lines...); return nil })
		}()
		status := state.TaskStatus{LastStatus: state.Running, HealthStatus: types.HealthStatusHealthy, Containers: []state.Container{
			{Name: "web", Phase: state.ContainerRunning, HealthStatus: types.HealthStatusHealthy, HealthSince: at.Add(time.Second)},
		}}
		w.update(func(tx *store.Tx) {
			if err := state.PutTaskStatus(tx, scope.Task("default", id), state.TaskStep{Status: status}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		expect(t, "followed", told, "good: task d88f6994 of service:web is HEALTHY")
		if kept := w.feed().Kept(); len(kept) != 3 || !kept[2].At.Equal(at.Add(time.Second)) || kept[2].Text != "task d88f6994 of service:web is HEALTHY" {
			t.Errorf("kept: %v", kept)
		}
		leave()
		<-done
	})
}

func TestFeedLeavesOutWhatIsOlderThanADay(t *testing.T) {
	w := newWorld(t)
	defer w.store.Close()
	w.start(id)
	late := activity.NewFeed(w.store, &w.journal, func() time.Time { return at.Add(25 * time.Hour) })
	expect(t, "a day later", late.Kept())
}

// TestFeedTellsOfHooks, and leaves the other events of services to the rows of these.
func TestFeedTellsOfHooks(t *testing.T) {
	w := newWorld(t)
	defer w.store.Close()
	w.update(func(tx *store.Tx) {
		service := scope.Service("default", "web")
		state.AnnounceServiceAction(tx, state.ServiceAction{ServiceARN: service, Name: "SERVICE_STEADY_STATE"}, at)
		state.PutServiceDeployment(tx, &state.ServiceDeployment{
			ARN: scope.ServiceDeployment("default", "web", "1"), ServiceARN: service,
			Hooks: []state.LifecycleHook{{ID: "ecs-pause-1", Stage: "BAKE_TIME", Status: "AWAITING_ACTION", UpdatedAt: at}},
		})
	})
	expect(t, "kept", w.feed().Kept(), ": hook ecs-pause-1 of service:web is AWAITING_ACTION at BAKE_TIME")
}
