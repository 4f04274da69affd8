package cloudwatch

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// mostTags is how many tags an alarm or a dashboard has. Source: CloudWatch API reference, TagResource.
const mostTags = 50

// withTags is a list of tags with others, of which the last one with a key counts (CW0006).
func withTags(tags, others []types.Tag) ([]types.Tag, error) {
	all := orEmpty(tags)
	for _, t := range others {
		if strings.HasPrefix(strings.ToLower(*t.Key), "aws:") {
			return nil, &awsapi.Error{Code: "AccessDenied", Message: `The provided tag keys must not start with any case of "aws:"`, Status: http.StatusForbidden}
		}
		if i := slices.IndexFunc(all, func(known types.Tag) bool { return *known.Key == *t.Key }); i >= 0 {
			all[i] = t
			continue
		}
		all = append(all, t)
	}
	if len(all) > mostTags {
		return nil, validation("The resultant tag set must not have more than %d user tags.", mostTags)
	}
	return all, nil
}

// TagResource adds tags to an alarm or a dashboard, or replaces those with their keys.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	if len(in.Tags) > mostTags {
		return nil, invalidValue("tags are invalid.")
	}
	return &sdk.TagResourceOutput{}, a.retag(ctx, in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) { return withTags(tags, in.Tags) })
}

// UntagResource removes tags from an alarm or a dashboard. Keys that it does not have are no error.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) {
		return slices.DeleteFunc(orEmpty(tags), func(t types.Tag) bool { return slices.Contains(in.TagKeys, *t.Key) }), nil
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
			cloudwatch.PutAlarm(tx, &changed)
		}}, true
	}
	if composite := cloudwatch.CompositeByARN(tx, scope, resourceARN); composite != nil {
		return tagged{composite.Tags, func(tx *store.Tx, tags []types.Tag) {
			changed := *composite
			changed.Tags = tags
			cloudwatch.PutComposite(tx, &changed)
		}}, true
	}
	dashboard := cloudwatch.FindDashboard(tx, resourceARN)
	if dashboard == nil || dashboard.ARN != cloudwatch.DashboardARN(scope, dashboard.Name) {
		return tagged{}, false
	}
	return tagged{dashboard.Tags, func(tx *store.Tx, tags []types.Tag) {
		changed := *dashboard
		changed.Tags = tags
		cloudwatch.PutDashboard(tx, &changed)
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
