package cloudwatch

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
)

// labelsOf are the labels of the queries that are of a metric: those that they have, or else the name of the metric with what
// tells it from others of the name: its statistic, or the values of dimensions alone. Queries with a label and those that are not answered do
// not count among the others. Source: recorded answers.
func labelsOf(queries []types.MetricDataQuery) []string {
	labels := make([]string, len(queries))
	for i, q := range queries {
		if q.MetricStat == nil {
			continue
		}
		labels[i] = *q.MetricStat.Metric.MetricName
		if q.Label != nil {
			labels[i] = *q.Label
		} else if automatic(q) {
			labels[i] = labelAmong(q, queries)
		}
	}
	return labels
}

func automatic(q types.MetricDataQuery) bool {
	return q.MetricStat != nil && q.Label == nil && (q.ReturnData == nil || *q.ReturnData)
}

func labelAmong(q types.MetricDataQuery, queries []types.MetricDataQuery) string {
	m, own := q.MetricStat.Metric, setOf(q.MetricStat.Metric.Dimensions)
	differs := map[string]bool{}
	statistic := false
	for _, other := range queries {
		if !automatic(other) || *other.MetricStat.Metric.MetricName != *m.MetricName {
			continue
		}
		theirs := setOf(other.MetricStat.Metric.Dimensions)
		same := aws.ToString(other.MetricStat.Metric.Namespace) == aws.ToString(m.Namespace) && len(own) == len(theirs)
		for name, value := range own {
			if theirs[name] != value {
				differs[name], same = true, false
			}
		}
		statistic = statistic || same && *other.MetricStat.Stat != *q.MetricStat.Stat
	}
	var values []string
	for _, d := range m.Dimensions {
		if differs[aws.ToString(d.Name)] {
			values = append(values, aws.ToString(d.Value))
		}
	}
	label := cmp.Or(strings.Join(values, " "), *m.MetricName)
	if statistic {
		label += " " + *q.MetricStat.Stat
	}
	return label
}
