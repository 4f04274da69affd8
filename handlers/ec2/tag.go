package ec2

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateTags sets tags of what is there; those with other keys stay.
func (a *API) CreateTags(ctx context.Context, in *sdk.CreateTagsInput) (*sdk.CreateTagsOutput, error) {
	switch {
	case aws.ToBool(in.DryRun):
		return nil, kit.ErrDryRun
	case len(in.Resources) == 0:
		return nil, kit.MissingParameter("resourceIdSet")
	case len(in.Tags) == 0:
		return nil, kit.MissingParameter("tagSet")
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	err := a.changeTags(kit.Scope(ctx), in.Resources, func(tags map[string]string) {
		for _, tag := range in.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	})
	return &sdk.CreateTagsOutput{}, err
}

// DeleteTags removes tags: all if none is named, and one that is named with a value only
// if it has that. Those that AWS has set stay. Source: EC2 API reference, DeleteTags.
func (a *API) DeleteTags(ctx context.Context, in *sdk.DeleteTagsInput) (*sdk.DeleteTagsOutput, error) {
	switch {
	case aws.ToBool(in.DryRun):
		return nil, kit.ErrDryRun
	case len(in.Resources) == 0:
		return nil, kit.MissingParameter("resourceIdSet")
	}
	for _, tag := range in.Tags {
		if tagging.Reserved(ctx, aws.ToString(tag.Key)) {
			return nil, kit.Refuse("InvalidParameterValue", kit.ReservedTags)
		}
	}
	err := a.changeTags(kit.Scope(ctx), in.Resources, func(tags map[string]string) {
		if len(in.Tags) == 0 {
			maps.DeleteFunc(tags, func(key, _ string) bool { return !tagging.System(key) })
		}
		for _, tag := range in.Tags {
			if key := aws.ToString(tag.Key); tag.Value == nil || *tag.Value == tags[key] {
				delete(tags, key)
			}
		}
	})
	return &sdk.DeleteTagsOutput{}, err
}

// changeTags changes the tags of all resources or, if one does not exist, of none.
func (a *API) changeTags(scope arn.Scope, ids []string, change func(tags map[string]string)) error {
	return a.Store.Update(func(tx *store.Tx) error {
		for _, id := range ids {
			if err := a.Exists(tx, scope, id); err != nil {
				return err
			}
			tags := ec2network.FindTags(tx, scope, id)
			if tags == nil {
				tags = map[string]string{}
			}
			change(tags)
			if kit.OwnTags(tags) > kit.MaxTags {
				return kit.ErrTooManyTags
			}
			ec2network.SetTags(tx, scope, id, tags)
		}
		return nil
	})
}

func tagDescriptionValues(t *types.TagDescription, filter string) ([]string, bool) {
	if values, known := tagMembers(t, filter); known || filter == "tag-key" {
		return values, known
	}
	return kit.TagValues([]types.Tag{{Key: aws.String(aws.ToString(t.Key)), Value: t.Value}}, filter)
}

var tagMembers = kit.Values[types.TagDescription](kit.Filters{Named: []string{"key", "value", "resource-id", "resource-type"}})

// DescribeTags answers the tags of what is there.
func (a *API) DescribeTags(ctx context.Context, in *sdk.DescribeTagsInput) (*sdk.DescribeTagsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.TagDescription
	for _, id := range ec2network.Tagged(tx, scope) {
		if a.Exists(tx, scope, id) != nil { // a network interface that is gone
			continue
		}
		for _, tag := range kit.TagsOf(tx, scope, id) {
			rows = append(rows, types.TagDescription{Key: tag.Key, Value: tag.Value, ResourceId: &id, ResourceType: kit.KindOf(id).Of})
		}
	}
	found, err := kit.Describe(rows, in.Filters, nil, "resource-id", tagDescriptionValues, nil)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeTagsOutput{Tags: found}, nil
}
