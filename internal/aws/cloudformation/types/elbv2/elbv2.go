// Package elbv2 makes load balancers, their listeners, rules and target groups in stacks.
package elbv2

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type {
	return []*handler.Type{loadBalancer(), targetGroup(), listener(), listenerRule(), listenerCertificate()}
}

func operation(name string) apiclient.Operation { return apiclient.Of("elasticloadbalancing", name) }

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

// found is a resource with its tags.
func found(t *handler.Turn, id string) ([]handler.Found, error) {
	var out sdk.DescribeTagsOutput
	if err := t.Call(operation("DescribeTags"), &sdk.DescribeTagsInput{ResourceArns: []string{id}}, &out); err != nil {
		return nil, err
	}
	f := handler.Found{ID: id, Tags: []handler.Tag{}}
	for _, d := range out.TagDescriptions {
		f.Tags = handler.ReadTags(d.Tags, func(tag types.Tag) (key, value *string) { return tag.Key, tag.Value })
	}
	return []handler.Found{f}, nil
}

var tagging = &handler.Tagging{
	Tag: func(t *handler.Turn, list []handler.Tag) error {
		return t.Call(operation("AddTags"), &sdk.AddTagsInput{ResourceArns: []string{t.ID}, Tags: tags(list)}, nil)
	},
	Untag: func(t *handler.Turn, keys []string) error {
		return t.Call(operation("RemoveTags"), &sdk.RemoveTagsInput{ResourceArns: []string{t.ID}, TagKeys: keys}, nil)
	},
}

// fullName is the end of an ARN by which metrics know a resource: app/web/50dc6c495c0c9188.
func fullName(id, kind string) *string {
	_, name, _ := strings.Cut(id, ":"+kind)
	return aws.String(name)
}
