package cloudformation

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// GetTemplate answers the template of a stack, or of a change set, as it was sent, or without its loops (CFN-22).
func (a *API) GetTemplate(ctx context.Context, in *sdk.GetTemplateInput) (*sdk.GetTemplateOutput, error) {
	settings, err := a.settingsOf(ctx, in)
	if err != nil {
		return nil, err
	}
	body := settings.Body
	if in.TemplateStage == types.TemplateStageProcessed {
		body = cmp.Or(settings.Processed, body)
	}
	return &sdk.GetTemplateOutput{
		TemplateBody: &body, StagesAvailable: []types.TemplateStage{types.TemplateStageOriginal, types.TemplateStageProcessed},
	}, nil
}

// settingsOf finds what GetTemplate is asked about. CFN-90 has the texts.
func (a *API) settingsOf(ctx context.Context, in *sdk.GetTemplateInput) (*cfn.Settings, error) {
	tx, stack, changeSet := a.Store.Read(), aws.ToString(in.StackName), aws.ToString(in.ChangeSetName)
	switch {
	case stack == "" && changeSet == "":
		return nil, invalid("StackName is required if ChangeSetName is not specified.")
	case stack == "" && !arn.Is(changeSet):
		return nil, invalid("StackName is a required parameter.")
	case changeSet != "":
		c, err := findChangeSet(ctx, tx, in.StackName, changeSet)
		if err != nil {
			return nil, err
		}
		return &c.Settings, nil
	}
	s, err := stackWithID(ctx, tx, stack)
	if err != nil {
		return nil, err
	}
	return &s.Settings, nil
}

// GetTemplateSummary answers what a template declares: one of the request, or a stack's (CFN-90, CFN-91).
func (a *API) GetTemplateSummary(ctx context.Context, in *sdk.GetTemplateSummaryInput) (*sdk.GetTemplateSummaryOutput, error) {
	if in.StackSetName != nil {
		return nil, notBuilt("GetTemplateSummary of stack sets")
	}
	if aws.ToString(in.StackName) == "" {
		text, t, err := a.given(ctx, in.TemplateBody, in.TemplateURL)
		if err != nil {
			return nil, err
		}
		return a.summary(text, t)
	}
	s, err := stackWithID(ctx, a.Store.Read(), *in.StackName)
	switch {
	case err != nil:
		return nil, err
	case s.Status == cfn.ReviewInProgress:
		return nil, invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
	}
	t, err := template.Parse(s.Body)
	if err != nil {
		return nil, ofTemplate(err)
	}
	return a.summary(s.Body, t)
}
