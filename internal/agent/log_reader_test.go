package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// withLogs is a story with CloudWatch Logs that has the group "shop".
func withLogs(t *testing.T, story func(b *bench, logs *fakeLogs)) {
	withAgent(t, func(b *bench) {
		logs := newFakeLogs("shop")
		b.stop()
		b.logs = logs
		b.start()
		story(b, logs)
	})
}

// logged is a container with the driver awslogs, in the group "shop" unless options say otherwise.
func logged(c types.ContainerDefinition, options ...string) types.ContainerDefinition {
	l := map[string]string{"awslogs-group": "shop", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs"}
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		l[name] = value
	}
	c.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: l}
	return c
}

func streamName(task, container string) string { return "ecs/" + container + "/" + arn.Name(task) }

func TestOutputGoesToCloudWatchLogs(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 60; echo two")))
		b.expect("streams", logs.names(), []string{"eu-west-1 shop " + streamName(id, "web")})
		b.expect("while it runs", logs.lines("shop", streamName(id, "web")), []string{"one"})
		time.Sleep(61 * time.Second)
		synctest.Wait()
		b.expect("after its end", logs.lines("shop", streamName(id, "web")), []string{"one", "two"})
		b.expect("the container is still there", logs.sources(), 1)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		b.expect("positions of removed containers", logs.sources(), 0)
	})
}

func TestStreamIsThereBeforeAnyOutput(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		instance := b.instance()
		id := b.runAt(instance, types.NetworkModeBridge, logged(container("web"), "awslogs-stream-prefix="))
		b.expect("streams", logs.names(), []string{"eu-west-1 shop " + b.task(id).Status.Containers[0].EngineID})
		b.run(logged(container("web"), "awslogs-group=new", "awslogs-create-group=true"))
		b.expect("groups", logs.made(), []string{"new", "shop"})
	})
}

func TestMissingLogGroupOnFargate(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		job := container("job", "exit", "0")
		job.Essential = aws.Bool(false)
		id := b.run(job, logged(container("web"), "awslogs-group=absent"))
		ended := b.task(id)
		b.expect("lastStatus", ended.Status.LastStatus, state.Stopped)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		before, after, _ := strings.Cut(ended.Stop.Reason, "RequestID: ")
		b.expect("stoppedReason", before, "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "+
			"failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, ")
		b.expect("its end", after[36:], ", ResourceNotFoundException: The specified log group does not exist. : exit status 1")
		for _, c := range ended.Status.Containers {
			if c.ExitCode != nil || c.Reason != "" || c.ImageDigest != "" || c.RuntimeID == "" || !c.StartedAt.IsZero() {
				t.Errorf("container %+v", c)
			}
		}
		s := ended.Status
		if !s.StartedAt.IsZero() || s.PullStartedAt.IsZero() || s.PullStoppedAt.IsZero() || s.ExecutionStoppedAt.IsZero() {
			t.Errorf("times of the task: %+v", s)
		}
		b.expect("streams", logs.names(), []string(nil))
	})
}

func TestLogGroupThatMayNotBeMade(t *testing.T) {
	withLogs(t, func(b *bench, _ *fakeLogs) {
		id := b.run(logged(container("web"), "awslogs-group=forbidden", "awslogs-create-group=true"))
		reason := b.task(id).Stop.Reason
		if !strings.Contains(reason, "failed to create Cloudwatch log group: operation error CloudWatch Logs: CreateLogGroup, https response error") ||
			!strings.HasSuffix(reason, ", api error AccessDeniedException: no : exit status 1") {
			t.Errorf("stoppedReason %q", reason)
		}
	})
}

func TestMissingLogGroupOnAContainerInstance(t *testing.T) {
	withLogs(t, func(b *bench, _ *fakeLogs) {
		id := b.runAt(b.instance(), types.NetworkModeBridge, logged(container("web"), "awslogs-group=absent"))
		ended := b.task(id)
		b.expect("stoppedReason", ended.Stop.Reason, "Task failed to start")
		b.expect("reason", ended.Status.Containers[0].Reason, "CannotStartContainerError: Error response from daemon: "+
			"failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.")
	})
}

