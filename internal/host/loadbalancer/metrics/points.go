package metrics

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// points are the data of a load balancer in a window.
type points struct {
	view   view
	minute time.Time // of what was counted
	since  balancer.Counts
	ended  bool // a minute, which began then
	began  time.Time
	busy   func(arn string, minute time.Time, requests uint64) bool

	data []metric.Datum
}

// Names of dimensions.
const (
	loadBalancer = "LoadBalancer"
	targetGroup  = "TargetGroup"
)

// all are those that were counted, and at the end of a minute those that are so now.
func (p *points) all() []metric.Datum {
	if p.view.application() {
		p.application()
	} else {
		p.network()
	}
	return p.data
}

func (p *points) namespace() string { return namespace(p.view) }

func namespace(v view) string {
	if v.application() {
		return "AWS/ApplicationELB"
	}
	return "AWS/NetworkELB"
}

// of are the dimensions of the load balancer, or of one of its target groups.
func (p *points) of(group string) []string {
	dimensions := []string{loadBalancer, resource(p.view.arn)}
	if group != "" {
		dimensions = append(dimensions, targetGroup, resource(group))
	}
	return dimensions
}

// both are the dimensions of the load balancer, and those with a target group.
func (p *points) both(group string) [][]string { return [][]string{p.of(""), p.of(group)} }

// times adds a number of samples of 1, unless it is 0.
func (p *points) times(name string, n uint64, dimensions []string) {
	if n > 0 {
		p.values(name, types.StandardUnitCount, p.minute, []float64{1}, []float64{float64(n)}, dimensions)
	}
}

// values adds values; counts may be nil, where each counts once.
func (p *points) values(name string, unit types.StandardUnit, at time.Time, values, counts []float64, dimensions []string) {
	id := metric.New(p.view.scope(), p.namespace(), name, dimensions...)
	p.data = append(p.data, metric.Datum{ID: id, Unit: unit, At: at, Values: values, Counts: counts})
}

// hostCounts are how many targets of groups are healthy, and how many are not, at the end of a minute, once for each zone.
// Targets that were just registered are neither. Groups without targets have no data.
// Source: recorded answers; user guides, CloudWatch metrics: "reported if there are registered targets".
func hostCounts(v view, began time.Time) []metric.Datum {
	p := points{view: v}
	for _, g := range v.groups {
		if g.registered > 0 {
			zones := []float64{float64(v.zones)}
			p.values("HealthyHostCount", types.StandardUnitCount, began, []float64{float64(g.healthy)}, zones, p.of(g.arn))
			p.values("UnHealthyHostCount", types.StandardUnitCount, began, []float64{float64(g.unhealthy)}, zones, p.of(g.arn))
		}
	}
	return p.data
}
