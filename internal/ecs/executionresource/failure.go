package executionresource

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// resourceError is why a task cannot have what its definition Refers to, as Fargate and as the
// container agent say it. It tells no value.
//
// Sources: ECS0211, for secrets; ECS developer guide, ResourceInitializationError;
// amazon-ecs-agent for files.
type resourceError struct {
	fargate, agent string
	cause          error // nil if the definition itself is
	kind           state.TroubleKind
	subject        string // ARN or name of what the task cannot have
}

func (e *resourceError) Error() string { return e.agent }

func (e *resourceError) Unwrap() error { return e.cause }

// Failure is the reason of a task that fails because of an error of Read. On container instances it is the
// resource's own text.
func Failure(t *state.Task, err error) string {
	onFargate := t.OnFargate()
	var told *resourceError
	switch {
	case errors.As(err, &told) && onFargate:
		return "ResourceInitializationError: " + told.fargate
	case errors.As(err, &told):
		return told.agent
	case onFargate:
		return "ResourceInitializationError: " + err.Error()
	}
	return err.Error()
}

// TroubleOf is what is known of an error of Read beside the reason.
func TroubleOf(err error) state.Trouble {
	t := state.Trouble{Kind: state.TroubleStart, Text: brief(err)}
	var told *resourceError
	if !errors.As(err, &told) {
		return t
	}
	t.Kind, t.Subject = told.kind, told.subject
	var call *apiclient.Error
	switch {
	case errors.As(err, &call):
		t.Code, t.Text = call.Code, call.Message
		if state.RefusedCode(call.Code) {
			t.Kind = state.TroubleRole
		}
	case errors.Is(err, ErrNoExecutionRole):
		t.Kind, t.Text = state.TroubleRole, "the task has no execution role"
	case told.cause != nil:
		t.Text = told.cause.Error()
	}
	return t
}

const (
	retrieval = "unable to pull secrets or registry auth: execution resource retrieval failed: "
	retried   = "service call has been retried 1 time(s): "
)

// parametersInvalid tells which parameters there are not.
func parametersInvalid(region string, names []string) error {
	list := strings.Join(names, ",")
	return &resourceError{
		fargate: retrieval + "unable to retrieve secrets from ssm: " + retried + "invalid ssm parameters: " + list,
		agent:   fmt.Sprintf("Fetching secret data from SSM Parameter Store in %s: invalid parameters: %s", region, list),
		kind:    state.TroubleSecret, subject: list,
	}
}

// parametersFailed tells that there was no answer.
func parametersFailed(region string, names []string, err error) error {
	return &resourceError{
		fargate: retrieval + "unable to retrieve secrets from ssm: " + retried + err.Error(),
		agent:   fmt.Sprintf("Fetching secret data from SSM Parameter Store in %s: %s", region, brief(err)),
		cause:   err,
		kind:    state.TroubleSecret, subject: strings.Join(names, ","),
	}
}

// secretFailed tells that a secret cannot be read.
func secretFailed(of secretReference, err error) error {
	return &resourceError{
		fargate: retrieval + "unable to retrieve secret from asm: " + retried + fmt.Sprintf("failed to fetch secret %s from secrets manager: %v", of.secret, err),
		agent:   fmt.Sprintf("Fetching secret data from AWS Secrets Manager in region %s: secret %s: %s", of.region, of.secret, brief(err)),
		cause:   err,
		kind:    state.TroubleSecret, subject: of.secret,
	}
}

// registryAuthFailed tells that there is no login for a registry.
func registryAuthFailed(of secretReference, what string, err error) error {
	fargate, agent := what, what
	if errors.Is(err, ErrNoExecutionRole) {
		agent = "asm resource: " + ErrNoExecutionRole.Error()
	} else if err != nil {
		fargate, agent = what+": "+err.Error(), what+": "+brief(err)
	}
	return &resourceError{
		fargate: retrieval + "unable to get registry auth from asm: " + retried + fargate,
		agent:   "A" + agent[1:], // asm
		cause:   err,
		kind:    state.TroubleSecret, subject: of.secret,
	}
}

// secretUnusable tells that a secret is there, and that it is not what the definition says.
func secretUnusable(of secretReference, why string) error {
	return &resourceError{
		fargate: retrieval + "unable to retrieve secret from asm: " + retried + why,
		agent:   fmt.Sprintf("Fetching secret data from AWS Secrets Manager in region %s: %s", of.region, why),
		kind:    state.TroubleSecret, subject: of.secret,
	}
}

// fileFailed tells that an environment file cannot be read. Fargate looks for the object
// first, and what it says of one that is missing is an analogy: reports are of one that it may
// not read.
func fileFailed(bucket, key string, err error) error {
	var nowhere ErrNoObjects
	if errors.As(err, &nowhere) {
		return &resourceError{
			fargate: "failed to download env files: " + nowhere.Error(), agent: "Unable to download env files: " + nowhere.Error(),
			kind: state.TroubleFile, subject: bucket + "/" + key,
		}
	}
	if errors.Is(err, ErrNoExecutionRole) {
		return &resourceError{
			agent: "Environment file resource: " + ErrNoExecutionRole.Error(), cause: err, kind: state.TroubleFile, subject: bucket + "/" + key,
		}
	}
	return &resourceError{
		fargate: "failed to download env files: " + retried + err.Error(),
		agent:   fmt.Sprintf("Unable to download env file with key %s from bucket %s, error: %s", key, bucket, brief(err)),
		cause:   err,
		kind:    state.TroubleFile, subject: bucket + "/" + key,
	}
}

// routerFileFailed tells that the configuration of a log router cannot be read. Fargate takes no such router, so its words are
// the agent's.
// Source: amazon-ecs-agent.
func routerFileFailed(bucket, key string, err error) error {
	var nowhere ErrNoObjects
	why := fmt.Sprintf("unable to download s3 config %s from bucket %s: %s", key, bucket, brief(err))
	if errors.Is(err, ErrNoExecutionRole) {
		why = "unable to get execution role credentials"
	} else if errors.As(err, &nowhere) {
		why = nowhere.Error()
	}
	why = "unable to download firelens s3 config file: " + why
	return &resourceError{fargate: why, agent: why, cause: err, kind: state.TroubleFile, subject: bucket + "/" + key}
}

// brief is an error in the words of the API alone.
func brief(err error) string {
	var call *apiclient.Error
	if errors.As(err, &call) {
		return call.Code + ": " + call.Message
	}
	return err.Error()
}
