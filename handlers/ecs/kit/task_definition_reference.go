package kit

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// FindTaskDefinition finds what a family, family:revision or ARN refers to; nil when
// there is no such revision, or no ACTIVE one of the family.
func FindTaskDefinition(tx *store.Tx, scope arn.Scope, ref string) (*taskdefinition.TaskDefinition, error) {
	parsed, err := taskdef.ParseRef(ref)
	if err != nil {
		return nil, err
	}
	return ReferredTaskDefinition(tx, scope, parsed)
}

// ReferredTaskDefinition finds a revision or, by its family alone, the highest ACTIVE one; nil if
// there is none.
func ReferredTaskDefinition(tx *store.Tx, scope arn.Scope, ref taskdef.Ref) (*taskdefinition.TaskDefinition, error) {
	if ref.Region != "" {
		if err := CheckRegion(scope, arn.ARN{Scope: arn.Scope{Region: ref.Region}}); err != nil {
			return nil, err
		}
		if ref.Account != scope.Account || ref.Partition != scope.Partition() {
			return nil, nil
		}
	}
	if ref.Revision == 0 {
		return taskdefinition.Active(tx, scope, ref.Family), nil
	}
	return taskdefinition.Find(tx, scope, ref.Family, int(ref.Revision)), nil
}

// CheckActive refuses a task definition that no task may be made of. refuse makes
// the error for one that is not ACTIVE, whose class depends on the operation.
// ECS0060 has the words.
func CheckActive(found *taskdefinition.TaskDefinition, refuse func(message string) error) error {
	switch {
	case found == nil:
		return ClientError("TaskDefinition not found.")
	case found.Status == types.TaskDefinitionStatusDeleteInProgress:
		return refuse("TaskDefinition is being deleted")
	case found.Status != types.TaskDefinitionStatusActive:
		return refuse("TaskDefinition is inactive")
	}
	return nil
}
