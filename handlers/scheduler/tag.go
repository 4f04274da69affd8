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
	return &sdk.TagResourceOutput{}, a.retag(ctx, *in.ResourceArn, func(tags []types.Tag) []types.Tag { return tagging.With(tags, key, in.Tags...) })
}

// UntagResource removes tags of a group.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, *in.ResourceArn, func(tags []types.Tag) []types.Tag {
		return tagging.Without(tags, key, in.TagKeys)
	})
}

func (a *API) retag(ctx context.Context, groupARN string, change func([]types.Tag) []types.Tag) error {
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
		if changed.Tags = change(g.Tags); len(changed.Tags) > len(g.Tags) {
			err = checkTags(changed.Tags)
		}
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

// checkTags refuses too many tags, and those of AWS. The texts are the emulator's.
func checkTags(tags []types.Tag) error {
	if len(tags) > tagging.Most {
		return &types.ServiceQuotaExceededException{Message: awsapi.Textf("A schedule group has at most %d tags.", tagging.Most)}
	}
	for _, t := range tags {
		if tagging.Reserved(aws.ToString(t.Key)) {
			return invalid("Tag keys that begin with aws: are reserved.")
		}
	}
	return nil
}
