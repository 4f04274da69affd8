// Package ecs makes resources of Amazon ECS in stacks.
package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type {
	return []*handler.Type{cluster(), taskDefinition(), service(), capacityProvider(), associations(), taskSet(), primaryTaskSet()}
}

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

func readTags(list []types.Tag) []handler.Tag {
	return handler.ReadTags(list, func(t types.Tag) (key, value *string) { return t.Key, t.Value })
}

// tagging changes the tags of a resource, whose ARN a function tells.
func tagging(of func(*handler.Turn) string) *handler.Tagging {
	return &handler.Tagging{
		Tag: func(t *handler.Turn, list []handler.Tag) error {
			return t.Call(apiclient.ECS("TagResource"), &sdk.TagResourceInput{ResourceArn: aws.String(of(t)), Tags: tags(list)}, nil)
		},
		Untag: func(t *handler.Turn, keys []string) error {
			return t.Call(apiclient.ECS("UntagResource"), &sdk.UntagResourceInput{ResourceArn: aws.String(of(t)), TagKeys: keys}, nil)
		},
	}
}

func byID(t *handler.Turn) string { return t.ID }

// failure is of what a Describe operation has in its failures.
func failure(list []types.Failure, operation string) error {
	reason := "MISSING"
	if len(list) > 0 {
		reason = aws.ToString(list[0].Reason)
	}
	return &apiclient.Error{Service: "ECS", Operation: operation, Status: 400, Code: "ResourceNotFoundException", Message: reason}
}
