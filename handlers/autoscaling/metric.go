package autoscaling

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// metrics are what a group can have. Source: EC2 Auto Scaling API reference, EnableMetricsCollection; field reports
// (badmintoncryer/cdk-preflight) for the order of the first nine, which AWS lists before metrics of retained instances.
var metrics = []string{
	"GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances", "GroupInServiceCapacity",
	"GroupPendingInstances", "GroupPendingCapacity", "GroupTerminatingInstances", "GroupTerminatingCapacity",
	"GroupStandbyInstances", "GroupStandbyCapacity", "GroupTotalInstances", "GroupTotalCapacity",
	"WarmPoolDesiredCapacity", "WarmPoolWarmedCapacity", "WarmPoolPendingCapacity", "WarmPoolTerminatingCapacity",
	"WarmPoolTotalCapacity", "GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity",
}

// askedMetrics are the metrics that a request names: all if it names none. Source of the words here and below: field reports
// (badmintoncryer/cdk-preflight).
func askedMetrics(names []string) ([]string, error) {
	for _, name := range names {
		if !slices.Contains(metrics, name) {
			return nil, invalid("Valid metrics collection types are: [%s].", strings.Join(metrics, ", "))
		}
	}
	if len(names) == 0 {
		return metrics, nil
	}
	return sorted(names), nil
}

// EnableMetricsCollection has metrics be collected, each minute in which something collects any; see package
// capacitymetric.
func (a *API) EnableMetricsCollection(ctx context.Context, in *sdk.EnableMetricsCollectionInput) (*sdk.EnableMetricsCollectionOutput, error) {
	if *in.Granularity != "1Minute" {
		return nil, invalid("Valid metrics granularity type is: [1Minute].")
	}
	names, err := askedMetrics(in.Metrics)
	if err != nil {
		return nil, err
	}
	return &sdk.EnableMetricsCollectionOutput{}, a.change(ctx, in.AutoScalingGroupName, func(_ *store.Tx, g *autoscaling.Group) error {
		g.Metrics = without(g.Metrics, names)
		for _, name := range names {
			g.Metrics = append(g.Metrics, types.EnabledMetric{Metric: &name, Granularity: in.Granularity})
		}
		sorting.By(g.Metrics, func(a, b types.EnabledMetric) int { return strings.Compare(*a.Metric, *b.Metric) })
		return nil
	})
}

// DisableMetricsCollection has them be collected no more.
func (a *API) DisableMetricsCollection(ctx context.Context, in *sdk.DisableMetricsCollectionInput) (*sdk.DisableMetricsCollectionOutput, error) {
	names, err := askedMetrics(in.Metrics)
	if err != nil {
		return nil, err
	}
	return &sdk.DisableMetricsCollectionOutput{}, a.change(ctx, in.AutoScalingGroupName, func(_ *store.Tx, g *autoscaling.Group) error {
		g.Metrics = without(g.Metrics, names)
		return nil
	})
}

func without(enabled []types.EnabledMetric, names []string) []types.EnabledMetric {
	return slices.DeleteFunc(slices.Clone(enabled), func(m types.EnabledMetric) bool { return slices.Contains(names, aws.ToString(m.Metric)) })
}
