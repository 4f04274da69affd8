package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeStackResource answers one resource with its metadata (CFN-10, CFN-100).
func (a *API) DescribeStackResource(ctx context.Context, in *sdk.DescribeStackResourceInput) (*sdk.DescribeStackResourceOutput, error) {
	tx := a.Store.Read()
	s, err := stackSaid(ctx, tx, *in.StackName, "Stack '%s' does not exist")
	if err != nil {
		return nil, err
	}
	r := cfn.FindResource(tx, s.ID, *in.LogicalResourceId)
	if r == nil || r.Status == "" || r.PhysicalID == "" && (r.Status == cfn.ResourceCreateFailed || r.Status == cfn.ResourceDeleteComplete) {
		return nil, invalid("Resource %s does not exist for stack %s", *in.LogicalResourceId, s.Name)
	}
	return &sdk.DescribeStackResourceOutput{StackResourceDetail: &types.StackResourceDetail{
		StackId: &s.ID, StackName: &s.Name, LogicalResourceId: &r.LogicalID, PhysicalResourceId: awsapi.Optional(r.PhysicalID), ResourceType: &r.Type,
		LastUpdatedTimestamp: &r.ChangedAt, ResourceStatus: types.ResourceStatus(r.Status), ResourceStatusReason: awsapi.Optional(r.Reason),
		Metadata:         aws.String(metadataOf(tx, r)),
		DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
	}}, nil
}

// metadataOf is the Metadata that the template has for a resource, with what it refers to as far as that is made. Values of NoEcho
// parameters are in it: AWS says so too. Source: user guide, NoEcho.
func metadataOf(tx *store.Tx, r *cfn.Resource) string {
	spec := r.Wanted
	if spec == nil && r.Now != nil {
		spec = r.Now.Spec
	}
	if spec == nil || spec.Metadata == nil {
		return "{}"
	}
	filled, err := template.Fill(spec.Metadata, func(to document.Reference) (*document.Value, error) {
		other := cfn.FindResource(tx, r.StackID, to.Resource)
		switch {
		case other == nil || other.Now == nil || !other.Now.Made:
			return nil, nil
		case to.Attribute == "":
			return document.NewText(other.Now.ID), nil
		default:
			return other.Now.Attributes[to.Attribute], nil
		}
	})
	if err != nil {
		filled = spec.Metadata
	}
	return filled.TypedJSON()
}

// DescribeStackResources answers the resources of a stack, or of the stack that has a physical one, by their logical ids
// (CFN-99). There are at most 100, and no pages. Source: CloudFormation API reference.
func (a *API) DescribeStackResources(ctx context.Context, in *sdk.DescribeStackResourcesInput) (*sdk.DescribeStackResourcesOutput, error) {
	tx := a.Store.Read()
	s, err := a.stackOfResources(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeStackResourcesOutput{StackResources: []types.StackResource{}}
	for _, r := range cfn.Resources(tx, s.ID) {
		if in.LogicalResourceId != nil && *in.LogicalResourceId != r.LogicalID || len(out.StackResources) == largestPage {
			continue
		}
		out.StackResources = append(out.StackResources, types.StackResource{
			StackId: &s.ID, StackName: &s.Name, LogicalResourceId: &r.LogicalID, PhysicalResourceId: awsapi.Optional(r.PhysicalID), ResourceType: &r.Type,
			Timestamp: &r.ChangedAt, ResourceStatus: types.ResourceStatus(r.Status), ResourceStatusReason: awsapi.Optional(r.Reason),
			DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
		})
	}
	if in.LogicalResourceId != nil && len(out.StackResources) == 0 {
		return nil, invalid("Resource %s does not exist for stack %s", *in.LogicalResourceId, s.Name)
	}
	return out, nil
}

// stackOfResources is the stack that DescribeStackResources is asked about. The texts without a stack's name are guesses.
func (a *API) stackOfResources(ctx context.Context, tx *store.Tx, in *sdk.DescribeStackResourcesInput) (*cfn.Stack, error) {
	switch {
	case in.StackName != nil && in.PhysicalResourceId != nil:
		return nil, invalid("Only one of StackName and PhysicalResourceId may be specified.")
	case in.StackName != nil:
		return stackWithID(ctx, tx, *in.StackName)
	case in.PhysicalResourceId == nil:
		return nil, invalid("Either StackName or PhysicalResourceId must be specified.")
	}
	for _, s := range cfn.Stacks(tx, awsapi.CallScope(ctx)) {
		if s.Deleted() {
			continue
		}
		for _, r := range cfn.Resources(tx, s.ID) {
			if r.PhysicalID == *in.PhysicalResourceId {
				return s, nil
			}
		}
	}
	return nil, invalid("Stack for %s does not exist", *in.PhysicalResourceId)
}

// ListStackResources answers the resources of a stack, in pages (CFN-99).
func (a *API) ListStackResources(ctx context.Context, in *sdk.ListStackResourcesInput) (*sdk.ListStackResourcesOutput, error) {
	tx := a.Store.Read()
	s, err := stackWithID(ctx, tx, *in.StackName)
	if err != nil {
		return nil, err
	}
	part, next, err := pageOf(cfn.Resources(tx, s.ID), in.NextToken, false, func(r *cfn.Resource) string { return r.LogicalID })
	if err != nil {
		return nil, err
	}
	out := &sdk.ListStackResourcesOutput{StackResourceSummaries: []types.StackResourceSummary{}, NextToken: next}
	for _, r := range part {
		out.StackResourceSummaries = append(out.StackResourceSummaries, types.StackResourceSummary{
			LogicalResourceId: &r.LogicalID, PhysicalResourceId: awsapi.Optional(r.PhysicalID), ResourceType: &r.Type, LastUpdatedTimestamp: &r.ChangedAt,
			ResourceStatus: types.ResourceStatus(r.Status), ResourceStatusReason: awsapi.Optional(r.Reason),
			DriftInformation: &types.StackResourceDriftInformationSummary{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
		})
	}
	return out, nil
}
