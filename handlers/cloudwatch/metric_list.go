package cloudwatch

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// pageOfMetrics is how many metrics are listed at once. Source: CloudWatch API reference, ListMetrics.
const pageOfMetrics = 500

// ListMetrics answers the metrics that have had data in the last two weeks, or three hours (CloudWatch API reference), in order
// of their names; AWS has them in no order.
func (a *API) ListMetrics(ctx context.Context, in *sdk.ListMetricsInput) (*sdk.ListMetricsOutput, error) {
	since := a.now().Add(-oldest)
	switch in.RecentlyActive {
	case "":
	case types.RecentlyActivePt3h:
		since = a.now().Add(-3 * time.Hour)
	default: // recorded answers
		return nil, invalidValue("Request parameter recentlyActive value is invalid")
	}
	a.collect(ctx)
	scope := awsapi.CallScope(ctx)
	var found []metric.ID
	if in.OwningAccount == nil || *in.OwningAccount == scope.Account {
		found = slices.DeleteFunc(a.metrics.List(scope, aws.ToString(in.Namespace), since), func(id metric.ID) bool {
			return in.MetricName != nil && id.Name != *in.MetricName || !hasDimensions(id, in.Dimensions)
		})
	}
	part, next, err := page.Cut(found, metric.ID.Key, page.Request{Token: in.NextToken, Most: pageOfMetrics})
	if err != nil { // recorded answers
		return nil, invalidValue("Request parameter NextToken is invalid")
	}
	out := &sdk.ListMetricsOutput{Metrics: []types.Metric{}, NextToken: next}
	for _, id := range part {
		out.Metrics = append(out.Metrics, types.Metric{Namespace: &id.Namespace, MetricName: &id.Name, Dimensions: dimensionsOf(id)})
	}
	if aws.ToBool(in.IncludeLinkedAccounts) {
		out.OwningAccounts = slices.Repeat([]string{scope.Account}, len(part))
	}
	return out, nil
}

// hasDimensions reports whether a metric has dimensions among its own, by name, or by name and value (recorded answers).
func hasDimensions(id metric.ID, filters []types.DimensionFilter) bool {
	for _, f := range filters {
		if !slices.ContainsFunc(id.Dimensions, func(d metric.Dimension) bool {
			return d.Name == aws.ToString(f.Name) && (f.Value == nil || d.Value == *f.Value)
		}) {
			return false
		}
	}
	return true
}

func dimensionsOf(id metric.ID) []types.Dimension {
	list := []types.Dimension{}
	for _, d := range id.Dimensions {
		list = append(list, types.Dimension{Name: &d.Name, Value: &d.Value})
	}
	return list
}
