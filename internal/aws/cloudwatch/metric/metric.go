// Package metric keeps the data points of CloudWatch metrics, beside the store of rows: a data point writes no row and
// wakes no controller. Clients put data points with PutMetricData, and the emulator itself those of AWS's namespaces, by
// package collection.
package metric

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// ID tells a metric from all others. The order of dimensions does not matter (CW5 of the recordings): New sorts them.
type ID struct {
	Scope           arn.Scope
	Namespace, Name string
	Dimensions      []Dimension // by name
}

// Dimension is a name and a value that belong to the identity of a metric.
type Dimension struct{ Name, Value string }

// New makes the ID of a metric from dimensions in any order: name, value, name, value.
func New(s arn.Scope, namespace, name string, dimensions ...string) ID {
	id := ID{Scope: s, Namespace: namespace, Name: name}
	for pair := range slices.Chunk(dimensions, 2) {
		id.Dimensions = append(id.Dimensions, Dimension{pair[0], pair[1]})
	}
	sorting.By(id.Dimensions, func(a, b Dimension) int { return strings.Compare(a.Name, b.Name) })
	return id
}

// Key of the metric, which is equal for equal metrics. Metrics of a scope and namespace have a common prefix.
func (id ID) Key() string {
	parts := []string{id.Scope.Prefix() + id.Namespace, id.Name}
	for _, d := range id.Dimensions {
		parts = append(parts, d.Name, d.Value)
	}
	return strings.Join(parts, "\x00")
}

// Datum is what is said of a metric at once: values of one unit at one time.
type Datum struct {
	ID
	Unit types.StandardUnit // empty is None
	At   time.Time
	// HighResolution keeps the second of the datum; otherwise it belongs to its minute.
	HighResolution bool
	// Values with Counts, as many as there are values; Counts may be nil, where each value counts once. Without Values the
	// Set says all, but for percentiles.
	Values, Counts []float64
	Set            Set
}

// Set is what is known of the values of a period.
type Set struct{ Count, Sum, Min, Max float64 }

// Add is both sets together.
func (s Set) Add(o Set) Set {
	switch {
	case o.Count == 0:
		return s
	case s.Count == 0:
		return o
	}
	return Set{s.Count + o.Count, s.Sum + o.Sum, min(s.Min, o.Min), max(s.Max, o.Max)}
}

// set is what a datum adds. A value that counts 0 times is a minimum or maximum all the same (recorded answers).
func (d *Datum) set() Set {
	if len(d.Values) == 0 {
		return d.Set
	}
	sum := Set{Min: slices.Min(d.Values), Max: slices.Max(d.Values)}
	for i, v := range d.Values {
		n := d.count(i)
		sum.Count, sum.Sum = sum.Count+n, sum.Sum+n*v
	}
	return sum
}

// count is how often a value counts.
func (d *Datum) count(i int) float64 {
	if d.Counts == nil {
		return 1
	}
	return d.Counts[i]
}
