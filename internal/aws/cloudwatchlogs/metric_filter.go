package cloudwatchlogs

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/pattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// MetricFilter says which events of a log group become data of a metric.
type MetricFilter struct {
	Scope          arn.Scope
	Group, Name    string
	Pattern        string
	Created        time.Time
	Transformation types.MetricTransformation
	// Transformed asks for events as a transformer has made them. There are no transformers, so nothing comes of it.
	Transformed  bool     `json:",omitempty"`
	SystemFields []string `json:",omitempty"` // that become dimensions
	Selection    string   `json:",omitempty"` // by system fields; empty is all

	// Parsed and Selects are what Pattern and Selection say.
	Parsed  pattern.Pattern   `json:"-"`
	Selects pattern.Selection `json:"-"`
}

// Arrival are events that have come into a group, with the metric filters that it has. They must not be changed.
type Arrival struct {
	Group   Group
	Filters map[string]*MetricFilter
	Lines   []Line
}

// Limits of a log group. Source: CloudWatch Logs quotas, which cannot be raised; for expressions recorded answers
// (LOGS0008).
const (
	mostMetricFilters = 100
	mostRegexFilters  = 5
)

// PutMetricFilter makes a metric filter, or replaces the one of its name, whose time of creation stays.
func (s *Store) PutMetricFilter(f MetricFilter) error {
	f.Created = s.opts.Now()
	return s.change(func(m *metadata) (*change, error) {
		g := m.group(f.Scope, f.Group)
		if g == nil {
			return nil, missing(groupMissing)
		}
		others := maps.Clone(g.filters)
		if before := others[f.Name]; before != nil {
			f.Created = before.Created
			delete(others, f.Name)
		}
		regexes := 0
		for _, other := range others {
			if pattern.HasRegex(other.Pattern) {
				regexes++
			}
		}
		if len(others) >= mostMetricFilters || pattern.HasRegex(f.Pattern) && regexes >= mostRegexFilters {
			return nil, &types.LimitExceededException{Message: aws.String("Resource limit exceeded.")}
		}
		return &change{In: groupKey(f.Scope, f.Group), MetricFilter: &f}, nil
	})
}

func (s *Store) DeleteMetricFilter(scope arn.Scope, group, name string) error {
	return s.change(func(m *metadata) (*change, error) {
		g := m.group(scope, group)
		switch {
		case g == nil:
			return nil, missing(groupMissing)
		case g.filters[name] == nil:
			return nil, missing("The specified metric filter does not exist.")
		}
		return &change{In: groupKey(scope, group), DeleteMetricFilter: name}, nil
	})
}

// applyMetricFilter makes the change of a metric filter. The filters of a group are replaced and not changed: arrivals
// share them.
func (m *metadata) applyMetricFilter(c *change) {
	g := m.groups[c.In]
	if g == nil || c.MetricFilter == nil && c.DeleteMetricFilter == "" {
		return
	}
	filters := maps.Clone(g.filters)
	if filters == nil {
		filters = map[string]*MetricFilter{}
	}
	if f := c.MetricFilter; f != nil {
		f.Parsed, _ = pattern.Parse(f.Pattern)
		f.Selects, _ = pattern.ParseSelection(f.Selection)
		filters[f.Name] = f
	}
	delete(filters, c.DeleteMetricFilter)
	g.filters = filters
}

// MetricFilters returns the filters of a group, of an account if it is empty, in order of groups and names.
func (s *Store) MetricFilters(scope arn.Scope, name string) (found []*MetricFilter, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if name != "" && s.meta.group(scope, name) == nil {
		return nil, missing(groupMissing)
	}
	for _, g := range s.meta.groups {
		if g.Scope == scope && (name == "" || g.Name == name) {
			found = slices.AppendSeq(found, maps.Values(g.filters))
		}
	}
	sorting.By(found, func(a, b *MetricFilter) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Name, b.Name))
	})
	return found, nil
}
