package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// forAgent is the registry as the agent asks it for images of tasks.
func (i *Images) forAgent() *imagepull.Registry {
	logins := ecr.NewLogins(i.Store)
	return &imagepull.Registry{
		Home: i.Scope, Strict: i.Strict, MayPull: i.mayPull,
		Hosts: i.hosts, Find: i.addressOn,
		Login: func(ctx context.Context, t *state.Task) (*backend.RegistryAuth, error) {
			call := i.Credentials.Call(t.ARN, session.TaskExecution, "ecr", "GetAuthorizationToken")
			if err := awsapi.Allow(awsapi.NewContext(ctx, call), "ecr:GetAuthorizationToken", "*", nil); err != nil {
				var refused smithy.APIError
				if errors.As(err, &refused) {
					err = fmt.Errorf("%s: %w", refused.ErrorCode(), err)
				}
				return nil, &imagepull.LoginError{Err: err}
			}
			password, err := logins.Password(ecr.Login{
				Account: call.Account, Region: call.Region, ARN: call.Caller.ARN, UserID: call.Caller.UserID, RoleARN: call.Caller.RoleARN,
				Issued: i.Clock.Now().UnixMilli(),
			})
			return &backend.RegistryAuth{Username: ecr.LoginUser, Password: password, Principal: call.Account + " " + call.Caller.RoleARN}, err
		},
	}
}

// mayPull asks for what Docker's pull asks the registry, of the manifest and then of each layer, and refuses it in Docker's words.
// Source: ECR API reference, BatchGetImage and GetDownloadUrlForLayer; BatchCheckLayerAvailability is for a push.
func (i *Images) mayPull(ctx context.Context, t *state.Task, image imagepull.Choice) error {
	may := func(operation string) error {
		call := i.Credentials.Call(t.ARN, session.TaskExecution, "ecr", operation)
		return awsapi.Allow(awsapi.NewContext(ctx, call), "ecr:"+operation, image.Repository, nil)
	}
	if err := may("BatchGetImage"); err != nil {
		return fmt.Errorf("pull access denied for %s, repository does not exist or may require 'docker login': denied: %w", image.RefRepository(), err)
	}
	if err := may("GetDownloadUrlForLayer"); err != nil {
		return fmt.Errorf("error pulling image configuration: denied: %w", err)
	}
	return nil
}
