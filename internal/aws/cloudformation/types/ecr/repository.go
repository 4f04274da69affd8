// Package ecr makes image repositories in stacks.
package ecr

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type { return []*handler.Type{repository()} }

func operation(name string) apiclient.Operation { return apiclient.Of("ecr", name) }

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

func repository() *handler.Type {
	return &handler.Type{
		Name:   "AWS::ECR::Repository",
		Naming: handler.Naming{Property: "RepositoryName", Lower: true},
		Find:   find,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateRepositoryInput{RepositoryName: &t.Name, Tags: tags(t.AllTags())}
			err := t.Fill(&in, append(exclusionFilters, input.Skipped("LifecyclePolicy"), input.Skipped("RepositoryPolicyText"),
				input.Skipped("EmptyOnDelete"), input.Skipped("Tags"))...)
			if err != nil {
				return err
			}
			if err := t.Call(operation("CreateRepository"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Configure: setPolicies,
		Read: func(t *handler.Turn) (bool, error) {
			r, err := describe(t, t.ID)
			if err == nil {
				t.Set("Arn", r.RepositoryArn)
				t.Set("RepositoryUri", r.RepositoryUri)
			}
			return true, err
		},
		Update: update,
		Delete: func(t *handler.Turn) error {
			in := sdk.DeleteRepositoryInput{RepositoryName: &t.ID, Force: t.Text("EmptyOnDelete") == "true"}
			return t.Call(operation("DeleteRepository"), &in, nil)
		},
		Tagging: &handler.Tagging{
			Tag: func(t *handler.Turn, list []handler.Tag) error {
				return t.Call(operation("TagResource"), &sdk.TagResourceInput{ResourceArn: aws.String(t.Attribute("Arn")), Tags: tags(list)}, nil)
			},
			Untag: func(t *handler.Turn, keys []string) error {
				return t.Call(operation("UntagResource"), &sdk.UntagResourceInput{ResourceArn: aws.String(t.Attribute("Arn")), TagKeys: keys}, nil)
			},
		},
	}
}

// exclusionFilters have the name of their list in each member, which ECR has not.
var exclusionFilters = []input.Exception{
	input.Renamed("ImageTagMutabilityExclusionFilters.ImageTagMutabilityExclusionFilterType", "FilterType"),
	input.Renamed("ImageTagMutabilityExclusionFilters.ImageTagMutabilityExclusionFilterValue", "Filter"),
}

func update(t *handler.Turn) error {
	if t.Changed("ImageTagMutability", "ImageTagMutabilityExclusionFilters") {
		in := sdk.PutImageTagMutabilityInput{RepositoryName: &t.ID, ImageTagMutability: types.ImageTagMutabilityMutable}
		if err := t.Fill(&in, append(exclusionFilters, input.Others(), input.Skipped("RepositoryName"))...); err != nil {
			return err
		}
		if err := t.Call(operation("PutImageTagMutability"), &in, nil); err != nil {
			return err
		}
	}
	if t.Changed("ImageScanningConfiguration") {
		in := sdk.PutImageScanningConfigurationInput{RepositoryName: &t.ID, ImageScanningConfiguration: &types.ImageScanningConfiguration{}}
		if err := t.Fill(&in, input.Others(), input.Skipped("RepositoryName")); err != nil {
			return err
		}
		if err := t.Call(operation("PutImageScanningConfiguration"), &in, nil); err != nil {
			return err
		}
	}
	return setPolicies(t)
}

// setPolicies sets the lifecycle policy and the repository's own, and deletes those that a template has no more.
func setPolicies(t *handler.Turn) error {
	if t.Changed("LifecyclePolicy") {
		in := sdk.PutLifecyclePolicyInput{RepositoryName: &t.ID}
		if err := t.FillFrom("LifecyclePolicy", &in); err != nil {
			return err
		}
		var err error
		if in.LifecyclePolicyText != nil {
			err = t.Call(operation("PutLifecyclePolicy"), &in, nil)
		} else {
			err = unlessGone(t.Call(operation("DeleteLifecyclePolicy"), &sdk.DeleteLifecyclePolicyInput{RepositoryName: &t.ID}, nil))
		}
		if err != nil {
			return err
		}
	}
	switch policy := t.Document("RepositoryPolicyText"); {
	case !t.Changed("RepositoryPolicyText"):
		return nil
	case policy == "":
		return unlessGone(t.Call(operation("DeleteRepositoryPolicy"), &sdk.DeleteRepositoryPolicyInput{RepositoryName: &t.ID}, nil))
	default:
		return t.Call(operation("SetRepositoryPolicy"), &sdk.SetRepositoryPolicyInput{RepositoryName: &t.ID, PolicyText: &policy}, nil)
	}
}

func unlessGone(err error) error {
	if handler.IsGone(err) {
		return nil
	}
	return err
}

func describe(t *handler.Turn, name string) (*types.Repository, error) {
	var out sdk.DescribeRepositoriesOutput
	if err := t.Call(operation("DescribeRepositories"), &sdk.DescribeRepositoriesInput{RepositoryNames: []string{name}}, &out); err != nil {
		return nil, err
	}
	return handler.First(out.Repositories)
}

func find(t *handler.Turn) ([]handler.Found, error) {
	r, err := describe(t, t.Name)
	if err != nil {
		return nil, unlessGone(err)
	}
	var out sdk.ListTagsForResourceOutput
	if err := t.Call(operation("ListTagsForResource"), &sdk.ListTagsForResourceInput{ResourceArn: r.RepositoryArn}, &out); err != nil {
		return nil, err
	}
	return []handler.Found{{ID: t.Name, Tags: handler.ReadTags(out.Tags, func(tag types.Tag) (key, value *string) { return tag.Key, tag.Value })}}, nil
}
