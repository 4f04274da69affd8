package credentials

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// AssumesRole tells the agent, which knows no IAM, whether ECS can assume an infrastructure
// role to make a volume for a task. Source: ECS developer guide, infrastructure IAM role.
func (i *Issuer) AssumesRole(t *state.Task, role string) bool {
	found := iam.RoleByARN(i.Store.Read(), iam.AccountOf(t.Scope()), role)
	return found != nil && found.Trusts(iam.Asking{Service: "ecs.amazonaws.com", Source: t.ARN, Account: t.Scope().Account})
}

// RefusedRole tells the scheduler, which knows no IAM, of a role that ECS cannot assume.
func RefusedRole(tx *state.Tx, definition *types.TaskDefinition) string {
	scope := arn.ScopeOf(aws.ToString(definition.TaskDefinitionArn))
	return iam.NotForTasks(tx, scope, aws.ToString(definition.TaskRoleArn), aws.ToString(definition.ExecutionRoleArn))
}
