package ec2

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// launchTemplate gets a version for each change of its data; the default version stays (a guess).
func launchTemplate() *handler.Type {
	return &handler.Type{
		Name:   "AWS::EC2::LaunchTemplate",
		Naming: handler.Naming{Property: "LaunchTemplateName", Most: 128},
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			found, err := launchTemplates(t, sdk.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{t.Name}})
			if handler.IsGone(err) {
				return nil, nil
			}
			for _, each := range found {
				list = append(list, handler.Found{ID: aws.ToString(each.LaunchTemplateId), Tags: handler.ReadTags(each.Tags, pair)})
			}
			return list, err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateLaunchTemplateInput{ClientToken: t.Token()}
			if err := t.Fill(&in, input.Skipped("TagSpecifications")); err != nil {
				return err
			}
			in.LaunchTemplateName = &t.Name
			own, err := templateTags(t.Properties)
			if err != nil {
				return err
			}
			in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeLaunchTemplate, Tags: own}}
			for _, each := range handler.Tags(t.AllTags(), tag) {
				if !slices.ContainsFunc(in.TagSpecifications[0].Tags, func(own types.Tag) bool { return *own.Key == aws.ToString(each.Key) }) {
					in.TagSpecifications[0].Tags = append(in.TagSpecifications[0].Tags, each)
				}
			}
			out := sdk.CreateLaunchTemplateOutput{LaunchTemplate: &types.LaunchTemplate{}}
			if err := t.Call(operation("CreateLaunchTemplate"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.LaunchTemplate.LaunchTemplateId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			found, err := launchTemplates(t, sdk.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{t.ID}})
			if err != nil || len(found) == 0 {
				return false, err
			}
			t.Set("LaunchTemplateId", &t.ID)
			t.Set("LatestVersionNumber", aws.String(strconv.FormatInt(aws.ToInt64(found[0].LatestVersionNumber), 10)))
			t.Set("DefaultVersionNumber", aws.String(strconv.FormatInt(aws.ToInt64(found[0].DefaultVersionNumber), 10)))
			return true, nil
		},
		Update: updateLaunchTemplate,
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteLaunchTemplate"), &sdk.DeleteLaunchTemplateInput{LaunchTemplateId: &t.ID}, nil)
		},
	}
}

func launchTemplates(t *handler.Turn, in sdk.DescribeLaunchTemplatesInput) ([]types.LaunchTemplate, error) {
	var out sdk.DescribeLaunchTemplatesOutput
	err := t.Call(operation("DescribeLaunchTemplates"), &in, &out)
	return out.LaunchTemplates, err
}

// templateTags are from the property TagSpecifications, which a launch template has for itself alone. The text is EC2's own.
func templateTags(properties *document.Value) (list []types.Tag, err error) {
	for _, s := range items(properties.Get("TagSpecifications")) {
		if kind := s.TextOf("ResourceType"); kind != string(types.ResourceTypeLaunchTemplate) {
			return nil, handler.Failed(handler.InvalidRequest, "'%s' is not a valid taggable resource type for this operation.", kind)
		}
		for _, each := range items(s.Get("Tags")) {
			list = append(list, types.Tag{Key: aws.String(each.TextOf("Key")), Value: aws.String(each.TextOf("Value"))})
		}
	}
	return list, nil
}

func items(v *document.Value) []*document.Value {
	if v == nil {
		return nil
	}
	return v.Items
}

func updateLaunchTemplate(t *handler.Turn) error {
	if t.Changed("LaunchTemplateData", "VersionDescription") {
		// The token is of this update alone, and the same for all of its tries.
		token := (*t.Token())[:16] + "-" + strconv.FormatInt(t.Began.UnixNano(), 36)
		in := sdk.CreateLaunchTemplateVersionInput{ClientToken: &token}
		if err := t.Fill(&in, input.Skipped("TagSpecifications"), input.Skipped("LaunchTemplateName")); err != nil {
			return err
		}
		in.LaunchTemplateId = &t.ID
		if err := t.Call(operation("CreateLaunchTemplateVersion"), &in, nil); err != nil {
			return err
		}
	}
	return retagTemplate(t)
}

func retagTemplate(t *handler.Turn) error {
	now, err := templateTags(t.Properties)
	if err != nil || !t.Changed("TagSpecifications") {
		return err
	}
	before, err := templateTags(t.Previous)
	if err != nil {
		return err
	}
	var gone []types.Tag
	for _, old := range before {
		if !slices.ContainsFunc(now, func(each types.Tag) bool { return aws.ToString(each.Key) == *old.Key }) {
			gone = append(gone, types.Tag{Key: old.Key})
		}
	}
	if len(gone) > 0 {
		if err := t.Call(operation("DeleteTags"), &sdk.DeleteTagsInput{Resources: []string{t.ID}, Tags: gone}, nil); err != nil {
			return err
		}
	}
	if len(now) == 0 {
		return nil
	}
	return t.Call(operation("CreateTags"), &sdk.CreateTagsInput{Resources: []string{t.ID}, Tags: now}, nil)
}
