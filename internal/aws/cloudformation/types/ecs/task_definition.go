package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// taskDefinition is one revision. Another one is a replacement, whose old revision is deregistered in clean-up (CFN-113).
func taskDefinition() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ECS::TaskDefinition",
		Naming:   handler.Naming{Property: "Family"},
		Identity: handler.ByTags,
		Find:     findTaskDefinition,
		Create: func(t *handler.Turn) error {
			in := sdk.RegisterTaskDefinitionInput{Family: &t.Name, Tags: tags(t.AllTags())}
			err := t.Fill(&in, input.Renamed("ProxyConfiguration.ProxyConfigurationProperties", "Properties"), input.Skipped("Tags"))
			if err != nil {
				return err
			}
			out := sdk.RegisterTaskDefinitionOutput{TaskDefinition: &types.TaskDefinition{}}
			if err := t.Call(apiclient.ECS("RegisterTaskDefinition"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.TaskDefinition.TaskDefinitionArn)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("TaskDefinitionArn", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(apiclient.ECS("DeregisterTaskDefinition"), &sdk.DeregisterTaskDefinitionInput{TaskDefinition: &t.ID}, nil)
		},
		Tagging: tagging(byID),
	}
}

// findTaskDefinition looks at the newest revisions of the family: those that were there before the create are known.
func findTaskDefinition(t *handler.Turn) ([]handler.Found, error) {
	var list sdk.ListTaskDefinitionsOutput
	in := sdk.ListTaskDefinitionsInput{FamilyPrefix: &t.Name, Sort: types.SortOrderDesc, MaxResults: aws.Int32(10)}
	if err := t.Call(apiclient.ECS("ListTaskDefinitions"), &in, &list); err != nil {
		return nil, err
	}
	var found []handler.Found
	for _, id := range list.TaskDefinitionArns {
		f := handler.Found{ID: id, Tags: []handler.Tag{}}
		if !t.Looks() && !slices.Contains(t.Known, id) {
			var out sdk.DescribeTaskDefinitionOutput
			in := sdk.DescribeTaskDefinitionInput{TaskDefinition: &id, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}}
			if err := t.Call(apiclient.ECS("DescribeTaskDefinition"), &in, &out); err != nil {
				return nil, err
			}
			f.Tags = readTags(out.Tags)
		}
		found = append(found, f)
	}
	return found, nil
}
