// Package secretsmanager makes secrets in stacks.
package secretsmanager

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type { return []*handler.Type{secret()} }

func operation(name string) apiclient.Operation { return apiclient.Of("secretsmanager", name) }

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

var members = []input.Exception{input.Skipped("GenerateSecretString"), input.Skipped("Tags")}

func secret() *handler.Type {
	return &handler.Type{
		Name:    "AWS::SecretsManager::Secret",
		Refused: []string{"ReplicaRegions", "Type"},
		Naming:  handler.Naming{Property: "Name", Most: 512},
		Find:    find,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateSecretInput{Name: &t.Name, Tags: tags(t.AllTags())}
			if err := t.Fill(&in, members...); err != nil {
				return err
			}
			var err error
			if in.SecretString, err = value(t, in.SecretString); err != nil {
				return err
			}
			var out sdk.CreateSecretOutput
			if err := t.Call(operation("CreateSecret"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.ARN)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Update: update,
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteSecret"), &sdk.DeleteSecretInput{SecretId: &t.ID, ForceDeleteWithoutRecovery: aws.Bool(true)}, nil)
		},
		Tagging: &handler.Tagging{
			Tag: func(t *handler.Turn, list []handler.Tag) error {
				return t.Call(operation("TagResource"), &sdk.TagResourceInput{SecretId: &t.ID, Tags: tags(list)}, nil)
			},
			Untag: func(t *handler.Turn, keys []string) error {
				return t.Call(operation("UntagResource"), &sdk.UntagResourceInput{SecretId: &t.ID, TagKeys: keys}, nil)
			},
		},
	}
}

func update(t *handler.Turn) error {
	in := sdk.UpdateSecretInput{SecretId: &t.ID, Description: aws.String("")}
	if err := t.Fill(&in, append(members, input.Others())...); err != nil {
		return err
	}
	if !t.Changed("SecretString", "GenerateSecretString") {
		in.SecretString = nil // or it would be another version
	} else {
		var err error
		if in.SecretString, err = value(t, in.SecretString); err != nil {
			return err
		}
	}
	return t.Call(operation("UpdateSecret"), &in, nil)
}

// value is what a template says of the secret, or a password that is generated: alone, or as a member of a template of JSON.
// Source: CloudFormation template reference, AWS::SecretsManager::Secret GenerateSecretString.
func value(t *handler.Turn, given *string) (*string, error) {
	wanted := t.Properties.Get("GenerateSecretString")
	switch {
	case wanted == nil:
		return given, nil
	case given != nil:
		return nil, handler.Failed(handler.InvalidRequest, "You can't specify both a secret value and to generate a secret value.")
	}
	in := sdk.GetRandomPasswordInput{}
	err := t.FillFrom("GenerateSecretString", &in, input.Skipped("SecretStringTemplate"), input.Skipped("GenerateStringKey"))
	if err != nil {
		return nil, err
	}
	var out sdk.GetRandomPasswordOutput
	if err := t.Call(operation("GetRandomPassword"), &in, &out); err != nil {
		return nil, err
	}
	template, key := wanted.TextOf("SecretStringTemplate"), wanted.TextOf("GenerateStringKey")
	if template == "" && key == "" {
		return out.RandomPassword, nil
	}
	var members map[string]any
	if key == "" || json.Unmarshal([]byte(template), &members) != nil || members == nil {
		return nil, handler.Failed(handler.InvalidRequest, "SecretStringTemplate has to be a JSON object, and GenerateStringKey the name of a member")
	}
	members[key] = aws.ToString(out.RandomPassword)
	text, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	return aws.String(string(text)), nil
}

// find leaves out a secret that is scheduled for deletion.
func find(t *handler.Turn) ([]handler.Found, error) {
	var out sdk.DescribeSecretOutput
	err := t.Call(operation("DescribeSecret"), &sdk.DescribeSecretInput{SecretId: &t.Name}, &out)
	if handler.IsGone(err) || err == nil && out.DeletedDate != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := handler.ReadTags(out.Tags, func(tag types.Tag) (key, value *string) { return tag.Key, tag.Value })
	return []handler.Found{{ID: aws.ToString(out.ARN), Tags: found}}, nil
}