func TestOutputIsReadAgainAfterARestart(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 10; echo two; sleep 60; echo three; sleep 60; echo four")))
		ended := b.run(logged(container("web", "sh", "-c", "echo one; sleep 20; echo two")))
		time.Sleep(20 * time.Second)
		b.stop()
		time.Sleep(time.Minute) // "three" comes while nobody reads
		b.start()
		b.expect("at once", logs.lines("shop", streamName(id, "web")), []string{"one", "two", "three"})
		b.expect("of one that ended meanwhile", logs.lines("shop", streamName(ended, "web")), []string{"one", "two"})
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("later", logs.lines("shop", streamName(id, "web")), []string{"one", "two", "three", "four"})
		b.stop()
		b.start() // what has ended is a leftover, all of which is in
		b.expect("in the end", logs.lines("shop", streamName(id, "web")), []string{"one", "two", "three", "four"})
	})
}

func TestOutputIsReadAgainWhenTheEngineIsBack(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 10; echo two; sleep 60; echo three")))
		b.engine.Disconnect(nil)
		time.Sleep(20 * time.Second)
		b.engine.Reconnect()
		time.Sleep(lastRetry)
		synctest.Wait()
		b.expect("lines", logs.lines("shop", streamName(id, "web")), []string{"one", "two"})
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.expect("in the end", logs.lines("shop", streamName(id, "web")), []string{"one", "two", "three"})
	})
}

func TestOutputWaitsForTheSink(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		logs.fail(errDiskFull)
		id := b.run(logged(container("web", "print", "3")))
		time.Sleep(2 * retryPause)
		synctest.Wait()
		b.expect("lines", logs.lines("shop", streamName(id, "web")), []string{"line 1", "line 2", "line 3"})
	})
}

func TestEventsOfSeveralLinesEndWithAPause(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		id := b.run(logged(container("web", "sh", "-c", "echo INFO a; echo b; sleep 2; echo INFO c; sleep 3; echo d; sleep 9; echo INFO e"), "awslogs-multiline-pattern=^INFO"))
		expect := func(after time.Duration, want ...string) {
			b.Helper()
			time.Sleep(after)
			synctest.Wait()
			b.expect(fmt.Sprint("after ", after), logs.lines("shop", streamName(id, "web")), want)
		}
		expect(time.Second, []string(nil)...)
		expect(2*time.Second, "INFO a\nb\n")
		expect(5*time.Second, "INFO a\nb\n", "INFO c\nd\n")
		expect(10*time.Second, "INFO a\nb\n", "INFO c\nd\n", "INFO e\n")
	})
}

func TestNoPatternKeepsATaskFromStarting(t *testing.T) {
	withLogs(t, func(b *bench, _ *fakeLogs) {
		id := b.run(logged(container("web"), "awslogs-multiline-pattern=("))
		if reason := b.task(id).Stop.Reason; !strings.Contains(reason, `could not parse multiline pattern key "("`) {
			t.Errorf("stoppedReason %q", reason)
		}
	})
}

func TestOutputComesAsLateAsOnAWS(t *testing.T) {
	withAgent(t, func(b *bench) {
		logs := newFakeLogs("shop")
		b.stop()
		b.logs, b.delays = logs, Delays{Logs: 4 * time.Second}
		b.start()
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 60")))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		b.expect("early", logs.lines("shop", streamName(id, "web")), []string(nil))
		time.Sleep(time.Second)
		synctest.Wait()
		b.expect("after the delay", logs.lines("shop", streamName(id, "web")), []string{"one"})
	})
}

