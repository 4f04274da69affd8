package placer

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// waitForEngine adds a task on Fargate that waits for the engine that its tag names.
func (w *world) waitForEngine(name string) string {
	w.Helper()
	return w.wait("FARGATE", 0, 0, func(t *state.Task) {
		t.Spec.LaunchType, t.Spec.NetworkMode, t.Spec.Reserved = types.LaunchTypeFargate, "", nil
		t.Spec.CPU, t.Spec.Memory, t.Spec.CreatedAt = "256", "512", time.Now()
		t.Placement = &state.Placement{CapacityProvider: "FARGATE", SubnetID: "subnet-1", Zone: "us-east-1a", AttachmentID: "eni", Waiting: &state.Waiting{}}
		t.Tags = []types.Tag{{Key: aws.String(engineroom.Tag), Value: &name}}
	})
}

// TestTasksWaitForTheirEngine however long it is away, and no other takes them. One that is stopped meanwhile ends.
func TestTasksWaitForTheirEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, store.Options{})
		var answers atomic.Bool
		w.engines.Engines = func() []engineroom.Engine {
			return []engineroom.Engine{
				{Name: "a", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192}, {Name: "b", Ready: answers.Load(), Architecture: "x86_64", CPU: 4096, Memory: 8192},
			}
		}
		_, end := w.run(clock.New(clock.Options{}))
		defer end()
		first, second := w.waitForEngine("b"), w.waitForEngine("b")
		synctest.Wait()
		if got := w.task(first).Placement.Waiting.Reason; got != "ecs-emulator: the engine b does not answer" {
			t.Errorf("reason %q", got)
		}
		w.update(func(tx *store.Tx) { state.StopTask(tx, second, state.Stop{At: time.Now()}) })
		time.Sleep(2 * patience)
		synctest.Wait()
		if !w.task(first).Waits() || !w.task(second).Ended() {
			t.Error("a task does not wait for its engine for more than 15 minutes, or one that is stopped does not end")
		}
		answers.Store(true)
		w.engines.Changed()
		synctest.Wait()
		got := *w.task(first).Placement
		if got.Host != "b" || got.Waiting != nil || got.SubnetID != "subnet-1" || got.Zone != "us-east-1a" || got.AttachmentID != "eni" || got.CapacityProvider != "FARGATE" {
			t.Errorf("placed on %+v, want engine b and what it had", got)
		}
		if status := w.task(first).Status; status.LastStatus != state.Provisioning || !status.ConnectivityAt.IsZero() {
			t.Errorf("status %+v: its network interface is still to come", status)
		}
	})
}

// A task whose engine is left out of a run would wait for ever.
func TestATaskEndsWhoseEngineIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.engines.Engines = func() []engineroom.Engine {
			return []engineroom.Engine{{Name: "a", Architecture: "x86_64", CPU: 4096, Memory: 8192}, {Name: "c", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192}}
		}
		_, end := w.run(clock.New(clock.Options{}))
		defer end()
		gone, away := w.waitForEngine("b"), w.waitForEngine("a")
		synctest.Wait()
		ended := w.task(gone)
		if !ended.Ended() || ended.Stop.Code != types.TaskStopCodeTaskFailedToStart || ended.Stop.Reason != "ecs-emulator: there is no engine b among a and c" {
			t.Errorf("ended %v, %+v", ended.Ended(), ended.Stop)
		}
		if !w.task(away).Waits() {
			t.Error("a task does not wait for an engine that is away")
		}
	})
}
