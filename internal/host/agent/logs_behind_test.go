package agent

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs/awslogstest"
)

// expectMissing checks since when lines of a task's container are yet to be put, as the sink was
// told: an offset from start, or none if that is negative.
func (b *bench) expectMissing(what string, logs *awslogstest.Logs, source string, start time.Time, offset time.Duration) {
	b.Helper()
	synctest.Wait()
	want := time.Time{}
	if offset >= 0 {
		want = start.Add(offset)
	}
	b.expect("what is missing "+what, logs.Missing(source), want)
}

func (b *bench) sourceOf(task string) string { return b.task(task).Status.Containers[0].EngineID }

// An event of several lines that may go on is yet to come.
func TestAnOpenEventIsMissing(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		start := b.clock.Now()
		source := b.sourceOf(b.run(logged(container("web", "sh", "-c", "echo INFO a; sleep 2; echo INFO b; sleep 60"), "awslogs-multiline-pattern=^INFO")))
		b.expectMissing("at first", logs, source, start, 0)
		time.Sleep(2 * time.Second)
		b.expectMissing("when the next has begun", logs, source, start, 2*time.Second)
		time.Sleep(5 * time.Second)
		b.expectMissing("when it has ended", logs, source, start, -1)
	})
}

func TestLinesThatAreHeldBackAsOnAWSAreMissing(t *testing.T) {
	withAgent(t, func(b *bench) {
		logs := awslogstest.New("shop")
		b.stop()
		b.logs, b.delays = logs, plan.Delays{Logs: 4 * time.Second}
		b.start()
		start := b.clock.Now()
		source := b.sourceOf(b.run(logged(container("web", "sh", "-c", "echo one; sleep 2; echo two; sleep 60"))))
		b.expectMissing("at first", logs, source, start, 0)
		time.Sleep(4 * time.Second)
		b.expectMissing("when both are in", logs, source, start, -1)
	})
}

// What a container has written while it could not be read is missing until its reader has come
// up to it. One reader may come back seconds before another.
func TestContainersAreBehindWhileTheEngineIsAway(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		start := b.clock.Now()
		source := b.sourceOf(b.run(logged(container("web", "sh", "-c", "echo one; sleep 10; echo two; sleep 60"))))
		b.expectMissing("while it is followed", logs, source, start, -1)
		b.engine.Disconnect(nil)
		b.expectMissing("when the engine is away", logs, source, start, 0)
		time.Sleep(20 * time.Second)
		b.engine.Reconnect()
		time.Sleep(5 * time.Second)
		b.expectMissing("when it is back", logs, source, start, -1)
	})
}

// silentEngine is an engine of which some containers' output cannot be read.
type silentEngine struct {
	*sim.Engine
	dumb func(id string) bool
}

func (s silentEngine) Logs(ctx context.Context, id string, opts backend.LogOptions) error {
	if s.dumb(id) {
		return errors.New("not now")
	}
	return s.Engine.Logs(ctx, id, opts)
}

// The first reader that comes back reminds the sink of the others, of which it has not heard for
// longer than it believes them.
func TestTheFirstReaderRemindsOfTheOthers(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		b.run(logged(container("web", "sh", "-c", "echo one; sleep 30; echo two; sleep 600")))
		late := b.sourceOf(b.run(logged(container("web", "sh", "-c", "echo one; sleep 600"))))
		b.stop()
		var speaks atomic.Bool
		b.startOn(HostOptions{Engine: silentEngine{b.engine, func(id string) bool { return id == late || !speaks.Load() }}})
		time.Sleep(time.Minute)
		synctest.Wait()
		logs.Behind(awslogs.Stream{}, late, time.Time{}) // as if its time were over
		speaks.Store(true)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if logs.Missing(late).IsZero() {
			t.Error("the sink does not know that a reader is behind which has not come back")
		}
	})
}

// What was forgotten nowhere goes at the next start: of containers that are no longer there.
func TestPositionsOfContainersThatAreGone(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		stays, gone := b.sourceOf(b.run(logged(container("web", "sleep", "600")))), b.sourceOf(b.run(logged(container("web", "sleep", "600"))))
		b.expect("positions", logs.Sources(), 2)
		b.stop()
		if err := b.engine.Remove(b.Context(), gone); err != nil {
			t.Fatal(err)
		}
		b.start()
		b.expect("positions after a start", logs.Sources(), 1)
		if !logs.Knows(stays) {
			t.Error("that of a container which is there is forgotten")
		}
	})
}
