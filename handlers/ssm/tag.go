package ssm

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func key(t ssm.Tag) string { return t.Key }

// reserved has a text of the emulator's.
func reserved(key string) error {
	return invalid("The tag key %s begins with aws:, which is reserved.", key)
}

// setTags adds tags to a copy of a parameter.
func setTags(ctx context.Context, p *ssm.Parameter, tags []types.Tag) error {
	for _, t := range tags {
		if tagging.Reserved(ctx, *t.Key) {
			return reserved(*t.Key)
		}
		p.Tags = tagging.With(p.Tags, key, ssm.Tag{Key: *t.Key, Value: *t.Value})
	}
	if tagging.Own(p.Tags, key) > tagging.Most {
		return &types.TooManyTagsError{}
	}
	return nil
}

// AddTagsToResource adds and replaces tags of a parameter.
func (a *API) AddTagsToResource(ctx context.Context, in *sdk.AddTagsToResourceInput) (*sdk.AddTagsToResourceOutput, error) {
	return &sdk.AddTagsToResourceOutput{}, a.changeTags(ctx, in.ResourceType, *in.ResourceId, func(p *ssm.Parameter) error {
		return setTags(ctx, p, in.Tags)
	})
}

// RemoveTagsFromResource removes tags of a parameter; those that it has not are no error
// (SSM0007).
func (a *API) RemoveTagsFromResource(ctx context.Context, in *sdk.RemoveTagsFromResourceInput) (*sdk.RemoveTagsFromResourceOutput, error) {
	return &sdk.RemoveTagsFromResourceOutput{}, a.changeTags(ctx, in.ResourceType, *in.ResourceId, func(p *ssm.Parameter) error {
		if tagging.Fixed(ctx, p.Tags, key, in.TagKeys) {
			return reserved("to remove")
		}
		p.Tags = tagging.Without(p.Tags, key, in.TagKeys)
		return nil
	})
}

// changeTags changes a copy of a parameter and writes it.
func (a *API) changeTags(ctx context.Context, kind types.ResourceTypeForTagging, id string, change func(*ssm.Parameter) error) error {
	return a.update(func(tx *store.Tx) error {
		p, err := resource(ctx, tx, kind, id)
		if err != nil {
			return err
		}
		changed := *p
		if err := change(&changed); err != nil {
			return err
		}
		ssm.PutParameter(tx, &changed)
		return nil
	})
}

// ListTagsForResource answers tags in the order in which they came (SSM0007).
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	p, err := resource(ctx, a.read(), in.ResourceType, *in.ResourceId)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListTagsForResourceOutput{TagList: []types.Tag{}}
	for _, t := range p.Tags {
		out.TagList = append(out.TagList, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return out, nil
}

// resource returns what tags are asked of: parameters alone are there.
func resource(ctx context.Context, tx *store.Tx, kind types.ResourceTypeForTagging, id string) (*ssm.Parameter, error) {
	if kind != types.ResourceTypeForTaggingParameter {
		return nil, awsapi.NotImplemented("ssm", fmt.Sprintf("tags of %ss of Systems Manager", kind))
	}
	p, err := own(ctx, tx, id)
	if err != nil {
		return nil, &types.InvalidResourceId{} // has no text (SSM0007)
	}
	return p, nil
}
