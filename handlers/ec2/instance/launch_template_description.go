package instance

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func describeTemplate(tx *store.Tx, t *ec2.LaunchTemplate) types.LaunchTemplate {
	return types.LaunchTemplate{
		LaunchTemplateId: &t.ID, LaunchTemplateName: &t.Name, CreateTime: &t.CreatedAt, CreatedBy: &t.CreatedBy,
		DefaultVersionNumber: &t.Default, LatestVersionNumber: &t.Latest, Tags: someTags(tx, t.Scope, t.ID),
		Operator: &types.OperatorResponse{Managed: aws.Bool(false)},
	}
}

// someTags are the tags of a resource, nil if it has none.
func someTags(tx *store.Tx, scope arn.Scope, id string) []types.Tag {
	if tags := kit.TagsOf(tx, scope, id); len(tags) > 0 {
		return tags
	}
	return nil
}

// DescribeLaunchTemplates answers launch templates by name.
func (a *API) DescribeLaunchTemplates(ctx context.Context, in *sdk.DescribeLaunchTemplatesInput) (*sdk.DescribeLaunchTemplatesOutput, error) {
	var malformed []string
	for _, id := range in.LaunchTemplateIds {
		if !templateID.MatchString(id) {
			malformed = append(malformed, id)
		}
	}
	if malformed != nil {
		return nil, kit.Refuse("InvalidLaunchTemplateId.Malformed", "The following launch template ids are malformed: %s", strings.Join(malformed, ", "))
	}
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.LaunchTemplate
	for _, t := range ec2.LaunchTemplates(tx, scope) {
		rows = append(rows, describeTemplate(tx, t))
	}
	missing := func(code string) func(string) error {
		return func(string) error {
			return kit.Refuse(code, "At least one of the launch templates specified in the request does not exist.")
		}
	}
	named, err := kit.Describe(rows, nil, in.LaunchTemplateNames, "launch-template-name", templateValues, missing("InvalidLaunchTemplateName.NotFoundException"))
	if err != nil {
		return nil, err
	}
	found, err := kit.Describe(named, in.Filters, in.LaunchTemplateIds, "launch-template-id", templateValues, missing("InvalidLaunchTemplateId.NotFound"))
	if err != nil {
		return nil, err
	}
	found, next, err := kit.Page(found, func(t types.LaunchTemplate) string { return *t.LaunchTemplateName }, in.MaxResults, in.NextToken, 1, 200)
	return &sdk.DescribeLaunchTemplatesOutput{LaunchTemplates: found, NextToken: next}, err
}

// templateValues knows the filters of DescribeLaunchTemplates, and the names by which it
// asks.
var templateValues = kit.Values[types.LaunchTemplate](kit.Filters{
	Named: []string{"launch-template-id", "launch-template-name", "create-time"},
})
