package applicationautoscaling

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// identity tells the metric of a policy from those of others, as AWS does (AAS0007.4, AAS0007.5): one metric is the same, whether it
// stands by itself or as the only query; its unit, id and label and the order of its dimensions do not count. Of
// several queries all must be equal, but for their order.
func identity(c *types.TargetTrackingScalingPolicyConfiguration) string {
	if p := c.PredefinedMetricSpecification; p != nil {
		return texts("predefined", string(p.PredefinedMetricType), aws.ToString(p.ResourceLabel))
	}
	custom := c.CustomizedMetricSpecification
	switch {
	case custom.Metrics == nil:
		return texts("metric", aws.ToString(custom.Namespace), aws.ToString(custom.MetricName), string(custom.Statistic), dimensionSet(custom.Dimensions))
	case len(custom.Metrics) == 1 && custom.Metrics[0].MetricStat != nil && custom.Metrics[0].MetricStat.Metric != nil:
		stat := custom.Metrics[0].MetricStat
		var dimensions []types.MetricDimension
		for _, d := range stat.Metric.Dimensions {
			dimensions = append(dimensions, types.MetricDimension(d))
		}
		return texts("metric", aws.ToString(stat.Metric.Namespace), aws.ToString(stat.Metric.MetricName), aws.ToString(stat.Stat), dimensionSet(dimensions))
	}
	var queries []string
	for _, q := range custom.Metrics {
		queries = append(queries, encoded(q))
	}
	slices.Sort(queries)
	return texts("queries", queries...)
}

func dimensionSet(dimensions []types.MetricDimension) string {
	var pairs []string
	for _, d := range dimensions {
		pairs = append(pairs, texts(aws.ToString(d.Name), aws.ToString(d.Value)))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "\x01")
}

func texts(first string, more ...string) string {
	return strings.Join(append([]string{first}, more...), "\x00")
}

func encoded(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types have texts, numbers and lists
	}
	return string(text)
}
