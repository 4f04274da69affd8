package agent

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// awslogs is where a container's output goes by the driver of this name.
type awslogs struct {
	stream  LogStream
	create  bool // the group, if it is not there
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
	scope.Region = options["awslogs-region"]
	if prefix := options["awslogs-stream-prefix"]; prefix != "" {
		name = strings.Join([]string{prefix, aws.ToString(d.Name), arn.Name(t.ARN)}, "/")
	}
	return awslogs{
		stream: LogStream{Scope: scope, Group: options["awslogs-group"], Name: name},
		create: options["awslogs-create-group"] == "true", options: options,
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
	err := h.agent.LogSink.OpenStream(ctx, a.stream, a.create)
	if refused(err) {
		return logRefusal{err}
	}
	return err
}

// logRefusal is why a container cannot have its log.
type logRefusal struct{ error }

func (r logRefusal) Unwrap() error { return r.error }