// TestAdvanceWaitsForOutput: who advances the clock finds what was written on the way.
func TestAdvanceWaitsForOutput(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		b.clock.SetQuiet(func(ctx context.Context) error {
			if err := b.engine.Settle(ctx); err != nil {
				return err
			}
			return b.agent.Idle(ctx, time.Minute)
		})
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 10; echo two; sleep 10; echo three; sleep 100")))
		for want := 2; want <= 3; want++ {
			if err := b.clock.Advance(b.Context(), 10*time.Second); err != nil {
				t.Fatal(err)
			}
			b.expect("lines", len(logs.lines("shop", streamName(id, "web"))), want)
		}
	})
}

// TestRemovalWaitsForOutput: a container stays until its last line is in.
func TestRemovalWaitsForOutput(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 600; echo two")))
		b.stopTask(id)
		b.expect("lines", logs.lines("shop", streamName(id, "web")), []string{"one"})
		if _, err := b.engine.Inspect(b.Context(), b.task(id).Status.Containers[0].EngineID); err != nil {
			t.Error(err)
		}
	})
}

// TestTimersAreNotKept: a container that always writes has no more timers than one that rests.
func TestTimersAreNotKept(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		h := b.agent.hosts[slices.Sorted(maps.Keys(b.agent.hosts))[0]]
		h.simulated.Store(false) // flushes by themselves
		stream := LogStream{Group: "shop", Name: "busy"}
		if err := logs.OpenStream(b.Context(), stream, false); err != nil {
			t.Fatal(err)
		}
		r := newLogReader(h, stream, "busy", map[string]string{"awslogs-multiline-pattern": "^INFO"})
		type mark struct{ _ [64]byte } // lives as long as a timer that was set with its line
		var marks []weak.Pointer[mark]
		for range 10 * time.Minute / (200 * time.Millisecond) {
			m := &mark{}
			marks = append(marks, weak.Make(m))
			r.take(context.WithValue(b.Context(), mark{}, m), time.Now(), "INFO a line")
			time.Sleep(200 * time.Millisecond)
		}
		synctest.Wait()
		runtime.GC()
		kept := 0
		for _, m := range marks {
			if m.Value() != nil {
				kept++
			}
		}
		if kept > 10 {
			t.Errorf("of %d lines, the timers of %d are kept", len(marks), kept)
		}
		r.stopTimers()
		b.expect("lines that are put", len(logs.lines("shop", "busy")) > len(marks)/2, true)
	})
}

// TestStartWhileAReaderEnds: a container may start again when its reader has asked for the last
// time, but has not ended.
func TestStartWhileAReaderEnds(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		id := b.run(container("web", "sh", "-c", "echo one; sleep 60"))
		source := b.task(id).Status.Containers[0].EngineID
		a := awslogs{stream: LogStream{Group: "shop", Name: "again"}}
		if err := logs.OpenStream(b.Context(), a.stream, false); err != nil {
			t.Fatal(err)
		}
		l := newLogReaders(b.agent.hosts[slices.Sorted(maps.Keys(b.agent.hosts))[0]])
		c := &containerLog{awslogs: a, reading: make(chan struct{})}
		l.readers[source] = c
		b.expect("again", l.again(c), false)
		l.follow(source, a, true)
		l.ended(source, c)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.expect("lines", logs.lines("shop", "again"), []string{"one"})
		l.await(b.Context(), source)
		b.expect("all is read", c.read && c.reading == nil, true)
	})
}

// TestNothingIsWrittenAfterTheLastLook: who removes containers reads all that they have written.
func TestNothingIsWrittenAfterTheLastLook(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 10; echo two; sleep 10; echo three")))
		b.stop()
		time.Sleep(11 * time.Second)
		b.agent.ReadLogs(b.Context())
		time.Sleep(time.Minute)
		written := 0
		count := backend.LogOptions{Write: func(time.Time, bool, string) error { written++; return nil }}
		if err := b.engine.Logs(b.Context(), b.sourceOf(id), count); err != nil {
			t.Fatal(err)
		}
		b.expect("lines", logs.lines("shop", streamName(id, "web")), []string{"one", "two"})
		b.expect("lines on the engine", written, 2)
	})
}

