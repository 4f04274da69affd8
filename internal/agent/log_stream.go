package agent

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// awslogs is where a container's output goes by the driver of this name.
type awslogs struct {
	stream  LogStream
	create  bool   // the group, if it is not there
	region  string // of the task
	options map[string]string
}

func usesAwslogs(d *types.ContainerDefinition) bool {
	return d.LogConfiguration != nil && d.LogConfiguration.LogDriver == types.LogDriverAwslogs
}

// newAwslogs is that of a container. Its stream is called <prefix>/<container>/<task id>, or
// without a prefix, on a container instance, by the engine's id of the container.
// Source: ECS developer guide, using the awslogs log driver.
func newAwslogs(t *state.Task, d *types.ContainerDefinition, engineID string) awslogs {
	options := d.LogConfiguration.Options
	scope, name := t.Scope(), engineID
	home := scope.Region
	scope.Region = options["awslogs-region"]
	if prefix := options["awslogs-stream-prefix"]; prefix != "" {
		name = strings.Join([]string{prefix, aws.ToString(d.Name), arn.Name(t.ARN)}, "/")
	}
	return awslogs{
		stream: LogStream{Scope: scope, Group: options["awslogs-group"], Name: name},
		create: options["awslogs-create-group"] == "true", region: home, options: options,
	}
}

// awslogsOf is that of a container of the task; ok is false where it has another driver, or
// nobody takes the output.
func (w *work) awslogsOf(i int) (a awslogs, ok bool) {
	if d := &w.view.definitions[i]; w.host.agent.LogSink != nil && usesAwslogs(d) {
		return newAwslogs(w.task, d, w.view.status.Containers[i].EngineID), true
	}
	return awslogs{}, false
}

// openStream makes the stream of a container. A refusal is AWS's or the driver's; any other error
// is no fault of the task.
func (h *host) openStream(ctx context.Context, a awslogs) error {
	if _, err := eventStart(a.options); err != nil {
		return logRefusal{err}
	}
	if region := a.stream.Scope.Region; region != a.region && !regionForm.MatchString(region) {
		return logRefusal{noLogsHost(region)}
	}
	err := h.agent.LogSink.OpenStream(ctx, a.stream, a.create)
	if refused(err) {
		return logRefusal{err}
	}
	return err
}

// regionForm is what a region of AWS is called: us-east-1, us-gov-west-1, il-central-1. There is a
// host of CloudWatch Logs for no other.
var regionForm = lazyregexp.New(`^[a-z]{2,4}(-[a-z]+)?-(central|(north|south)?(east|west)|north|south)-[0-9]+$`)

// logTimeout is how long CloudWatch Logs may give no answer before the task ends. It is that of the
// other things that a task refers to, and the emulator's own.
const logTimeout = resourceTimeout

// makeStream makes the stream of a container, which has been tried since then, if that is not zero.
// Where nothing answers it is to be made again, until that has gone on for too long: an error is a
// logRefusal.
func (w *work) makeStream(ctx context.Context, i int, a awslogs, since time.Time) (again func(), err error) {
	first := since.IsZero()
	if first {
		since = time.Now()
	}
	err = w.host.openStream(ctx, a)
	refusal := logRefusal{}
	switch {
	case err == nil || errors.As(err, &refusal):
		return nil, err
	case ctx.Err() != nil:
		return w.unanswered(ctx, "log stream not made", err), nil
	case time.Since(since) >= logTimeout:
		w.host.agent.Log.Error("log stream not made", "task", w.task.ARN, "error", w.said(err))
		return nil, logRefusal{logsSilent(err)}
	case first:
		w.host.agent.Log.Warn("log stream not made; it is tried again", "task", w.task.ARN, "for", logTimeout, "error", w.said(err))
	}
	w.host.rest(ctx)
	return func() { w.view.about(i).logSince = since }, nil
}

// logRefusal is why a container cannot have its log.
type logRefusal struct{ error }

func (r logRefusal) Unwrap() error { return r.error }
