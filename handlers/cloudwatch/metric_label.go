package cloudwatch

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// labelsOf are the labels of the queries that are of a metric: those that they have, or else what tells a query from the
// others: its namespace, the values of its dimensions in the order of their names, its metric, and where that is not enough
// its statistic and its period. Queries with a label and those that are not answered do not count among the others.
// Source: recorded answers.
func labelsOf(queries []types.MetricDataQuery) []string {
	labels := make([]string, len(queries))
	var others []int
	for i, q := range queries {
		switch {
		case q.MetricStat == nil:
		case q.Label != nil:
			labels[i] = *q.Label
		case q.ReturnData != nil && !*q.ReturnData:
			labels[i] = *q.MetricStat.Metric.MetricName
		default:
			others = append(others, i)
		}
	}
	labelMetrics(labels, queries, others)
	addWhereShared(labels, others, func(i int) string { return *queries[i].MetricStat.Stat })
	addWhereShared(labels, others, func(i int) string { return strconv.Itoa(int(*queries[i].MetricStat.Period)) })
	return labels
}

// labelMetrics labels queries by what differs of their metrics, and by the name of the metric where nothing does.
func labelMetrics(labels []string, queries []types.MetricDataQuery, of []int) {
	var namespaces, names values
	dimensions := map[string]*values{}
	for _, i := range of {
		m := queries[i].MetricStat.Metric
		namespaces.add(*m.Namespace)
		names.add(*m.MetricName)
		for _, d := range m.Dimensions {
			if dimensions[*d.Name] == nil {
				dimensions[*d.Name] = &values{}
			}
			dimensions[*d.Name].add(*d.Value)
		}
	}
	for _, i := range of {
		m := queries[i].MetricStat.Metric
		var parts []string
		if namespaces.differ {
			parts = append(parts, *m.Namespace)
		}
		for _, d := range sorting.Sorted(slices.Values(m.Dimensions), func(a, b types.Dimension) int { return strings.Compare(*a.Name, *b.Name) }) {
			if values := dimensions[*d.Name]; values.differ || values.count < len(of) {
				parts = append(parts, *d.Value)
			}
		}
		if names.differ || len(parts) == 0 {
			parts = append(parts, *m.MetricName)
		}
		labels[i] = strings.Join(parts, " ")
	}
}

// addWhereShared adds a part to labels that several queries have, where the part differs among them.
func addWhereShared(labels []string, of []int, part func(int) string) {
	shared := map[string]*values{}
	for _, i := range of {
		if shared[labels[i]] == nil {
			shared[labels[i]] = &values{}
		}
		shared[labels[i]].add(part(i))
	}
	for _, i := range of {
		if shared[labels[i]].differ {
			labels[i] += " " + part(i)
		}
	}
}

// values counts values and tells whether they differ.
type values struct {
	first  string
	count  int
	differ bool
}

func (v *values) add(value string) {
	if v.count == 0 {
		v.first = value
	}
	v.count++
	v.differ = v.differ || value != v.first
}
