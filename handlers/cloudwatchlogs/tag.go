package cloudwatchlogs

import (
	"context"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// tagText is what keys and values consist of. Source: service model.
var tagText = lazyregexp.New(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

func checkTags(tags map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if n := utf8.RuneCountInString(key); n < 1 || n > 128 || !tagText.MatchString(key) || utf8.RuneCountInString(tags[key]) > 256 || !tagText.MatchString(tags[key]) {
			// the text is the emulator's
			return invalid("1 validation error detected: Value at 'tags' failed to satisfy constraint: the tag with the key '%s' has a wrong length or characters that tags cannot have", key)
		}
	}
	return nil
}

// tag merges tags into those of a group.
func (a *API) tag(ctx context.Context, name string, tags map[string]string) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	return a.store.UpdateGroup(awsapi.CallScope(ctx), name, func(g *logs.Group) error {
		maps.Copy(g.Tags, tags)
		if tagging.Own(slices.Collect(maps.Keys(g.Tags)), func(key string) string { return key }) > tagging.Most { // the text is the emulator's
			return &types.TooManyTagsException{Message: aws.String("The number of tags exceeds the limit of 50."), ResourceName: aws.String(g.ARN())}
		}
		return nil
	})
}

// untag does not mind keys that are not there. Source: recorded answers (LOGS0001).
func (a *API) untag(ctx context.Context, name string, keys []string) error {
	return a.store.UpdateGroup(awsapi.CallScope(ctx), name, func(g *logs.Group) error {
		for _, key := range keys {
			delete(g.Tags, key)
		}
		return nil
	})
}

func (a *API) tags(ctx context.Context, name string) (map[string]string, error) {
	g, err := a.store.Group(awsapi.CallScope(ctx), name)
	if err != nil {
		return nil, err
	}
	if g.Tags == nil {
		return map[string]string{}, nil
	}
	return g.Tags, nil
}

// TagResource tags a group by its ARN.
func (a *API) TagResource(ctx context.Context, in *cloudwatchlogs.TagResourceInput) (*cloudwatchlogs.TagResourceOutput, error) {
	name, err := groupOf(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.TagResourceOutput{}, a.tag(ctx, name, in.Tags)
}

// UntagResource removes tags.
func (a *API) UntagResource(ctx context.Context, in *cloudwatchlogs.UntagResourceInput) (*cloudwatchlogs.UntagResourceOutput, error) {
	name, err := groupOf(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.UntagResourceOutput{}, a.untag(ctx, name, in.TagKeys)
}

// ListTagsForResource answers the tags of a group.
func (a *API) ListTagsForResource(ctx context.Context, in *cloudwatchlogs.ListTagsForResourceInput) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
	name, err := groupOf(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := a.tags(ctx, name)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.ListTagsForResourceOutput{Tags: tags}, nil
}

func (a *API) TagLogGroup(ctx context.Context, in *cloudwatchlogs.TagLogGroupInput) (*cloudwatchlogs.TagLogGroupOutput, error) {
	return &cloudwatchlogs.TagLogGroupOutput{}, a.tag(ctx, *in.LogGroupName, in.Tags)
}

// UntagLogGroup removes tags.
func (a *API) UntagLogGroup(ctx context.Context, in *cloudwatchlogs.UntagLogGroupInput) (*cloudwatchlogs.UntagLogGroupOutput, error) {
	return &cloudwatchlogs.UntagLogGroupOutput{}, a.untag(ctx, *in.LogGroupName, in.Tags)
}

func (a *API) ListTagsLogGroup(ctx context.Context, in *cloudwatchlogs.ListTagsLogGroupInput) (*cloudwatchlogs.ListTagsLogGroupOutput, error) {
	tags, err := a.tags(ctx, *in.LogGroupName)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.ListTagsLogGroupOutput{Tags: tags}, nil
}
