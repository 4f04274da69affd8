package cloudwatch

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// mostTags is how many tags an alarm has. Source: CloudWatch API reference, TagResource.
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

// TagResource adds tags to an alarm, or replaces those with their keys.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	if len(in.Tags) > mostTags {
		return nil, invalidValue("tags are invalid.")
	}
	return &sdk.TagResourceOutput{}, a.retag(ctx, in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) { return withTags(tags, in.Tags) })
}

// UntagResource removes tags from an alarm. Keys that it does not have are no error.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, in.ResourceARN, func(tags []types.Tag) ([]types.Tag, error) {
		return slices.DeleteFunc(orEmpty(tags), func(t types.Tag) bool { return slices.Contains(in.TagKeys, *t.Key) }), nil
	})
}

func (a *API) retag(ctx context.Context, alarmARN *string, change func([]types.Tag) ([]types.Tag, error)) error {
	return a.store.Update(func(tx *store.Tx) error {
		alarm, composite := alarmWith(tx, awsapi.CallScope(ctx), aws.ToString(alarmARN))
		switch {
		case alarm != nil:
			changed, err := *alarm, error(nil)
			if changed.Tags, err = change(alarm.Tags); err != nil {
				return err
			}
			cloudwatch.PutAlarm(tx, &changed)
		case composite != nil:
			changed, err := *composite, error(nil)
			if changed.Tags, err = change(composite.Tags); err != nil {
				return err
			}
			cloudwatch.PutComposite(tx, &changed)
		default:
			return errNoResource
		}
		return nil
	})
}

// ListTagsForResource answers the tags of an alarm.
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	alarm, composite := alarmWith(a.store.Read(), awsapi.CallScope(ctx), *in.ResourceARN)
	switch {
	case alarm != nil:
		return &sdk.ListTagsForResourceOutput{Tags: orEmpty(alarm.Tags)}, nil
	case composite != nil:
		return &sdk.ListTagsForResourceOutput{Tags: orEmpty(composite.Tags)}, nil
	}
	return nil, errNoResource
}

// alarmWith is the alarm with an ARN, of the one type or the other.
func alarmWith(tx *store.Tx, s arn.Scope, alarmARN string) (*cloudwatch.Alarm, *cloudwatch.Composite) {
	if alarm := cloudwatch.AlarmByARN(tx, s, alarmARN); alarm != nil {
		return alarm, nil
	}
	return nil, cloudwatch.CompositeByARN(tx, s, alarmARN)
}
