package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs/awslogstest"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// withLogs is a story with CloudWatch Logs that has the group "shop".
func withLogs(t *testing.T, story func(b *bench, logs *awslogstest.Logs)) {
	withAgent(t, func(b *bench) {
		logs := awslogstest.New("shop")
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
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 60; echo two")))
		b.expect("streams", logs.Names(), []string{"eu-west-1 shop " + streamName(id, "web")})
		b.expect("while it runs", logs.Lines("shop", streamName(id, "web")), []string{"one"})
		time.Sleep(61 * time.Second)
		synctest.Wait()
		b.expect("after its end", logs.Lines("shop", streamName(id, "web")), []string{"one", "two"})
		b.expect("the container is still there", logs.Sources(), 1)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		b.expect("positions of removed containers", logs.Sources(), 0)
	})
}

func TestStreamIsThereBeforeAnyOutput(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		instance := b.instance()
		id := b.runAt(instance, types.NetworkModeBridge, logged(container("web"), "awslogs-stream-prefix="))
		b.expect("streams", logs.Names(), []string{"eu-west-1 shop " + b.task(id).Status.Containers[0].EngineID})
		b.run(logged(container("web"), "awslogs-group=new", "awslogs-create-group=true"))
		b.expect("groups", logs.Groups(), []string{"new", "shop"})
	})
}

func TestMissingLogGroupOnFargate(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
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
		b.expect("streams", logs.Names(), []string(nil))
	})
}

func TestLogGroupThatMayNotBeMade(t *testing.T) {
	withLogs(t, func(b *bench, _ *awslogstest.Logs) {
		id := b.run(logged(container("web"), "awslogs-group=forbidden", "awslogs-create-group=true"))
		reason := b.task(id).Stop.Reason
		if !strings.Contains(reason, "failed to create Cloudwatch log group: operation error CloudWatch Logs: CreateLogGroup, https response error") ||
			!strings.HasSuffix(reason, ", api error AccessDeniedException: no : exit status 1") {
			t.Errorf("stoppedReason %q", reason)
		}
	})
}

func TestMissingLogGroupOnAContainerInstance(t *testing.T) {
	withLogs(t, func(b *bench, _ *awslogstest.Logs) {
		id := b.runAt(b.instance(), types.NetworkModeBridge, logged(container("web"), "awslogs-group=absent"))
		ended := b.task(id)
		b.expect("stoppedReason", ended.Stop.Reason, "Task failed to start")
		b.expect("reason", ended.Status.Containers[0].Reason, "CannotStartContainerError: Error response from daemon: "+
			"failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.")
	})
}

func TestOutputIsReadAgainAfterARestart(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 10; echo two; sleep 60; echo three; sleep 60; echo four")))
		ended := b.run(logged(container("web", "sh", "-c", "echo one; sleep 20; echo two")))
		time.Sleep(20 * time.Second)
		b.stop()
		time.Sleep(time.Minute) // "three" comes while no reader runs
		b.start()
		b.expect("at once", logs.Lines("shop", streamName(id, "web")), []string{"one", "two", "three"})
		b.expect("of one that ended meanwhile", logs.Lines("shop", streamName(ended, "web")), []string{"one", "two"})
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("later", logs.Lines("shop", streamName(id, "web")), []string{"one", "two", "three", "four"})
		b.stop()
		b.start() // what has ended is a leftover, all of which is in
		b.expect("in the end", logs.Lines("shop", streamName(id, "web")), []string{"one", "two", "three", "four"})
	})
}

func TestOutputIsReadAgainWhenTheEngineIsBack(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 10; echo two; sleep 60; echo three")))
		b.engine.Disconnect(nil)
		time.Sleep(20 * time.Second)
		b.engine.Reconnect()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		b.expect("lines", logs.Lines("shop", streamName(id, "web")), []string{"one", "two"})
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.expect("in the end", logs.Lines("shop", streamName(id, "web")), []string{"one", "two", "three"})
	})
}

func TestOutputWaitsForTheSink(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		logs.Fail(awslogstest.ErrDiskFull)
		id := b.run(logged(container("web", "print", "3")))
		time.Sleep(2 * enginecall.RetryPause)
		synctest.Wait()
		b.expect("lines", logs.Lines("shop", streamName(id, "web")), []string{"line 1", "line 2", "line 3"})
	})
}

