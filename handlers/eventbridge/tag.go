package eventbridge

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TagResource adds and replaces tags.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	return &sdk.TagResourceOutput{}, a.changeTags(ctx, *in.ResourceARN, func(tags []types.Tag) []types.Tag { return tagging.With(tags, key, in.Tags...) })
}

// UntagResource removes tags; those that are not there are no error (EVB0002).
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.changeTags(ctx, *in.ResourceARN, func(tags []types.Tag) []types.Tag {
		return tagging.Without(tags, key, in.TagKeys)
	})
}

// ListTagsForResource answers tags in the order in which they came.
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	b, r, err := tagged(ctx, a.read(), *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListTagsForResourceOutput{Tags: []types.Tag{}}
	if r != nil {
		out.Tags = append(out.Tags, r.Tags...)
	} else {
		out.Tags = append(out.Tags, b.Tags...)
	}
	return out, nil
}

func key(t types.Tag) string { return *t.Key }

// changeTags writes other tags of a bus or a rule.
func (a *API) changeTags(ctx context.Context, resourceARN string, change func([]types.Tag) []types.Tag) error {
	return a.update(func(tx *store.Tx) error {
		b, r, err := tagged(ctx, tx, resourceARN)
		switch {
		case err != nil:
			return err
		case r != nil:
			changed := *r
			changed.Tags = change(r.Tags)
			eventbridge.PutRule(tx, &changed)
		default:
			changed := *b
			changed.Tags = change(b.Tags)
			eventbridge.Buses.Put(tx, &changed)
		}
		return nil
	})
}

// tagged is the bus or the rule that has an ARN.
func tagged(ctx context.Context, tx *store.Tx, resourceARN string) (*eventbridge.Bus, *eventbridge.Rule, error) {
	if err := checkARN(&resourceARN); err != nil {
		return nil, nil, err
	}
	scope := awsapi.CallScope(ctx)
	if strings.HasPrefix(resourceARN, eventbridge.BusARN(scope, "")) {
		b, err := bus(ctx, tx, &resourceARN)
		return b, nil, err
	}
	path, isRule := strings.CutPrefix(resourceARN, eventbridge.RuleARN(scope, eventbridge.DefaultBus, ""))
	if !isRule { // the text is the emulator's
		return nil, nil, notFound("Resource %s does not exist.", resourceARN)
	}
	onBus, name := eventbridge.DefaultBus, path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		onBus, name = path[:i], path[i+1:]
	}
	r, err := rule(ctx, tx, &onBus, name)
	return nil, r, err
}
