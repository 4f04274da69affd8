package applicationautoscaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// DescribeScalingActivities answers what scaling did in the last six weeks, the newest first, also of targets and services
// that are gone. What it did not do is told if the request asks for it.
func (a *API) DescribeScalingActivities(ctx context.Context, in *sdk.DescribeScalingActivitiesInput) (*sdk.DescribeScalingActivitiesOutput, error) {
	if in.ScalableDimension != "" && in.ResourceId == nil {
		return nil, errDimensionAlone
	}
	all := applicationautoscaling.Activities(a.store.Read(), awsapi.CallScope(ctx), in.ServiceNamespace)
	all = slices.DeleteFunc(slices.Clone(all), func(v *applicationautoscaling.Activity) bool {
		return in.ResourceId != nil && *in.ResourceId != v.Of.Resource || in.ScalableDimension != "" && in.ScalableDimension != v.Of.Dimension ||
			len(v.NotScaled) > 0 && !aws.ToBool(in.IncludeNotScaledActivities)
	})
	request := page.Request{Token: in.NextToken, Most: itemsOfPage, Form: form("activities"), Descending: true}
	part, next, err := cut(all, func(v *applicationautoscaling.Activity) string { return sortable(v.StartedAt) + v.Key() }, request, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeScalingActivitiesOutput{ScalingActivities: []types.ScalingActivity{}, NextToken: next}
	for _, v := range part {
		out.ScalingActivities = append(out.ScalingActivities, types.ScalingActivity{
			ActivityId: &v.ID, ServiceNamespace: v.Of.Namespace, ResourceId: &v.Of.Resource, ScalableDimension: v.Of.Dimension,
			Description: &v.Description, Cause: &v.Cause, StartTime: &v.StartedAt, EndTime: v.EndedAt,
			StatusCode: v.Status, StatusMessage: v.Message, Details: v.Details, NotScaledReasons: v.NotScaled,
		})
	}
	return out, nil
}
