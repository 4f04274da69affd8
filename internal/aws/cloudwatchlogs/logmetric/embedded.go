package logmetric

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Limits of the embedded metric format. Source: CloudWatch user guide, embedded metric format specification.
const (
	mostMetrics    = 100
	mostValues     = 100
	mostDimensions = 30
	longestName    = 1024
)

// metadata is the member _aws of an event in the embedded metric format.
// Source: CloudWatch user guide, embedded metric format specification.
type metadata struct {
	Timestamp         *int64 // milliseconds
	CloudWatchMetrics []directive
}

// directive says which members of an event are metrics, and which are dimensions of them: each set of dimensions makes a
// metric.
type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct {
	Name, Unit        string
	StorageResolution int
}

// embedded are the data that an event carries, none for one that is not in the format. A directive that the specification
// does not allow is left out, as is a metric or a set of dimensions whose member is missing or is none: AWS counts them
// as errors, and what it does with the rest is not documented.
func embedded(scope arn.Scope, message string) (data []metric.Datum) {
	if !strings.Contains(message, `"_aws"`) {
		return nil
	}
	var members map[string]json.RawMessage
	var of metadata
	if json.Unmarshal([]byte(message), &members) != nil || json.Unmarshal(members["_aws"], &of) != nil || of.Timestamp == nil {
		return nil
	}
	at := time.UnixMilli(*of.Timestamp)
	for _, d := range of.CloudWatchMetrics {
		if !isName(d.Namespace) || strings.HasPrefix(d.Namespace, "AWS/") || len(d.Metrics) > mostMetrics {
			continue
		}
		var sets [][]string
		for _, names := range d.Dimensions {
			if set, ok := dimensions(members, names); ok {
				sets = append(sets, set)
			}
		}
		for _, m := range d.Metrics {
			made, ok := m.datum(members)
			for _, set := range sets {
				if ok {
					made.ID, made.At = metric.New(scope, d.Namespace, m.Name, set...), at
					data = append(data, made)
				}
			}
		}
	}
	return data
}

func isName(text string) bool { return text != "" && len(text) <= longestName }

// dimensions are names and values, of members that are texts.
func dimensions(members map[string]json.RawMessage, names []string) (set []string, ok bool) {
	if len(names) > mostDimensions {
		return nil, false
	}
	for i, name := range names {
		var value string
		if !isName(name) || slices.Contains(names[:i], name) || json.Unmarshal(members[name], &value) != nil || !isName(value) {
			return nil, false
		}
		set = append(set, name, value)
	}
	return set, true
}

// datum is what the member of a metric says: a number, or a list of them.
func (m definition) datum(members map[string]json.RawMessage) (d metric.Datum, ok bool) {
	d.Unit = types.StandardUnit(m.Unit)
	if !isName(m.Name) || m.Unit != "" && !slices.Contains(d.Unit.Values(), d.Unit) {
		return d, false
	}
	body := members[m.Name]
	var single *float64
	if json.Unmarshal(body, &d.Values) != nil {
		if json.Unmarshal(body, &single) != nil {
			return d, false
		}
		d.Values = nil
	}
	if single != nil {
		d.Values = []float64{*single}
	}
	d.HighResolution = m.StorageResolution == 1
	return d, len(d.Values) > 0 && len(d.Values) <= mostValues && !slices.ContainsFunc(d.Values, func(v float64) bool { return !isValue(v) })
}
