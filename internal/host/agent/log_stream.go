package agent

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/trouble"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// awslogsOf is where the output of a container of the task goes; ok is false where it has another
// driver, or the emulator has no logs.
func (w *taskRunner) awslogsOf(i int) (c awslogs.Config, ok bool) {
	if d := &w.view.Definitions[i]; w.host.agent.LogSink != nil && awslogs.Uses(d) {
		return awslogs.NewConfig(w.task.ARN, d, w.view.Status.Containers[i].EngineID), true
	}
	return awslogs.Config{}, false
}

// openLog makes the stream of a container on Fargate.
func (w *taskRunner) openLog(i int) run {
	c, _ := w.awslogsOf(i)
	since := w.view.State(plan.Container(i)).LogSince
	return func(ctx context.Context) func() {
		again, err := w.makeLogStream(ctx, i, c, since)
		if again != nil {
			return again
		}
		return func() {
			if err != nil {
				w.suffers(trouble.Log(w.view.Status.Containers[i].Name, c.Stream.Group, err))
				w.logFailed(awslogs.FargateFailure(err))
				return
			}
			w.view.State(plan.Container(i)).Logless = false
		}
	}
}

// logTimeout is how long CloudWatch Logs may give no answer before the task ends. It is that of the
// other things that a task refers to, and the emulator's own.
const logTimeout = resourceTimeout

// makeLogStream makes the stream of a container, which has been tried since then, if that is not
// zero. Where nothing answers it is to be made again, until that has gone on for too long: an error
// is an awslogs.Refusal.
func (w *taskRunner) makeLogStream(ctx context.Context, i int, c awslogs.Config, since time.Time) (again func(), err error) {
	first := since.IsZero()
	if first {
		since = time.Now()
	}
	err = c.Open(ctx, w.host.agent.LogSink)
	refusal := awslogs.Refusal{}
	switch {
	case err == nil || errors.As(err, &refusal):
		return nil, err
	case ctx.Err() != nil:
		return w.unanswered(ctx, "cannot make a log stream", err), nil
	case time.Since(since) >= logTimeout:
		w.host.agent.Log.Error("cannot make a log stream", "task", w.task.ARN, "error", w.said(err))
		return nil, awslogs.Silent(err)
	case first:
		w.host.agent.Log.Warn("cannot make a log stream; retrying", "task", w.task.ARN, "for", logTimeout, "error", w.said(err))
	}
	enginecall.Rest(ctx)
	return func() { w.view.State(plan.Container(i)).LogSince = since }, nil
}

// logFailed is the end of a task on Fargate for want of a log.
func (w *taskRunner) logFailed(why string) {
	w.view.LoseLog(w.host.agent.Clock.Now())
	why = w.view.Scrub(why)
	w.host.agent.Log.Warn("cannot start the log of a task", "task", w.task.ARN, "reason", why)
	w.fail(why)
}

// followLog has the output of a container read, if its driver is awslogs. Again is harmless.
func (w *taskRunner) followLog(i int, runs bool) {
	if c, ok := w.awslogsOf(i); ok {
		w.host.logs.Follow(w.view.Status.Containers[i].EngineID, c, runs)
	}
}
