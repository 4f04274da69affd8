package executionresource

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Source reads what task definitions refer to. It asks the APIs as the container agent
// does, with the keys of the task's execution role and never with those of its task role. An
// API's refusal MUST be a [*apiclient.Error], which may be wrapped. No error tells a value.
type Source interface {
	// Parameters returns the values of parameters by what they are asked for, names or ARNs,
	// and those that there are not.
	Parameters(ctx context.Context, t *state.Task, region string, names []string) (values map[string]string, invalid []string, err error)
	// Secret returns what is in a version of a secret. id is its ARN, full or partial;
	// without version and stage it is the current one.
	Secret(ctx context.Context, t *state.Task, region, id, version, stage string) (Value, error)
	// Object returns an object of S3. Where there are no objects at all the error is an [ErrNoObjects].
	Object(ctx context.Context, t *state.Task, bucket, key string) ([]byte, error)
}

// Value is the content of a secret: text, or bytes that are none.
type Value struct {
	Text   string
	Binary bool
}

// ErrNoExecutionRole is what a task on a container instance gets that Refers to something and has
// no execution role. Source: amazon-ecs-agent.
var ErrNoExecutionRole = errors.New("unable to find execution role credentials")

// ErrNoObjects is why there are no environment files.
type ErrNoObjects string

func (e ErrNoObjects) Error() string { return string(e) }
