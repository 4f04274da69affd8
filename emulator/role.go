package emulator

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/iam"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
)

// refusedRole tells the scheduler, which knows no IAM, of a role that ECS cannot assume.
func refusedRole(tx *state.Tx, definition *types.TaskDefinition) string {
	scope := arn.ScopeOf(aws.ToString(definition.TaskDefinitionArn))
	return iam.NotForTasks((*store.Tx)(tx), scope, aws.ToString(definition.TaskRoleArn), aws.ToString(definition.ExecutionRoleArn))
}
