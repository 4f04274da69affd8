// Package eventbridge has the types of resources of Amazon EventBridge: rules with their targets, event buses and their policies.
package eventbridge

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

// Types are all of this package.
func Types() []*handler.Type { return []*handler.Type{rule(), bus(), busPolicy()} }

func operation(name string) apiclient.Operation { return apiclient.Of("events", name) }

func tag(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} }

// tagging is of resources with an attribute Arn.
func tagging() *handler.Tagging {
	return &handler.Tagging{
		Tag: func(t *handler.Turn, list []handler.Tag) error {
			in := sdk.TagResourceInput{ResourceARN: aws.String(t.Attribute("Arn")), Tags: handler.Tags(list, tag)}
			return t.Call(operation("TagResource"), &in, nil)
		},
		Untag: func(t *handler.Turn, keys []string) error {
			return t.Call(operation("UntagResource"), &sdk.UntagResourceInput{ResourceARN: aws.String(t.Attribute("Arn")), TagKeys: keys}, nil)
		},
	}
}

// found is what Find returns of a resource with an ARN.
func found(t *handler.Turn, id string, arn *string) ([]handler.Found, error) {
	var out sdk.ListTagsForResourceOutput
	if err := t.Call(operation("ListTagsForResource"), &sdk.ListTagsForResourceInput{ResourceARN: arn}, &out); err != nil {
		return nil, err
	}
	tags := handler.ReadTags(out.Tags, func(v types.Tag) (key, value *string) { return v.Key, v.Value })
	return []handler.Found{{ID: id, Tags: tags}}, nil
}

// busName is the name of the event bus that a property names, by its ARN or without it; empty: the default one.
func busName(t *handler.Turn) string {
	given := t.Text("EventBusName")
	if _, name, found := strings.Cut(given, ":event-bus/"); found {
		given = name
	}
	if given == "default" {
		return ""
	}
	return given
}

func wish(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
