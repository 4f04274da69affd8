package cloudwatch

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func key(t types.Tag) string { return *t.Key }

var errReserved = &awsapi.Error{Code: "AccessDenied", Message: `The provided tag keys must not start with any case of "aws:"`, Status: http.StatusForbidden}

// withTags is a list of tags with others, of which the last one with a key counts (CW0006).
func withTags(ctx context.Context, tags, others []types.Tag) ([]types.Tag, error) {
	for _, t := range others {
		if tagging.Reserved(ctx, *t.Key) {
			return nil, errReserved
		}
	}
	all := tagging.With(orEmpty(tags), key, others...)
	if tagging.Own(all, key) > tagging.Most {
		return nil, validation("The resultant tag set must not have more than %d user tags.", tagging.Most)
	}
	return all, nil
}

// TagResource adds tags to an alarm or a dashboard, or replaces those with their keys.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	if tagging.Own(in.Tags, key) > tagging.Most {
		return nil, invalidValue("tags are invalid.")
	}
	return &sdk.TagResourceOutput{}, a.retag(ctx, in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) { return withTags(ctx, tags, in.Tags) })
}

// UntagResource removes tags from an alarm or a dashboard. Keys that it does not have are no error.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) {
		if tagging.Fixed(ctx, tags, key, in.TagKeys) {
			return nil, errReserved
		}
		return tagging.Without(orEmpty(tags), key, in.TagKeys), nil
	})
}

// tagged is a resource with tags.
type tagged struct {
	tags []types.Tag
	put  func(tx *store.Tx, tags []types.Tag) // writes it with other tags
}

// findTagged returns an alarm or a dashboard by its ARN.
func findTagged(tx *store.Tx, scope arn.Scope, resourceARN string) (t tagged, found bool) {
	if alarm := cloudwatch.AlarmByARN(tx, scope, resourceARN); alarm != nil {
		return tagged{alarm.Tags, func(tx *store.Tx, tags []types.Tag) {
			changed := *alarm
			changed.Tags = tags
			cloudwatch.Alarms.Put(tx, &changed)
		}}, true
	}
	if composite := cloudwatch.CompositeByARN(tx, scope, resourceARN); composite != nil {
		return tagged{composite.Tags, func(tx *store.Tx, tags []types.Tag) {
			changed := *composite
			changed.Tags = tags
			cloudwatch.Composites.Put(tx, &changed)
		}}, true
	}
	dashboard := cloudwatch.Dashboards.Get(tx, resourceARN)
	if dashboard == nil || dashboard.ARN != cloudwatch.DashboardARN(scope, dashboard.Name) {
		return tagged{}, false
	}
	return tagged{dashboard.Tags, func(tx *store.Tx, tags []types.Tag) {
		changed := *dashboard
		changed.Tags = tags
		cloudwatch.Dashboards.Put(tx, &changed)
	}}, true
}

func (a *API) retag(ctx context.Context, resourceARN *string, change func([]types.Tag) ([]types.Tag, error)) error {
	return a.store.Update(func(tx *store.Tx) error {
		resource, found := findTagged(tx, awsapi.CallScope(ctx), aws.ToString(resourceARN))
		if !found {
			return errNoResource
		}
		tags, err := change(resource.tags)
		if err != nil {
			return err
		}
		resource.put(tx, tags)
		return nil
	})
}

// ListTagsForResource answers the tags of an alarm or a dashboard.
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	resource, found := findTagged(a.store.Read(), awsapi.CallScope(ctx), *in.ResourceARN)
	if !found {
		return nil, errNoResource
	}
	return &sdk.ListTagsForResourceOutput{Tags: orEmpty(resource.tags)}, nil
}

// tagsByARN are the tags of an alarm or a dashboard.
func (a *API) tagsByARN(resourceARN string) []tagging.Tag {
	tx := a.store.Read()
	if alarm := cloudwatch.Alarms.Get(tx, resourceARN); alarm != nil {
		return tagsOf(alarm.Tags)
	}
	if c := cloudwatch.Composites.Get(tx, resourceARN); c != nil {
		return tagsOf(c.Tags)
	}
	if d := cloudwatch.Dashboards.Get(tx, resourceARN); d != nil {
		return tagsOf(d.Tags)
	}
	return nil
}

func tagsOf(list []types.Tag) []tagging.Tag {
	return tagging.List(list, func(t types.Tag) (string, string) { return *t.Key, aws.ToString(t.Value) })
}
