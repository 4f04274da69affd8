package servicediscovery

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func tagKey(t types.Tag) string { return *t.Key }

// TagResource adds tags to a namespace or a service, or gives them other values.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	return &sdk.TagResourceOutput{}, a.retag(ctx, *in.ResourceARN, func(tags []types.Tag) []types.Tag {
		return tagging.With(tags, tagKey, in.Tags...)
	})
}

// UntagResource removes tags; those that are not there are no error.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, *in.ResourceARN, func(tags []types.Tag) []types.Tag {
		return tagging.Without(tags, tagKey, in.TagKeys)
	})
}

// ListTagsForResource answers tags in the order in which they came.
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	n, s, err := tagged(ctx, a.Store.Read(), *in.ResourceARN)
	switch {
	case err != nil:
		return nil, err
	case n != nil:
		return &sdk.ListTagsForResourceOutput{Tags: append([]types.Tag{}, n.Tags...)}, nil
	default:
		return &sdk.ListTagsForResourceOutput{Tags: append([]types.Tag{}, s.Tags...)}, nil
	}
}

// retag writes other tags of a namespace or a service.
func (a *API) retag(ctx context.Context, resourceARN string, change func([]types.Tag) []types.Tag) error {
	return a.Store.Update(func(tx *store.Tx) error {
		n, s, err := tagged(ctx, tx, resourceARN)
		switch {
		case err != nil:
			return err
		case n != nil:
			changed := *n
			changed.Tags = change(n.Tags)
			servicediscovery.PutNamespace(tx, &changed)
			return checkTags(changed.Tags)
		default:
			changed := *s
			changed.Tags = change(s.Tags)
			servicediscovery.PutService(tx, &changed)
			return checkTags(changed.Tags)
		}
	})
}

// tagged is the namespace or the service that has an ARN.
func tagged(ctx context.Context, tx *store.Tx, resourceARN string) (*servicediscovery.Namespace, *servicediscovery.Service, error) {
	if !arn.Is(resourceARN) {
		return nil, nil, invalid("%s is not an ARN.", resourceARN)
	}
	if n, err := namespace(ctx, tx, resourceARN); err == nil {
		return n, nil, nil
	}
	if s, err := service(ctx, tx, resourceARN); err == nil {
		return nil, s, nil
	}
	return nil, nil, &types.ResourceNotFoundException{Message: awsapi.Textf("Resource %s does not exist.", resourceARN)}
}

// checkTags refuses too many tags, two with a key, and those of AWS.
func checkTags(tags []types.Tag) error {
	if len(tags) > tagging.Most {
		return &types.TooManyTagsException{Message: awsapi.Textf("A resource has at most %d tags.", tagging.Most)}
	}
	for i, t := range tags {
		if slices.ContainsFunc(tags[:i], func(other types.Tag) bool { return *other.Key == *t.Key }) {
			return invalid("A resource cannot have two tags with the key %s.", *t.Key)
		}
		if tagging.Reserved(aws.ToString(t.Key)) {
			return invalid("Tag keys that begin with aws: are reserved.")
		}
	}
	return nil
}
