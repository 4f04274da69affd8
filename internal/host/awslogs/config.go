package awslogs

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Config is where a container's output goes by the log driver awslogs.
type Config struct {
	Stream  Stream
	create  bool   // the group, if it is not there
	region  string // of the task
	options map[string]string
}

// Uses reports whether a container's log driver is awslogs.
func Uses(d *types.ContainerDefinition) bool {
	return d.LogConfiguration != nil && d.LogConfiguration.LogDriver == types.LogDriverAwslogs
}

// NewConfig of a container of a task, by its definition. Its stream is
// called <prefix>/<container>/<task id>, or without a prefix, on a container instance, by the
// engine's id of the container.
// Source: ECS developer guide, using the awslogs log driver.
func NewConfig(taskARN string, d *types.ContainerDefinition, engineID string) Config {
	options, name, scope := d.LogConfiguration.Options, engineID, arn.ScopeOf(taskARN)
	home := scope.Region
	scope.Region = options["awslogs-region"]
	if prefix := options["awslogs-stream-prefix"]; prefix != "" {
		name = strings.Join([]string{prefix, aws.ToString(d.Name), arn.Name(taskARN)}, "/")
	}
	return Config{
		Stream: Stream{Scope: scope, Group: options["awslogs-group"], Name: name, Task: taskARN},
		create: options["awslogs-create-group"] == "true", region: home, options: options,
	}
}

// Open makes the stream of a container. A [Refusal] is AWS's or the driver's; any other error is
// no fault of the task.
func (c Config) Open(ctx context.Context, sink Sink) error {
	if _, err := eventStart(c.options); err != nil {
		return Refusal{err}
	}
	if region := c.Stream.Scope.Region; region != c.region && !regionForm.MatchString(region) {
		return Refusal{noHost(region)}
	}
	err := sink.OpenStream(ctx, c.Stream, c.create)
	if refused(err) {
		return Refusal{err}
	}
	return err
}

// regionForm is what a region of AWS is called: us-east-1, us-gov-west-1, il-central-1. There is a
// host of CloudWatch Logs for no other.
var regionForm = lazyregexp.New(`^[a-z]{2,4}(-[a-z]+)?-(central|(north|south)?(east|west)|north|south)-[0-9]+$`)

// Refusal is why a container cannot have its log.
type Refusal struct{ error }

func (r Refusal) Unwrap() error { return r.error }

// refused reports whether an error is AWS's no; any other may pass.
func refused(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && refusal.ErrorFault() != smithy.FaultServer
}
