package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// findChangeSet is a change set by its ARN, or by the name of one of a stack that has not been executed (CFN0002; CFN-37, CFN-39).
func findChangeSet(ctx context.Context, tx *store.Tx, stack *string, nameOrID string) (*cfn.ChangeSet, error) {
	var found *cfn.ChangeSet
	if arn.Is(nameOrID) {
		if found = cfn.FindChangeSet(tx, nameOrID); found != nil && found.Scope != awsapi.CallScope(ctx) {
			found = nil
		}
	} else {
		s, err := stackOfChangeSet(ctx, tx, stack)
		if err != nil {
			return nil, err
		}
		found = cfn.ChangeSetNamed(tx, s.ID, nameOrID)
	}
	if found == nil {
		return nil, changeSetNotFound(nameOrID)
	}
	return found, nil
}

// stackOfChangeSet is the stack of a change set that a request names without its ARN (CFN-39).
func stackOfChangeSet(ctx context.Context, tx *store.Tx, stack *string) (*cfn.Stack, error) {
	if aws.ToString(stack) == "" {
		return nil, invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	return stackInBrackets(ctx, tx, *stack)
}

// ListChangeSets answers the change sets of a stack that have not been executed, in order of their names (CFN-37, CFN-47).
func (a *API) ListChangeSets(ctx context.Context, in *sdk.ListChangeSetsInput) (*sdk.ListChangeSetsOutput, error) {
	tx := a.Store.Read()
	s, err := stackInBrackets(ctx, tx, *in.StackName)
	if err != nil {
		return nil, err
	}
	var there []*cfn.ChangeSet
	for _, c := range cfn.ChangeSets(tx, s.ID) {
		if !c.Gone() {
			there = append(there, c)
		}
	}
	part, next, err := pageOf(there, in.NextToken, false, func(c *cfn.ChangeSet) string { return c.Name })
	if err != nil {
		return nil, err
	}
	out := &sdk.ListChangeSetsOutput{Summaries: []types.ChangeSetSummary{}, NextToken: next}
	for _, c := range part {
		c = a.shown(c)
		out.Summaries = append(out.Summaries, types.ChangeSetSummary{
			StackId: &c.StackID, StackName: &c.StackName, ChangeSetId: &c.ID, ChangeSetName: &c.Name, Description: awsapi.Optional(c.Description),
			Status: types.ChangeSetStatus(c.Status), StatusReason: awsapi.Optional(c.Reason), ExecutionStatus: types.ExecutionStatus(c.Execution),
			CreationTime: &c.CreatedAt, IncludeNestedStacks: &c.IncludeNestedStacks,
		})
	}
	return out, nil
}
