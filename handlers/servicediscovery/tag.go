package servicediscovery

import (
	"cmp"
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
	return &sdk.TagResourceOutput{}, a.retag(ctx, *in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) {
		all := tagging.With(tags, tagKey, in.Tags...)
		return all, cmp.Or(checkTags(ctx, in.Tags), countTags(all))
	})
}

// UntagResource removes tags; those that are not there are no error.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, *in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) {
		if tagging.Fixed(ctx, tags, tagKey, in.TagKeys) {
			return nil, errReserved
		}
		return tagging.Without(tags, tagKey, in.TagKeys), nil
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
func (a *API) retag(ctx context.Context, resourceARN string, change func([]types.Tag) ([]types.Tag, error)) error {
	return a.Store.Update(func(tx *store.Tx) error {
		n, s, err := tagged(ctx, tx, resourceARN)
		switch {
		case err != nil:
			return err
		case n != nil:
			changed := *n
			changed.Tags, err = change(n.Tags)
			servicediscovery.PutNamespace(tx, &changed)
			return err
		default:
			changed := *s
			changed.Tags, err = change(s.Tags)
			servicediscovery.PutService(tx, &changed)
			return err
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

var errReserved = invalid("Tag keys that begin with aws: are reserved.")

// checkTags refuses too many tags, two with a key, and those of AWS.
func checkTags(ctx context.Context, tags []types.Tag) error {
	if err := countTags(tags); err != nil {
		return err
	}
	for i, t := range tags {
		if slices.ContainsFunc(tags[:i], func(other types.Tag) bool { return *other.Key == *t.Key }) {
			return invalid("A resource cannot have two tags with the key %s.", *t.Key)
		}
		if tagging.Reserved(ctx, aws.ToString(t.Key)) {
			return errReserved
		}
	}
	return nil
}

func countTags(tags []types.Tag) error {
	if tagging.Own(tags, tagKey) > tagging.Most {
		return &types.TooManyTagsException{Message: awsapi.Textf("A resource has at most %d tags.", tagging.Most)}
	}
	return nil
}
