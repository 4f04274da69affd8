package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
	"github.com/ecs-emulator/ecs-emulator/internal/task"
)

// checkRoles refuses roles that a task could not have, unless all are taken (ECS0150).
func (a *API) checkRoles(tx *state.Tx, scope arn.Scope, roles ...string) error {
	if !a.opts.StrictRoles {
		return nil
	}
	if role := iam.NotForTasks((*store.Tx)(tx), scope, roles...); role != "" {
		return &types.ClientException{Message: aws.String(task.RoleNotAssumed(role))}
	}
	return nil
}

// checkServiceRoleTrusts refuses a role with which ECS could not call the load balancer of a
// service, unless all are taken. What its policies allow is not looked at. Source: field reports,
// on which tools look for this text to try again.
func (a *API) checkServiceRoleTrusts(tx *state.Tx, scope arn.Scope, role string) error {
	if !a.opts.StrictRoles || role == "" {
		return nil
	}
	found := iam.RoleByARN((*store.Tx)(tx), iam.AccountOf(scope), role)
	if found != nil && found.Trusts(iam.Asking{Service: iam.ECS, Source: scope.Prefix() + "service/*", Account: scope.Account}) {
		return nil
	}
	return invalidParameter("Unable to assume role and validate the specified targetGroupArn. " +
		"Please verify that the ECS service role being passed has the proper permissions.")
}
