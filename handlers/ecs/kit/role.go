package kit

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// PassRoles asks whether the caller may have tasks run as roles. Source: field reports for RegisterTaskDefinition.
// What is refused before that is an assumption.
func PassRoles(ctx context.Context, roles ...string) error {
	return passRoles(ctx, iam.ECSTasks, roles)
}

// PassRolesToECS asks whether the caller may have ECS itself act in roles: change load balancers, call
// lifecycle hooks. Source: ECS developer guide, infrastructure IAM role for load balancers.
func PassRolesToECS(ctx context.Context, roles ...string) error {
	return passRoles(ctx, iam.ECS, roles)
}

func passRoles(ctx context.Context, service string, roles []string) error {
	for _, role := range roles {
		if role == "" {
			continue
		}
		if err := awsapi.Allow(ctx, "iam:PassRole", role, map[string]string{"iam:PassedToService": service}); err != nil {
			return err
		}
	}
	return nil
}

// CheckRoles refuses roles that a task could not have, unless all are taken (ECS0150).
func (b *Base) CheckRoles(tx *store.Tx, scope arn.Scope, roles ...string) error {
	if !b.StrictRoles {
		return nil
	}
	if role := iam.NotForTasks(tx, scope, roles...); role != "" {
		return &types.ClientException{Message: aws.String(task.RoleNotAssumed(role))}
	}
	return nil
}

// CheckServiceRoleTrusts refuses a role with which ECS could not call the load balancer of a
// service, unless all are taken. What its policies allow is not looked at. Source: field reports,
// on which tools look for this text to try again.
func (b *Base) CheckServiceRoleTrusts(tx *store.Tx, scope arn.Scope, role string) error {
	if !b.StrictRoles || role == "" {
		return nil
	}
	found := iam.RoleByARN(tx, iam.AccountOf(scope), role)
	if found != nil && found.Trusts(iam.Asking{Service: iam.ECS, Source: scope.Prefix() + "service/*", Account: scope.Account}) {
		return nil
	}
	return InvalidParameter("Unable to assume role and validate the specified targetGroupArn. " +
		"Please verify that the ECS service role being passed has the proper permissions.")
}

// LinkRole makes the role that is linked to ECS where there is none, even if the cluster was there before (IAM0008), unless the
// caller may not: ECS calls iam:CreateServiceLinkedRole as the caller, and goes on without the role (AC17).
func (b *Base) LinkRole(ctx context.Context) error {
	scope := Scope(ctx)
	if iam.HasECSRole(b.Store.Read(), iam.AccountOf(scope)) || awsapi.AllowLinkedRole(ctx, iam.ECS, scope.ServiceLinkedRole()) != nil {
		return nil
	}
	return b.Store.Update(func(tx *store.Tx) error {
		EnsureRole(tx, scope, b.Now())
		return nil
	})
}

// EnsureRole makes the role that is linked to ECS where there is none, even if the cluster
// was there before (IAM0008).
func EnsureRole(tx *store.Tx, scope arn.Scope, now time.Time) {
	iam.EnsureECSRole(tx, iam.AccountOf(scope), now)
}
