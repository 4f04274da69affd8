// Package ssm makes parameters of Systems Manager in stacks.
package ssm

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type { return []*handler.Type{parameter()} }

func operation(name string) apiclient.Operation { return apiclient.Of("ssm", name) }

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

func parameter() *handler.Type {
	return &handler.Type{
		Name:    "AWS::SSM::Parameter",
		Refused: []string{"Policies"},
		Naming:  handler.Naming{Property: "Name", Prefix: "CFN"},
		Find:    find,
		Create: func(t *handler.Turn) error {
			in := sdk.PutParameterInput{Name: &t.Name, Tags: tags(t.AllTags())}
			if err := put(t, &in); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			out := sdk.GetParameterOutput{Parameter: &types.Parameter{}}
			err := t.Call(operation("GetParameter"), &sdk.GetParameterInput{Name: &t.ID}, &out)
			if err == nil {
				t.Set("Type", aws.String(string(out.Parameter.Type)))
				t.Set("Value", out.Parameter.Value)
			}
			return true, err
		},
		Update: func(t *handler.Turn) error {
			return put(t, &sdk.PutParameterInput{Name: &t.ID, Overwrite: aws.Bool(true), Description: aws.String("")})
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteParameter"), &sdk.DeleteParameterInput{Name: &t.ID}, nil)
		},
		Tagging: &handler.Tagging{
			Tag: func(t *handler.Turn, list []handler.Tag) error {
				in := sdk.AddTagsToResourceInput{ResourceId: &t.ID, ResourceType: types.ResourceTypeForTaggingParameter, Tags: tags(list)}
				return t.Call(operation("AddTagsToResource"), &in, nil)
			},
			Untag: func(t *handler.Turn, keys []string) error {
				in := sdk.RemoveTagsFromResourceInput{ResourceId: &t.ID, ResourceType: types.ResourceTypeForTaggingParameter, TagKeys: keys}
				return t.Call(operation("RemoveTagsFromResource"), &in, nil)
			},
		},
	}
}

// put writes a parameter of a type that CloudFormation makes: SecureString it does not.
// Source: CloudFormation template reference, AWS::SSM::Parameter.
func put(t *handler.Turn, in *sdk.PutParameterInput) error {
	if err := t.Fill(in, input.Skipped("Tags")); err != nil {
		return err
	}
	if in.Type == types.ParameterTypeSecureString {
		return handler.Failed(handler.InvalidRequest, "Type SecureString of AWS::SSM::Parameter is not supported")
	}
	return t.Call(operation("PutParameter"), in, nil)
}

func find(t *handler.Turn) ([]handler.Found, error) {
	err := t.Call(operation("GetParameter"), &sdk.GetParameterInput{Name: &t.Name}, nil)
	if handler.IsGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out sdk.ListTagsForResourceOutput
	in := sdk.ListTagsForResourceInput{ResourceId: &t.Name, ResourceType: types.ResourceTypeForTaggingParameter}
	if err := t.Call(operation("ListTagsForResource"), &in, &out); err != nil {
		return nil, err
	}
	return []handler.Found{{ID: t.Name, Tags: handler.ReadTags(out.TagList, func(tag types.Tag) (key, value *string) { return tag.Key, tag.Value })}}, nil
}
