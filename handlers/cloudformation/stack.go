package cloudformation

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// stackWithID is a stack by its name or ARN, in the words of most operations (CFN-9).
func stackWithID(ctx context.Context, tx *store.Tx, nameOrID string) (*cfn.Stack, error) {
	return stackSaid(ctx, tx, nameOrID, "Stack with id %s does not exist")
}

// stackInBrackets is one in the words of events and change sets (CFN-10, CFN-39).
func stackInBrackets(ctx context.Context, tx *store.Tx, nameOrID string) (*cfn.Stack, error) {
	return stackSaid(ctx, tx, nameOrID, "Stack [%s] does not exist")
}

// stackSaid is a stack, or a refusal in some words.
func stackSaid(ctx context.Context, tx *store.Tx, nameOrID, missing string) (*cfn.Stack, error) {
	if err := checkStackName(nameOrID); err != nil {
		return nil, err
	}
	if found := cfn.FindStack(tx, awsapi.CallScope(ctx), nameOrID); found != nil {
		return found, nil
	}
	return nil, invalid(missing, nameOrID)
}

// DescribeStacks answers one stack, deleted or not, or all that are there (CFN-2, CFN-9). The newest come first.
func (a *API) DescribeStacks(ctx context.Context, in *sdk.DescribeStacksInput) (*sdk.DescribeStacksOutput, error) {
	tx, out := a.Store.Read(), &sdk.DescribeStacksOutput{Stacks: []types.Stack{}}
	if name := aws.ToString(in.StackName); name != "" {
		found, err := stackWithID(ctx, tx, name)
		if err != nil {
			return nil, err
		}
		out.Stacks = append(out.Stacks, describe(found))
		return out, nil
	}
	var there []*cfn.Stack
	for _, s := range cfn.Stacks(tx, awsapi.CallScope(ctx)) {
		if !s.Deleted() {
			there = append(there, s)
		}
	}
	part, next, err := pageOf(there, in.NextToken, true, age)
	if err != nil {
		return nil, err
	}
	for _, s := range part {
		out.Stacks = append(out.Stacks, describe(s))
	}
	out.NextToken = next
	return out, nil
}

// age puts stacks in the order in which they were made.
func age(s *cfn.Stack) string {
	return s.CreatedAt.UTC().Format("2006-01-02T15:04:05.000000000 ") + s.ID
}

// describe is a stack as DescribeStacks answers it (CFN-2).
func describe(s *cfn.Stack) types.Stack {
	d := types.Stack{
		StackId: &s.ID, StackName: &s.Name, StackStatus: types.StackStatus(s.Status), StackStatusReason: awsapi.Optional(s.Reason),
		ChangeSetId: awsapi.Optional(s.ChangeSetID), Description: awsapi.Optional(s.Description), RoleARN: awsapi.Optional(s.RoleARN),
		CreationTime: &s.CreatedAt, LastUpdatedTime: when(s.UpdatedAt), DeletionTime: when(s.DeletedAt),
		DetailedStatus: types.DetailedStatus(s.Detailed), DisableRollback: &s.DisableRollback,
		DeploymentConfig: deploymentConfig(s.DisableRollback), RollbackConfiguration: rollbackConfiguration(s.Rollback),
		NotificationARNs: nonNil(s.NotificationARNs), Capabilities: capabilityList(s.Capabilities), Tags: tagList(s.Tags),
		Parameters: parameterList(s.Parameters), Outputs: outputList(s.Outputs), LastOperations: lastOperations(s),
		DriftInformation: &types.StackDriftInformation{StackDriftStatus: types.StackDriftStatusNotChecked},
	}
	if s.TimeoutInMinutes > 0 {
		d.TimeoutInMinutes = &s.TimeoutInMinutes
	}
	if !s.Deleted() { // a deleted one does not say (CFN-8)
		d.EnableTerminationProtection = &s.TerminationProtection
	}
	return d
}

func when(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// nonNil is a list that is answered also when it is empty.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func deploymentConfig(disableRollback bool) *types.DeploymentConfig {
	return &types.DeploymentConfig{Mode: types.DeploymentConfigModeStandard, DisableRollback: &disableRollback}
}

func rollbackConfiguration(r cfn.RollbackConfiguration) *types.RollbackConfiguration {
	out := &types.RollbackConfiguration{}
	if r.MonitoringMinutes > 0 {
		out.MonitoringTimeInMinutes = &r.MonitoringMinutes
	}
	for _, t := range r.Triggers {
		out.RollbackTriggers = append(out.RollbackTriggers, types.RollbackTrigger{Arn: &t.ARN, Type: &t.Type})
	}
	return out
}

func capabilityList(names []string) []types.Capability {
	list := make([]types.Capability, len(names))
	for i, name := range names {
		list[i] = types.Capability(name)
	}
	return list
}

func tagList(tags []cfn.Tag) []types.Tag {
	list := make([]types.Tag, len(tags))
	for i, t := range tags {
		list[i] = types.Tag{Key: &t.Key, Value: &t.Value}
	}
	return list
}

// mask stands for values of NoEcho parameters (CFN-74).
const mask = "****"

func parameterList(parameters []cfn.Parameter) []types.Parameter {
	list := make([]types.Parameter, len(parameters))
	for i, p := range parameters {
		list[i] = types.Parameter{ParameterKey: &p.Key, ParameterValue: &p.Value, ResolvedValue: awsapi.Optional(p.Resolved)}
		if p.NoEcho {
			list[i].ParameterValue = aws.String(mask)
			if p.Resolved != "" {
				list[i].ResolvedValue = aws.String(mask)
			}
		}
	}
	return list
}

func outputList(outputs []cfn.Output) []types.Output {
	list := make([]types.Output, len(outputs))
	for i, o := range outputs {
		list[i] = types.Output{
			OutputKey: &o.Key, OutputValue: &o.Value, Description: awsapi.Optional(o.Description), ExportName: awsapi.Optional(o.ExportName),
		}
	}
	return list
}

func lastOperations(s *cfn.Stack) []types.OperationEntry {
	list := make([]types.OperationEntry, len(s.LastOperations))
	for i, o := range s.LastOperations {
		list[i] = types.OperationEntry{OperationId: &o.ID, OperationType: types.OperationType(o.Kind)}
	}
	return list
}
