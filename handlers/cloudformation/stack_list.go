package cloudformation

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// ListStacks answers stacks by their statuses, deleted ones of 90 days included. The newest come first.
func (a *API) ListStacks(ctx context.Context, in *sdk.ListStacksInput) (*sdk.ListStacksOutput, error) {
	var wanted []*cfn.Stack
	for _, s := range cfn.Stacks(a.Store.Read(), awsapi.CallScope(ctx)) {
		if len(in.StackStatusFilter) == 0 || slices.Contains(in.StackStatusFilter, types.StackStatus(s.Status)) {
			wanted = append(wanted, s)
		}
	}
	part, next, err := pageOf(wanted, in.NextToken, true, age)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListStacksOutput{StackSummaries: []types.StackSummary{}, NextToken: next}
	for _, s := range part {
		out.StackSummaries = append(out.StackSummaries, types.StackSummary{
			StackId: &s.ID, StackName: &s.Name, StackStatus: types.StackStatus(s.Status), StackStatusReason: awsapi.Optional(s.Reason),
			TemplateDescription: awsapi.Optional(s.Description), CreationTime: &s.CreatedAt, LastUpdatedTime: when(s.UpdatedAt), DeletionTime: when(s.DeletedAt),
			DriftInformation: &types.StackDriftInformationSummary{StackDriftStatus: types.StackDriftStatusNotChecked}, LastOperations: lastOperations(s),
		})
	}
	return out, nil
}
