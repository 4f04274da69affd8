package metrics

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// points are the data of a proxy in a window. Each proxy gives a sample of what it has counted, and none of what it has
// not: that is the emulator's choice.
// Source: ECS developer guide, "Amazon ECS CloudWatch metrics"; amazon-ecs-agent, statistics of Service Connect: a counter is
// one value, and a histogram has a value and a count for each of its bins.
type points struct {
	tx     *store.Tx
	task   *state.Task
	since  balancer.Counts
	minute time.Time // of what was counted
	ended  bool      // a minute, which began then
	began  time.Time

	data []metric.Datum
}

// all are those that were counted, and at the end of a minute those that are so now.
func (p *points) all() []metric.Datum {
	c := p.task.Spec.Connect
	for _, s := range c.Services {
		p.incoming(s.DiscoveryName, p.since.Listeners[serviceconnect.IncomingID(s.PortName)])
	}
	seen := map[string]bool{}
	for _, e := range c.Endpoints {
		if seen[e.DiscoveryARN] { // by another name
			continue
		}
		seen[e.DiscoveryARN] = true
		p.outgoing(e.DiscoveryName, sum(p.since.Groups, e.DiscoveryARN), len(servicediscovery.Instances(p.tx, e.DiscoveryARN)))
	}
	return p.data
}

// incoming are the data of calls that came to a service of the task, from anywhere.
func (p *points) incoming(discoveryName string, l balancer.ListenerCounts) {
	add := func(name string, unit types.StandardUnit, at time.Time, n uint64) {
		if n > 0 {
			p.values("DiscoveryName", discoveryName, metric.Datum{ID: metric.ID{Name: name}, Unit: unit, At: at, Values: []float64{float64(n)}})
		}
	}
	add("NewConnectionCount", types.StandardUnitCount, p.minute, l.Connections)
	add("ProcessedBytes", types.StandardUnitBytes, p.minute, l.Bytes)
	add("RequestCount", types.StandardUnitCount, p.minute, l.Requests)
	add("GrpcRequestCount", types.StandardUnitCount, p.minute, l.GRPCRequests)
	if p.ended {
		add("ActiveConnectionCount", types.StandardUnitCount, p.began, l.ActiveConnections)
	}
}

// outgoing are the data of the task's own calls to an endpoint. No source tells by how many targets AWS divides requests:
// here it is by the instances that the endpoint has.
// Source: ECS developer guide, "Amazon ECS CloudWatch metrics", for that ServiceName and ClusterName are those of the tasks that
// call, and for milliseconds.
func (p *points) outgoing(discoveryName string, g balancer.GroupCounts, instances int) {
	add := func(name string, unit types.StandardUnit, counts []float64, values ...float64) {
		p.values("TargetDiscoveryName", discoveryName, metric.Datum{ID: metric.ID{Name: name}, Unit: unit, At: p.minute, Values: values, Counts: counts})
	}
	for digit := 2; digit <= 5; digit++ {
		if n := g.Answers[digit]; n > 0 {
			add(fmt.Sprintf("HTTPCode_Target_%dXX_Count", digit), types.StandardUnitCount, nil, float64(n))
		}
	}
	if g.Requests > 0 {
		add("RequestCountPerTarget", types.StandardUnitCount, nil, float64(g.Requests)/float64(max(1, instances))) // it has had one
	}
	if g.Bytes > 0 {
		add("TargetProcessedBytes", types.StandardUnitBytes, nil, float64(g.Bytes))
	}
	var values, counts []float64
	for _, bin := range slices.Sorted(maps.Keys(g.Times)) { // each stands for its average, so that the sum is exact
		if t := g.Times[bin]; t.Count > 0 {
			values = append(values, float64(t.Nanoseconds)/float64(t.Count)/float64(time.Millisecond))
			counts = append(counts, float64(t.Count))
		}
	}
	if len(values) > 0 {
		add("TargetResponseTime", types.StandardUnitMilliseconds, counts, values...)
	}
}

// sum is what was counted of all deployments of an endpoint.
func sum(groups map[string]balancer.GroupCounts, discoveryARN string) balancer.GroupCounts {
	all := balancer.GroupCounts{Answers: map[int]uint64{}, Times: map[int]balancer.TimeCounts{}}
	for id, g := range groups {
		if !serviceconnect.IsGroupOf(id, discoveryARN) {
			continue
		}
		all.Requests += g.Requests
		all.Bytes += g.Bytes
		for digit, n := range g.Answers {
			all.Answers[digit] += n
		}
		for bin, t := range g.Times {
			both := all.Times[bin]
			all.Times[bin] = balancer.TimeCounts{Count: both.Count + t.Count, Nanoseconds: both.Nanoseconds + t.Nanoseconds}
		}
	}
	return all
}

// values adds a datum of a discovery name, for all clusters and for the service of the task.
func (p *points) values(dimension, discoveryName string, d metric.Datum) {
	scope, every := arn.ScopeOf(p.task.ARN), []string{dimension, discoveryName}
	for _, dimensions := range [][]string{every, append(every, "ServiceName", arn.Name(p.task.Spec.ServiceARN), "ClusterName", arn.ClusterName(p.task.ARN))} {
		d.ID = metric.New(scope, "AWS/ECS", d.Name, dimensions...)
		p.data = append(p.data, d)
	}
}
