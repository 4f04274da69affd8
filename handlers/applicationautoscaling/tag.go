package applicationautoscaling

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	errSystemTag = invalid("Caller is an end user and not allowed to mutate system tags") // AAS0002.3
	errNoTags    = invalid("Tags cannot be empty")
	errNoTarget  = &types.ResourceNotFoundException{Message: aws.String("Scalable Target not found")} // AAS0002.5
)

// checkTags refuses keys and values of tags. AWS's model demands their lengths of them, and its framework tells those of
// keys as here (source: recorded answers); how it tells those of values is the emulator's guess.
func checkTags(ctx context.Context, tags map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		switch value := tags[key]; {
		case key == "" || len(key) > 128:
			return awsapi.Errorf("ValidationException", "1 validation error detected: Value '{%s=%s}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: "+
				"[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]", key, value)
		case len(value) > 256:
			return awsapi.Errorf("ValidationException", "1 validation error detected: Value '{%s=%s}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: "+
				"[Member must have length less than or equal to 256, Member must have length greater than or equal to 0]", key, value)
		case tagging.Reserved(ctx, key):
			return errSystemTag
		}
	}
	return countTags(tags)
}

func countTags(tags map[string]string) error {
	if tagging.Own(slices.Collect(maps.Keys(tags)), func(key string) string { return key }) > tagging.Most { // the words are the emulator's
		return &types.TooManyTagsException{Message: aws.String("The scalable target has too many tags."), ResourceName: nil}
	}
	return nil
}

// TagResource adds tags to a target, or replaces those with their keys.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	if len(in.Tags) == 0 {
		return nil, errNoTags
	}
	if err := checkTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	return &sdk.TagResourceOutput{}, a.retag(ctx, *in.ResourceARN, func(tags map[string]string) error {
		maps.Copy(tags, in.Tags)
		return countTags(tags)
	})
}

// UntagResource removes tags from a target. Keys that it does not have are no error (AAS0002.4).
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	if len(in.TagKeys) == 0 {
		return nil, invalid("TagKeys cannot be null or empty")
	}
	return &sdk.UntagResourceOutput{}, a.retag(ctx, *in.ResourceARN, func(tags map[string]string) error {
		if slices.ContainsFunc(in.TagKeys, func(key string) bool { _, has := tags[key]; return has && tagging.Reserved(ctx, key) }) {
			return errSystemTag
		}
		maps.DeleteFunc(tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
		return nil
	})
}

// retag has a function change the tags of a target.
func (a *API) retag(ctx context.Context, targetARN string, change func(tags map[string]string) error) error {
	return a.store.Update(func(tx *store.Tx) error {
		t := applicationautoscaling.TargetByARN(tx, awsapi.CallScope(ctx), targetARN)
		if t == nil {
			return errNoTarget
		}
		changed := *t
		if changed.Tags = maps.Clone(t.Tags); changed.Tags == nil {
			changed.Tags = map[string]string{}
		}
		if err := change(changed.Tags); err != nil {
			return err
		}
		applicationautoscaling.Targets.Put(tx, &changed)
		return nil
	})
}

// ListTagsForResource answers the tags of a target.
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	t := applicationautoscaling.TargetByARN(a.store.Read(), awsapi.CallScope(ctx), *in.ResourceARN)
	if t == nil {
		return nil, errNoTarget
	}
	tags := map[string]string{}
	maps.Copy(tags, t.Tags)
	return &sdk.ListTagsForResourceOutput{Tags: tags}, nil
}
