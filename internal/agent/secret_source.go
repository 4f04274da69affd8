package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// SecretSource reads what task definitions refer to. It asks the APIs as the container agent
// does, with the keys of the task's execution role and never with those of its task role. An
// API's refusal MUST be a [*CallError], which may be wrapped. No error tells a value.
type SecretSource interface {
	// Parameters returns the values of parameters by what they are asked for, names or ARNs,
	// and those that there are not.
	Parameters(ctx context.Context, t *state.Task, region string, names []string) (values map[string]string, invalid []string, err error)
	// Secret returns what is in a version of a secret. id is its ARN, full or partial;
	// without version and stage it is the current one.
	Secret(ctx context.Context, t *state.Task, region, id, version, stage string) (SecretValue, error)
	// Object returns an object of S3. Where nobody has objects that is an [ErrNoObjects].
	Object(ctx context.Context, t *state.Task, bucket, key string) ([]byte, error)
}

// SecretValue is the content of a secret: text, or what is none.
type SecretValue struct {
	Text   string
	Binary bool
}

// CallError is how a call of an API has failed.
type CallError struct {
	Service, Operation string // as the SDK calls them: "Secrets Manager", "GetSecretValue"
	Status             int
	RequestID          string
	Code, Message      string
	// Modelled says that the code is one of the operation's own.
	Modelled bool
}

// Error is what the SDK of Go says, in whose words ECS tells it.
// Source: recorded tasks; field reports.
func (e *CallError) Error() string {
	kind := "api error "
	if e.Modelled {
		kind = ""
	}
	return fmt.Sprintf("operation error %s: %s, https response error StatusCode: %d, RequestID: %s, %s%s",
		e.Service, e.Operation, e.Status, e.RequestID, kind, e.brief())
}

// brief is what went wrong without where.
func (e *CallError) brief() string { return e.Code + ": " + e.Message }

// ErrNoExecutionRole is what a task on a container instance gets that refers to something and has
// no execution role. Source: amazon-ecs-agent.
var ErrNoExecutionRole = errors.New("unable to find execution role credentials")

// ErrNoObjects is why there are no environment files.
type ErrNoObjects string

func (e ErrNoObjects) Error() string { return string(e) }
