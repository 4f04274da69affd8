package taskdefinition

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Output is the answer of RegisterTaskDefinition and
// DescribeTaskDefinition.
type Output struct {
	Tags           []types.Tag
	TaskDefinition wire.Raw
}

// RegisterTaskDefinition makes the next revision of a family, and answers all of it (ECS0370).
func (a *API) RegisterTaskDefinition(ctx context.Context, in *sdk.RegisterTaskDefinitionInput) (*Output, error) {
	if in.Tags != nil && len(in.Tags) == 0 { // ECS0308
		return nil, kit.ClientError("Tags can not be empty.")
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	call := awsapi.FromContext(ctx)
	scope := call.Scope()
	def, err := taskdef.Register(in, taskdef.Env{
		Partition: scope.Partition(), Account: scope.Account, RequestBytes: call.RequestBytes, InRegistry: a.inRegistry,
	})
	if err != nil {
		return nil, err
	}
	if err := launch.CheckAllConstraints(def, nil); err != nil { // no recording has what ECS says and when
		return nil, err
	}
	if err := kit.PassRoles(ctx, aws.ToString(def.TaskRoleArn), aws.ToString(def.ExecutionRoleArn)); err != nil {
		return nil, err
	}
	// The row keeps these two, and the rest as JSON.
	def.Family, in.Tags = aws.String(strings.Clone(*def.Family)), kit.OwnTags(in.Tags)
	var added *taskdefinition.TaskDefinition
	err = a.Store.Update(func(tx *store.Tx) error {
		added = taskdefinition.Add(tx, scope, def, in.Tags, call.Principal(), a.Now())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Output{TaskDefinition: added.Body, Tags: in.Tags}, nil
}

// errNoTaskDefinition is the answer for unknown task definitions, and for families
// without an ACTIVE revision. Source: field reports.
var errNoTaskDefinition = kit.ClientError("Unable to describe task definition.")

// DescribeTaskDefinition describes a revision in any status or, by its family
// alone, the highest ACTIVE one. What to include is checked first of all (ECS0029).
func (a *API) DescribeTaskDefinition(ctx context.Context, in *sdk.DescribeTaskDefinitionInput) (*Output, error) {
	scope := kit.Scope(ctx)
	for _, field := range in.Include {
		if field != types.TaskDefinitionFieldTags {
			return nil, kit.ClientError(string(field) + " is not a valid value for include. The value must be one of [[TAGS]]")
		}
	}
	row, err := kit.FindTaskDefinition(a.Store.Read(), scope, aws.ToString(in.TaskDefinition))
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, errNoTaskDefinition
	}
	out := &Output{TaskDefinition: row.Body, Tags: []types.Tag{}}
	if len(in.Include) > 0 {
		out.Tags = kit.ListedTags(row.Tags)
	}
	return out, nil
}

// ChangedTaskDefinition is a task definition as the operations that end it answer it.
type ChangedTaskDefinition struct {
	types.TaskDefinition
	PreviousStatus types.TaskDefinitionStatus // not documented; the SDKs drop it
}

// changedTaskDefinition describes now, which was old before the request.
func changedTaskDefinition(old, now *taskdefinition.TaskDefinition) ChangedTaskDefinition {
	return ChangedTaskDefinition{TaskDefinition: *now.Definition(), PreviousStatus: old.Status}
}

type DeregisterTaskDefinitionOutput struct{ TaskDefinition ChangedTaskDefinition }

// DeregisterTaskDefinition makes a revision INACTIVE; one that is so already is
// answered as it is. The first answer does not have deregisteredAt yet (ECS0030).
func (a *API) DeregisterTaskDefinition(ctx context.Context, in *sdk.DeregisterTaskDefinitionInput) (*DeregisterTaskDefinitionOutput, error) {
	scope := kit.Scope(ctx)
	ref, err := taskdef.ParseRef(aws.ToString(in.TaskDefinition))
	if err != nil {
		return nil, err
	}
	if err := ref.RequireRevision(); err != nil {
		return nil, err
	}
	var out *DeregisterTaskDefinitionOutput
	err = a.Store.Update(func(tx *store.Tx) error {
		row, err := kit.ReferredTaskDefinition(tx, scope, ref)
		if err != nil {
			return err
		}
		if row == nil {
			return errNoTaskDefinition
		}
		switch row.Status {
		case types.TaskDefinitionStatusActive:
			inactive := taskdefinition.Change(tx, row, func(def *types.TaskDefinition) {
				def.Status = types.TaskDefinitionStatusInactive
				def.DeregisteredAt = aws.Time(a.Now())
			})
			out = &DeregisterTaskDefinitionOutput{changedTaskDefinition(row, inactive)}
			out.TaskDefinition.DeregisteredAt = nil
		case types.TaskDefinitionStatusDeleteInProgress:
			return kit.ClientError("The task definition could not be deregistered because it is in the process of being deleted.")
		default:
			out = &DeregisterTaskDefinitionOutput{changedTaskDefinition(row, row)}
		}
		return nil
	})
	return out, err
}

// maxDeleted is how many revisions one request deletes.
// Source: ECS API reference, DeleteTaskDefinitions.
const maxDeleted = 10

type DeleteTaskDefinitionsOutput struct {
	Failures        []types.Failure
	TaskDefinitions []ChangedTaskDefinition
}

// DeleteTaskDefinitions marks INACTIVE revisions for deletion. They go when no
// task and no service refers to them any more, which is the work of
// [taskdefinition.Sweep]. None shows deleteRequestedAt (ECS0030).
func (a *API) DeleteTaskDefinitions(ctx context.Context, in *sdk.DeleteTaskDefinitionsInput) (*DeleteTaskDefinitionsOutput, error) {
	scope := kit.Scope(ctx)
	switch n := len(in.TaskDefinitions); {
	case n == 0:
		return nil, kit.InvalidParameter("size of TaskDefinition references list must be greater than 0")
	case n > maxDeleted:
		return nil, kit.InvalidParameter(fmt.Sprintf("Size of TaskDefinition references list cannot exceed %d", maxDeleted))
	}
	var out *DeleteTaskDefinitionsOutput
	err := a.Store.Update(func(tx *store.Tx) error {
		out = &DeleteTaskDefinitionsOutput{Failures: []types.Failure{}, TaskDefinitions: []ChangedTaskDefinition{}}
		for _, ref := range in.TaskDefinitions {
			def, refusal := a.deleteTaskDefinition(tx, scope, ref)
			if refusal != "" {
				out.Failures = append(out.Failures, types.Failure{Arn: &ref, Reason: &refusal})
				continue
			}
			out.TaskDefinitions = append(out.TaskDefinitions, def)
		}
		return nil
	})
	return out, err
}

// deleteTaskDefinition marks one revision, or says why not (ECS0030).
func (a *API) deleteTaskDefinition(tx *store.Tx, scope arn.Scope, ref string) (def ChangedTaskDefinition, refusal string) {
	parsed, err := taskdef.ParseRef(ref)
	if err != nil || parsed.Revision == 0 {
		return def, "The specified task definition identifier is invalid. Specify a valid name or ARN and try again."
	}
	row, err := kit.ReferredTaskDefinition(tx, scope, parsed)
	if err != nil || row == nil {
		return def, "The specified task definition does not exist. Specify a valid account, family, revision and try again."
	}
	switch row.Status {
	case types.TaskDefinitionStatusActive:
		return def, "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
	case types.TaskDefinitionStatusDeleteInProgress:
		return changedTaskDefinition(row, row), ""
	}
	return changedTaskDefinition(row, taskdefinition.RequestDeletion(tx, row, a.Now())), ""
}
