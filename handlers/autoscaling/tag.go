package autoscaling

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const groupType = "auto-scaling-group" // the only type of what has tags

var errReserved = invalid("aws: prefixed tag key names are not allowed for external use.") // badmintoncryer/cdk-preflight

// setTags adds tags to a copy of a group.
func setTags(ctx context.Context, g *autoscaling.Group, tags []types.Tag) error {
	for _, t := range tags {
		if tagging.Reserved(ctx, *t.Key) {
			return errReserved
		}
		g.SetTag(autoscaling.Tag{Key: *t.Key, Value: aws.ToString(t.Value), Propagate: aws.ToBool(t.PropagateAtLaunch)})
	}
	if tagging.Own(g.Tags, func(t autoscaling.Tag) string { return t.Key }) > tagging.Most {
		return &types.LimitExceededFault{Message: aws.String("You tried to create more tags than allowed")} // badmintoncryer/cdk-preflight; the code is the emulator's
	}
	return nil
}

func describeTag(g *autoscaling.Group, t autoscaling.Tag) types.TagDescription {
	return types.TagDescription{
		ResourceId: &g.Name, ResourceType: aws.String(groupType), Key: &t.Key, Value: &t.Value, PropagateAtLaunch: &t.Propagate,
	}
}

// CreateOrUpdateTags adds and replaces tags of groups. Instances that run keep theirs.
func (a *API) CreateOrUpdateTags(ctx context.Context, in *sdk.CreateOrUpdateTagsInput) (*sdk.CreateOrUpdateTagsOutput, error) {
	return &sdk.CreateOrUpdateTagsOutput{}, a.changeTags(awsapi.CallScope(ctx), in.Tags, func(g *autoscaling.Group, t types.Tag) error {
		return setTags(ctx, g, []types.Tag{t})
	})
}

// DeleteTags removes tags of groups by their keys, also with other values.
func (a *API) DeleteTags(ctx context.Context, in *sdk.DeleteTagsInput) (*sdk.DeleteTagsOutput, error) {
	return &sdk.DeleteTagsOutput{}, a.changeTags(awsapi.CallScope(ctx), in.Tags, func(g *autoscaling.Group, t types.Tag) error {
		if tagging.Reserved(ctx, *t.Key) && slices.ContainsFunc(g.Tags, func(has autoscaling.Tag) bool { return has.Key == *t.Key }) {
			return errReserved
		}
		g.RemoveTag(*t.Key)
		return nil
	})
}

func (a *API) changeTags(s arn.Scope, tags []types.Tag, change func(*autoscaling.Group, types.Tag) error) error {
	for i, t := range tags {
		var v constraint.Violations
		v.Required(fmt.Sprintf("tags.%d.member.resourceId", i+1), t.ResourceId, 1, 255)
		if err := v.Refusal("ValidationError"); err != nil {
			return err
		}
		if aws.ToString(t.ResourceType) != groupType {
			return invalid("Invalid use of resourceType. The supported values for resourceType are: %s", groupType) // the text is the emulator's
		}
	}
	return a.store.Update(func(tx *store.Tx) error {
		for _, t := range tags {
			g, err := group(tx, s, t.ResourceId)
			if err != nil { // Source: field reports
				return invalid("AutoScalingGroup not found - AutoScaling Group %s not found", *t.ResourceId)
			}
			changed := *g
			if err := change(&changed, t); err != nil {
				return err
			}
			autoscaling.PutGroup(tx, &changed)
		}
		return nil
	})
}

// DescribeTags answers tags of groups, in order of the groups' names and of their keys.
func (a *API) DescribeTags(ctx context.Context, in *sdk.DescribeTagsInput) (*sdk.DescribeTagsOutput, error) {
	if err := knownFilters(in.Filters, groupType, "key", "value", "propagate-at-launch"); err != nil {
		return nil, err
	}
	var found []types.TagDescription
	for _, g := range autoscaling.Groups(a.store.Read(), awsapi.CallScope(ctx)) {
		for _, t := range g.Tags {
			if tag := describeTag(g, t); passesAll(tag, in.Filters) {
				found = append(found, tag)
			}
		}
	}
	out := &sdk.DescribeTagsOutput{}
	var err error
	key := func(t types.TagDescription) string { return *t.ResourceId + "\x00" + *t.Key }
	out.Tags, out.NextToken, err = pageOf(found, key, in.NextToken, in.MaxRecords, defaultPage)
	return out, err
}

// passesAll reports whether a tag passes all filters.
// Source: EC2 Auto Scaling API reference, DescribeTags.
func passesAll(t types.TagDescription, filters []types.Filter) bool {
	for _, f := range filters {
		value := map[string]string{
			groupType: *t.ResourceId, "key": *t.Key, "value": *t.Value, "propagate-at-launch": fmt.Sprint(*t.PropagateAtLaunch),
		}[*f.Name]
		if !slices.Contains(f.Values, value) {
			return false
		}
	}
	return true
}

// knownFilters refuses filters of other names, also where there is nothing to filter. A
// name that ends with a colon begins one.
func knownFilters(filters []types.Filter, known ...string) error {
	for _, f := range filters {
		name := aws.ToString(f.Name)
		if !slices.ContainsFunc(known, func(k string) bool { return name == k || strings.HasSuffix(k, ":") && strings.HasPrefix(name, k) }) {
			return invalid("The filter name %s is not valid.", name) // the text is the emulator's
		}
	}
	return nil
}
