package scheduler

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func key(t types.Tag) string { return *t.Key }

// groupNamed is the name of the group with an ARN, of which the model has seen the form. A group of another account or
// region is not found here.
func groupNamed(scope arn.Scope, groupARN string) (string, error) {
	name := arn.Name(groupARN)
	if arn.ScopeOf(groupARN) != scope {
		return "", notFound("Schedule group %s does not exist.", name)
	}
	return name, nil
}

// TagResource adds tags to a group, or gives them other values.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	return &sdk.TagResourceOutput{}, a.retag(ctx, *in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) { return withTags(ctx, tags, in.Tags) })
}

// UntagResource removes tags of a group.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, *in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) {
		if tagging.Fixed(ctx, tags, key, in.TagKeys) {
			return nil, errReserved
		}
		return tagging.Without(tags, key, in.TagKeys), nil
	})
}

func (a *API) retag(ctx context.Context, groupARN string, change func([]types.Tag) ([]types.Tag, error)) error {
	scope := awsapi.CallScope(ctx)
	name, err := groupNamed(scope, groupARN)
	if err != nil {
		return err
	}
	return a.Store.Update(func(tx *store.Tx) error {
		g, err := a.changeable(tx, scope, name)
		if err != nil {
			return err
		}
		changed := *g
		changed.Tags, err = change(g.Tags)
		eventbridgescheduler.PutGroup(tx, &changed)
		return err
	})
}

// ListTagsForResource answers the tags of a group.
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	scope := awsapi.CallScope(ctx)
	name, err := groupNamed(scope, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	g, err := a.group(a.Store.Read(), scope, &name)
	if err != nil {
		return nil, err
	}
	return &sdk.ListTagsForResourceOutput{Tags: append([]types.Tag{}, g.Tags...)}, nil
}

// errReserved has a text of the emulator's.
var errReserved = invalid("Tag keys that begin with aws: are reserved.")

// withTags adds tags to others, and refuses too many of them, and AWS's own. The text is the emulator's.
func withTags(ctx context.Context, tags, more []types.Tag) ([]types.Tag, error) {
	for _, t := range more {
		if tagging.Reserved(ctx, aws.ToString(t.Key)) {
			return nil, errReserved
		}
	}
	all := tagging.With(tags, key, more...)
	if len(all) > len(tags) && tagging.Own(all, key) > tagging.Most {
		return nil, &types.ServiceQuotaExceededException{Message: awsapi.Textf("A schedule group has at most %d tags.", tagging.Most)}
	}
	return all, nil
}
