package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/iam"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
	"github.com/ecs-emulator/ecs-emulator/emulator/task"
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
