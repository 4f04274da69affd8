package credentials

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Assumes reports whether ECS can assume a role to act for what has an ARN, such as a service deployment.
func (i *Issuer) Assumes(forARN, role string) bool { return i.AssumedBy(iam.ECS, forARN, role) }

// AssumedBy reports whether a service of AWS, such as events.amazonaws.com, can assume a role to act for what has an
// ARN, such as a rule.
func (i *Issuer) AssumedBy(service, forARN, role string) bool {
	scope := arn.ScopeOf(forARN)
	found := iam.RoleByARN(i.Store.Read(), iam.AccountOf(scope), role)
	return found != nil && found.Trusts(iam.Asking{Service: service, Source: forARN, Account: scope.Account})
}

// RefusedRole tells the scheduler, which knows no IAM, of a role that ECS cannot assume.
func RefusedRole(tx *store.Tx, definition *types.TaskDefinition) string {
	scope := arn.ScopeOf(aws.ToString(definition.TaskDefinitionArn))
	return iam.NotForTasks(tx, scope, aws.ToString(definition.TaskRoleArn), aws.ToString(definition.ExecutionRoleArn))
}
