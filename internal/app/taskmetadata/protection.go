package taskmetadata

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// protection is ECS as a task's role calls it: in the account and region of the task.
type protection struct{ *Endpoint }

func (p protection) GetTaskProtection(ctx context.Context, taskARN string, in *sdk.GetTaskProtectionInput) (*sdk.GetTaskProtectionOutput, error) {
	ctx, err := p.call(ctx, taskARN, "GetTaskProtection")
	if err != nil {
		return nil, refusedCall(ctx, err)
	}
	out, err := p.ECS.Tasks().GetTaskProtection(ctx, in)
	return out, refusedCall(ctx, err)
}

func (p protection) UpdateTaskProtection(ctx context.Context, taskARN string, in *sdk.UpdateTaskProtectionInput) (*sdk.UpdateTaskProtectionOutput, error) {
	ctx, err := p.call(ctx, taskARN, "UpdateTaskProtection")
	if err != nil {
		return nil, refusedCall(ctx, err)
	}
	out, err := p.ECS.Tasks().UpdateTaskProtection(ctx, in)
	return out, refusedCall(ctx, err)
}

// callError is an error of ECS that tells the id of the request, as those of the SDK do.
type callError struct {
	error
	requestID string
}

func (e callError) Unwrap() error { return e.error }

func (e callError) ServiceRequestID() string { return e.requestID }

// refusedCall adds the id of the call to its error, if there is one.
func refusedCall(call context.Context, err error) error {
	if err == nil {
		return nil
	}
	return callError{err, awsapi.FromContext(call).RequestID}
}

// call is a call of the container agent with the keys of the task's role.
func (p protection) call(ctx context.Context, taskARN, operation string) (context.Context, error) {
	call := p.Credentials.Call(taskARN, session.TaskApplication, "ecs", operation)
	ctx = awsapi.NewContext(ctx, call)
	cluster := arn.ScopeOf(taskARN).Cluster(arn.ClusterName(taskARN))
	return ctx, awsapi.Allow(ctx, "ecs:"+operation, taskARN, map[string]string{"ecs:cluster": cluster})
}
