package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// DescribeChangeSet answers what a change set changes, in pages, with values if they are asked for (CFN-37, CFN-41 to CFN-46).
func (a *API) DescribeChangeSet(ctx context.Context, in *sdk.DescribeChangeSetInput) (*sdk.DescribeChangeSetOutput, error) {
	c, err := findChangeSet(ctx, a.Store.Read(), in.StackName, *in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	c = a.shown(c)
	values := aws.ToBool(in.IncludePropertyValues)
	var changes []types.Change
	for _, each := range c.Changes {
		if one, told := describeChange(each, values); told {
			changes = append(changes, one)
		}
	}
	part, next, err := pageOf(changes, in.NextToken, false, func(c types.Change) string { return *c.ResourceChange.LogicalResourceId })
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeChangeSetOutput{
		ChangeSetId: &c.ID, ChangeSetName: &c.Name, StackId: &c.StackID, StackName: &c.StackName, Description: awsapi.Optional(c.Description),
		Status: types.ChangeSetStatus(c.Status), StatusReason: awsapi.Optional(c.Reason), ExecutionStatus: types.ExecutionStatus(c.Execution), CreationTime: &c.CreatedAt,
		Parameters: parameterList(c.Parameters), Tags: tagList(c.Tags), Capabilities: capabilityList(c.Capabilities), NotificationARNs: nonNil(c.NotificationARNs),
		RollbackConfiguration: rollbackConfiguration(c.Rollback), IncludeNestedStacks: &c.IncludeNestedStacks, OnStackFailure: types.OnStackFailure(c.OnStackFailure),
		ImportExistingResources: aws.Bool(false), DeploymentConfig: deploymentConfig(c.OnStackFailure == cfn.OnFailureDoNothing), Changes: part, NextToken: next,
	}
	if values && out.StatusReason == nil {
		out.StatusReason = awsapi.Optional(c.Warning)
	}
	return out, nil
}

// shown is a change set as it is now: one that was just made is pending (CFN-32).
func (a *API) shown(c *cfn.ChangeSet) *cfn.ChangeSet {
	if !a.now().Before(c.CreatedAt.Add(a.ChangeSetCreation)) {
		return c
	}
	pending := *c
	pending.Status, pending.Execution, pending.Reason, pending.Warning, pending.Changes = cfn.ChangeSetCreatePending, cfn.ExecutionUnavailable, "", "", nil
	return &pending
}

// describeChange is a change as DescribeChangeSet answers it. One whose values turn out the same is told only without them (CFN-44).
func describeChange(c cfn.Change, values bool) (made types.Change, told bool) {
	r := &types.ResourceChange{
		Action: types.ChangeAction(c.Action), LogicalResourceId: &c.LogicalID, PhysicalResourceId: awsapi.Optional(c.PhysicalID), ResourceType: &c.Type,
		Replacement: types.Replacement(c.Replacement), PolicyAction: types.PolicyAction(c.PolicyAction),
		Scope: []types.ResourceAttribute{}, Details: []types.ResourceChangeDetail{},
	}
	for _, s := range c.Scope {
		r.Scope = append(r.Scope, types.ResourceAttribute(s))
	}
	details := c.Details
	if values {
		details = c.Parts
	}
	for _, d := range details {
		if !values || !d.WithoutValue {
			r.Details = append(r.Details, describeDetail(d, values))
		}
	}
	if values {
		r.BeforeContext, r.AfterContext = awsapi.Optional(c.BeforeContext), awsapi.Optional(c.AfterContext)
	}
	return types.Change{Type: types.ChangeTypeResource, ResourceChange: r}, len(r.Details) > 0 || len(c.Details) == 0
}

func describeDetail(d cfn.ChangeDetail, values bool) types.ResourceChangeDetail {
	target := &types.ResourceTargetDefinition{
		Attribute: types.ResourceAttribute(d.Attribute), Name: awsapi.Optional(d.Name), RequiresRecreation: types.RequiresRecreation(d.RequiresRecreation),
	}
	if values {
		target.Path, target.AttributeChangeType = awsapi.Optional(d.Path), types.AttributeChangeType(d.AttributeChange)
		if d.KnownBefore {
			target.BeforeValue = &d.Before
		}
		if d.KnownAfter {
			target.AfterValue = &d.After
		}
	}
	return types.ResourceChangeDetail{
		Target: target, Evaluation: types.EvaluationType(d.Evaluation), ChangeSource: types.ChangeSource(d.Source), CausingEntity: awsapi.Optional(d.Cause),
	}
}