func TestEventsOfSeveralLinesEndWithAPause(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		id := b.run(logged(container("web", "sh", "-c", "echo INFO a; echo b; sleep 2; echo INFO c; sleep 3; echo d; sleep 9; echo INFO e"), "awslogs-multiline-pattern=^INFO"))
		expect := func(after time.Duration, want ...string) {
			b.Helper()
			time.Sleep(after)
			synctest.Wait()
			b.expect(fmt.Sprint("after ", after), logs.Lines("shop", streamName(id, "web")), want)
		}
		expect(time.Second, []string(nil)...)
		expect(2*time.Second, "INFO a\nb\n")
		expect(5*time.Second, "INFO a\nb\n", "INFO c\nd\n")
		expect(10*time.Second, "INFO a\nb\n", "INFO c\nd\n", "INFO e\n")
	})
}

func TestNoPatternKeepsATaskFromStarting(t *testing.T) {
	withLogs(t, func(b *bench, _ *awslogstest.Logs) {
		id := b.run(logged(container("web"), "awslogs-multiline-pattern=("))
		if reason := b.task(id).Stop.Reason; !strings.Contains(reason, `could not parse multiline pattern key "("`) {
			t.Errorf("stoppedReason %q", reason)
		}
	})
}

func TestOutputComesAsLateAsOnAWS(t *testing.T) {
	withAgent(t, func(b *bench) {
		logs := awslogstest.New("shop")
		b.stop()
		b.logs, b.delays = logs, plan.Delays{Logs: 4 * time.Second}
		b.start()
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 60")))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		b.expect("early", logs.Lines("shop", streamName(id, "web")), []string(nil))
		time.Sleep(time.Second)
		synctest.Wait()
		b.expect("after the delay", logs.Lines("shop", streamName(id, "web")), []string{"one"})
	})
}

// TestAdvanceWaitsForOutput: who advances the clock finds what was written on the way.
func TestAdvanceWaitsForOutput(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
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
			b.expect("lines", len(logs.Lines("shop", streamName(id, "web"))), want)
		}
	})
}

// TestRemovalWaitsForOutput: a container stays until its last line is in.
func TestRemovalWaitsForOutput(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		id := b.run(logged(container("web", "sh", "-c", "echo one; sleep 600; echo two")))
		b.stopTask(id)
		b.expect("lines", logs.Lines("shop", streamName(id, "web")), []string{"one"})
		if _, err := b.engine.Inspect(b.Context(), b.task(id).Status.Containers[0].EngineID); err != nil {
			t.Error(err)
		}
	})
}

// TestNothingIsWrittenAfterTheLastLook: who removes containers reads all that they have written.
func TestNothingIsWrittenAfterTheLastLook(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
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
		b.expect("lines", logs.Lines("shop", streamName(id, "web")), []string{"one", "two"})
		b.expect("lines on the engine", written, 2)
	})
}

// Who would remove containers hears that their output is not kept.
func TestTheLastLookSaysWhatAFullDiskHasNotTaken(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		logs.Fill(true)
		id := b.run(logged(container("web", "print", "3")))
		b.stop()
		read := func() bool {
			ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
			defer cancel()
			return b.agent.ReadLogs(ctx)
		}
		b.expect("kept while the disk is full", read(), false)
		logs.Fill(false)
		b.expect("kept then", read(), true)
		b.expect("lines", len(logs.Lines("shop", streamName(id, "web"))), 3)
	})
}

// TestRemovalWaitsForAFullDisk: a container stays as long as the sink does not take its output,
// and the log says once that it does not.
func TestRemovalWaitsForAFullDisk(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		var said bytes.Buffer
		b.stop()
		b.agent = New(Options{Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&said, nil)), Hosts: []HostOptions{{Engine: b.engine}}, LogSink: logs})
		b.runAgent(b.agent)
		logs.Fill(true)
		id, second := b.run(logged(container("web", "print", "3"))), b.run(logged(container("web", "print", "3")))
		time.Sleep(time.Hour)
		synctest.Wait()
		b.expect("lines", logs.Lines("shop", streamName(id, "web")), []string(nil))
		if _, err := b.engine.Inspect(b.Context(), b.sourceOf(id)); err != nil {
			t.Error(err)
		}
		logs.Fill(false)
		time.Sleep(2 * enginecall.RetryPause)
		synctest.Wait()
		for _, task := range []string{id, second} {
			b.expect("lines", logs.Lines("shop", streamName(task, "web")), []string{"line 1", "line 2", "line 3"})
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if _, err := b.engine.Inspect(b.Context(), b.sourceOf(id)); !errors.Is(err, backend.ErrNotFound) {
			t.Errorf("the container is still there: %v", err)
		}
		b.expect("positions", logs.Sources(), 0)
		b.expect("complaints", strings.Count(said.String(), "level=ERROR"), 1)
	})
}