// Who would remove containers hears that their output is not kept.
func TestTheLastLookSaysWhatAFullDiskHasNotTaken(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		logs.fill(true)
		id := b.run(logged(container("web", "print", "3")))
		b.stop()
		read := func() bool {
			ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
			defer cancel()
			return b.agent.ReadLogs(ctx)
		}
		b.expect("kept while the disk is full", read(), false)
		logs.fill(false)
		b.expect("kept then", read(), true)
		b.expect("lines", len(logs.lines("shop", streamName(id, "web"))), 3)
	})
}

// TestRemovalWaitsForAFullDisk: a container stays as long as the sink does not take its output,
// and the log says once that it does not.
func TestRemovalWaitsForAFullDisk(t *testing.T) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		var said bytes.Buffer
		b.stop()
		b.agent = New(Options{Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&said, nil)), Hosts: []HostOptions{{Engine: b.engine}}, LogSink: logs})
		b.runAgent(b.agent)
		logs.fill(true)
		id, second := b.run(logged(container("web", "print", "3"))), b.run(logged(container("web", "print", "3")))
		time.Sleep(time.Hour)
		synctest.Wait()
		b.expect("lines", logs.lines("shop", streamName(id, "web")), []string(nil))
		if _, err := b.engine.Inspect(b.Context(), b.sourceOf(id)); err != nil {
			t.Error(err)
		}
		logs.fill(false)
		time.Sleep(2 * retryPause)
		synctest.Wait()
		for _, task := range []string{id, second} {
			b.expect("lines", logs.lines("shop", streamName(task, "web")), []string{"line 1", "line 2", "line 3"})
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if _, err := b.engine.Inspect(b.Context(), b.sourceOf(id)); !errors.Is(err, backend.ErrNotFound) {
			t.Errorf("the container is still there: %v", err)
		}
		b.expect("positions", logs.sources(), 0)
		b.expect("complaints", strings.Count(said.String(), "level=ERROR"), 1)
	})
}

// TestClocksThatAreSet: when the engine's clock is behind after a while, its lines are followed
// again after one look; and they are followed on when they are older than those before.
func TestClocksThatAreSet(t *testing.T) {
	testSetClock(t, 15*time.Second, 2, 1)
	testSetClock(t, 10*time.Minute, 1, 0)
}

func testSetClock(t *testing.T, back time.Duration, follows, looks int) {
	withLogs(t, func(b *bench, logs *fakeLogs) {
		h := b.agent.hosts[slices.Sorted(maps.Keys(b.agent.hosts))[0]]
		h.simulated.Store(false)
		engine := &setBack{Engine: b.engine, by: back}
		h.Engine = enginecall.New(engine, &h.agent.calls, h.agent.Log)
		stream := LogStream{Group: "shop", Name: "set"}
		if err := logs.OpenStream(b.Context(), stream, false); err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(b.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			newLogReader(h, stream, "set", nil).run(ctx, func() bool { return false })
		}()
		time.Sleep(time.Minute)
		end()
		<-done
		if engine.follows != follows || engine.looks != looks {
			t.Errorf("set back by %v: followed %d times, looked %d times", back, engine.follows, engine.looks)
		}
	})
}

// setBack is an engine with a container that writes a line each second, rests for twenty of them,
// and goes on. Meanwhile the engine's clock is set back.
type setBack struct {
	backend.Engine
	by                      time.Duration
	follows, looks, written int
}

func (e *setBack) Logs(ctx context.Context, _ string, opts backend.LogOptions) error {
	if !opts.Follow {
		e.looks++
		return nil
	}
	e.follows++
	for ; ctx.Err() == nil; e.written++ {
		at := time.Now()
		if e.written == 10 {
			time.Sleep(20 * time.Second)
		}
		if e.written >= 10 {
			at = time.Now().Add(-e.by)
		}
		if err := opts.Write(at, false, "line"); err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
	return ctx.Err()
}
