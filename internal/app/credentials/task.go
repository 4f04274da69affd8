package credentials

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ID is the id by which a task asks for the keys of its task role.
func (i *Issuer) ID(taskARN string) (string, error) {
	return i.Sessions.CredentialsID(taskARN, session.TaskApplication)
}

// Variable is the environment variable by which SDKs find a task's credentials, empty for a task
// that has none.
// Source: AWS SDKs and Tools reference guide, container credential provider.
func (i *Issuer) Variable(t *state.Task) (string, error) {
	role := i.roleOf(t, session.TaskApplication)
	if role == "" {
		return "", nil
	}
	i.RoleID(role) // the log tells of one that does not exist
	id, err := i.ID(t.ARN)
	if err != nil {
		return "", fmt.Errorf("make the id of a task's credentials: %w", err)
	}
	return "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/" + id, nil
}

// TaskKeys finds the keys that one of some tasks asks for by an id; see metadata.Credentials. Those
// of its execution role it gets under no id.
func (i *Issuer) TaskKeys(ctx context.Context, id string, tasks []string) (*metadata.RoleCredentials, error) {
	for _, taskARN := range tasks {
		own, err := i.ID(taskARN)
		if err != nil {
			return nil, err
		}
		if subtle.ConstantTimeCompare([]byte(own), []byte(id)) == 0 {
			continue
		}
		t := state.FindTask(i.Store.Read(), taskARN)
		if t == nil || t.Ended() {
			break
		}
		role := i.roleOf(t, session.TaskApplication)
		if role == "" {
			break
		}
		found, err := i.keysOf(ctx, t, role)
		if err != nil {
			i.Log.Error("cannot make credentials for a task", "task", taskARN, "error", err)
		}
		return found, err
	}
	return nil, metadata.ErrNoCredentials
}

// keysOf are the keys that a task has now: its own session's, or those of a profile.
func (i *Issuer) keysOf(ctx context.Context, t *state.Task, role string) (*metadata.RoleCredentials, error) {
	if i.Profile != nil {
		return passedOn(ctx, i.Profile, role, time.Now())
	}
	made, err := i.Sessions.Issue(i.taskSession(t, session.TaskApplication, role))
	if err != nil {
		return nil, err
	}
	return &metadata.RoleCredentials{
		RoleArn: role, AccessKeyId: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, Token: made.Token,
		Expiration: i.Clock.Wall(made.Expires).Round(time.Second),
	}, nil
}

// Call is a call of an operation that the emulator makes for a task without a request, as one of
// the task's roles. What the execution role is for, the agent does as its container instance for a task
// without one. Of a task that has neither role, or is forgotten, it is the root of the account.
func (i *Issuer) Call(taskARN string, kind session.Kind, service, operation string) awsapi.Call {
	scope := arn.ScopeOf(taskARN)
	call := awsapi.Call{
		Service: service, Operation: operation, Region: scope.Region, Account: scope.Account, RequestID: arn.NewUUID(), Authorize: i.Authorize,
	}
	t := state.FindTask(i.Store.Read(), taskARN)
	if t == nil {
		return call
	}
	if role := i.roleOf(t, kind); role != "" {
		call.Caller = callerOf(i.taskSession(t, kind, role))
	} else if kind == session.TaskExecution {
		if s, has := i.instanceSession(t.Placement.ContainerInstance); has {
			call.Caller = callerOf(s)
		}
	}
	return call
}

// Allow asks whether the execution role of a task, or else its container instance, may do what the
// emulator does for the task without a request.
func (i *Issuer) Allow(ctx context.Context, taskARN, action, resource string) error {
	if i.Authorize == nil {
		return nil
	}
	service, operation, _ := strings.Cut(action, ":")
	call := i.Call(taskARN, session.TaskExecution, service, operation)
	return awsapi.Allow(awsapi.NewContext(ctx, call), action, resource, nil)
}

// MayInvoke asks whether a principal may invoke a Lambda function, which answers a lifecycle hook. The root of the account may.
// Source: ECS developer guide, permissions for Lambda functions in lifecycle hooks.
func (i *Issuer) MayInvoke(ctx context.Context, as apiclient.Principal, function string) error {
	return i.may(ctx, as, "lambda:InvokeFunction", function)
}

// MayRead asks whether a principal may read an object of S3 by its ARN. The root of the account may.
func (i *Issuer) MayRead(ctx context.Context, as apiclient.Principal, object string) error {
	return i.may(ctx, as, "s3:GetObject", object)
}

func (i *Issuer) may(ctx context.Context, as apiclient.Principal, action, resource string) error {
	if i.Authorize == nil || as.Keys.SessionToken == "" {
		return nil
	}
	s, ours, err := i.Sessions.Open(as.Keys.AccessKeyID, as.Keys.SessionToken)
	if err != nil || !ours {
		return fmt.Errorf("open the session of a role: %w", err)
	}
	return i.allow(ctx, callerOf(s), awsapi.Access{Action: action, Resource: resource})
}

// AllowService asks whether a service of AWS, such as events.amazonaws.com, may do something for what has an ARN, such as a rule.
func (i *Issuer) AllowService(ctx context.Context, service, forARN, action, resource string) error {
	scope := arn.ScopeOf(forARN)
	return i.allow(ctx, awsapi.Caller{Service: service, Account: scope.Account, Region: scope.Region}, awsapi.Access{
		Action: action, Resource: resource,
		Keys: awsapi.Keys{"aws:sourcearn": policy.Is(forARN), "aws:sourceaccount": policy.Is(scope.Account)},
	})
}

// allow asks whether a role in a session, or a service, may make the call of an operation that the emulator makes for it without a request: all
// that the call wants, its own action first.
func (i *Issuer) allow(ctx context.Context, caller awsapi.Caller, wants ...awsapi.Access) error {
	service, operation, _ := strings.Cut(wants[0].Action, ":")
	call := awsapi.Call{
		Service: service, Operation: operation, Region: caller.Region, Account: caller.Account, RequestID: arn.NewUUID(),
		Authorize: i.Authorize, Caller: caller,
	}
	return awsapi.AllowAll(awsapi.NewContext(ctx, call), wants)
}
