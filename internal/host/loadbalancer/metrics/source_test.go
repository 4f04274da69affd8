package metrics_test

import (
	"context"
	"testing"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/metrics"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	noon  = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
)

// scene is a load balancer in two zones with a target group, whose counts the test says.
type scene struct {
	*testing.T
	store    *store.Store
	metrics  *metric.Store
	source   *metrics.Source
	balancer *elbv2.LoadBalancer
	group    *elbv2.TargetGroup
	counts   *balancer.Counts                // nil: it does not tell
	come     map[time.Time]map[string]uint64 // by loads
	last     time.Time
}

func newScene(t *testing.T, kind elb.LoadBalancerTypeEnum, protocol elb.ProtocolEnum) *scene {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, store: rows, metrics: metric.NewStore(), last: noon}
	s.update(func(tx *store.Tx) {
		s.balancer = &elbv2.LoadBalancer{
			Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, kind, "web"), Type: kind, Zones: []elbv2.Zone{{Name: "us-east-1a"}, {Name: "us-east-1b"}},
		}
		elbv2.PutLoadBalancer(tx, s.balancer)
		s.group = &elbv2.TargetGroup{Scope: scope, Name: "blue", ARN: elbv2.NewTargetGroupARN(scope, "blue"), Type: elb.TargetTypeEnumIp, Protocol: protocol, Port: 80}
		elbv2.PutTargetGroup(tx, s.group)
		listener := &elbv2.Listener{
			Scope: scope, ARN: elbv2.NewListenerARN(s.balancer.ARN), LoadBalancer: s.balancer.ARN, Port: 80, Protocol: protocol,
			Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &s.group.ARN}},
		}
		listener.DefaultRule = elbv2.NewRuleARN(listener.ARN)
		elbv2.PutListener(tx, listener)
	})
	s.restart()
	return s
}

// restart is the emulator's: what it has in memory is gone but for what the store of metrics has.
func (s *scene) restart() {
	s.source = &metrics.Source{
		Store: s.store, Metrics: s.metrics, Clock: clock.New(clock.Options{}),
		Requests: func(_, _ time.Time) map[time.Time]map[string]uint64 { return s.come },
		Counts: func(context.Context) []loadbalancer.Counted {
			if s.counts == nil {
				return nil
			}
			return []loadbalancer.Counted{{ARN: s.balancer.ARN, Counts: *s.counts}}
		},
	}
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.Helper()
	if err := s.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.Fatal(err)
	}
}

// target registers one with a health.
func (s *scene) target(id string, health elb.TargetHealthStateEnum) {
	s.Helper()
	s.update(func(tx *store.Tx) {
		elbv2.Register(tx, s.group, id, 80, "us-east-1a", noon.Add(-time.Minute))
		elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{GroupARN: s.group.ARN, ID: id, Port: 80, State: health, CheckedAt: noon})
	})
}

// tick and read ask the source at a time after noon: at the end of a period, or because a client looks.
func (s *scene) tick(after time.Duration) { s.collect(after, true) }
func (s *scene) read(after time.Duration) { s.collect(after, false) }

func (s *scene) collect(after time.Duration, tick bool) {
	s.Helper()
	now := noon.Add(after)
	if data := s.source.Collect(s.Context(), collection.Window{From: s.last, To: now, Tick: tick}); data != nil {
		s.Errorf("it gives what it has put: %v", data)
	}
	s.last = now
}

// has looks at the points of a minute after noon.
func (s *scene) has(minute int, name string, unit types.StandardUnit, want metric.Set, dimensions ...string) {
	s.Helper()
	namespace := "AWS/ApplicationELB"
	if s.balancer.Type == elb.LoadBalancerTypeEnumNetwork {
		namespace = "AWS/NetworkELB"
	}
	from := noon.Add(time.Duration(minute) * time.Minute)
	points := s.metrics.Points(metric.Query{
		ID: metric.New(scope, namespace, name, dimensions...), Unit: unit, From: from, To: from.Add(time.Minute), Period: time.Minute,
	})
	switch {
	case want == metric.Set{}:
		if len(points) > 0 {
			s.Errorf("%s of minute %d: %+v, want none", name, minute, points)
		}
	case len(points) != 1 || points[0].Set != want:
		s.Errorf("%s of minute %d: %+v, want %+v", name, minute, points, want)
	}
}

func (s *scene) load() []string {
	return []string{"LoadBalancer", s.balancer.Resource()}
}

func (s *scene) withGroup() []string {
	return append(s.load(), "TargetGroup", "targetgroup/blue/"+arn.Name(s.group.ARN))
}

// counted are the counts of requests to the group.
func (s *scene) counted(run string, requests uint64) *balancer.Counts {
	return &balancer.Counts{Run: run, Groups: map[string]balancer.GroupCounts{s.group.ARN: {
		Requests: requests, Answers: map[int]uint64{2: requests},
		Times: map[int]balancer.TimeCounts{80: {Count: requests, Nanoseconds: requests * 2_000_000}},
	}}}
}

// The figures come from recorded answers: 12 requests to two healthy targets and one that is not.
func TestRequests(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumApplication, elb.ProtocolEnumHttp)
	s.target("10.0.0.1", "healthy")
	s.target("10.0.0.2", "healthy")
	s.target("10.0.0.3", "unhealthy")
	s.counts = s.counted("a", 8)
	s.read(30 * time.Second)
	s.counts = s.counted("a", 12)
	s.counts.Connections, s.counts.Bytes, s.counts.ActiveConnections = 3, 5000, 2
	s.counts.Answers = map[int]uint64{404: 2, 502: 1, 301: 1}
	s.tick(time.Minute)

	count, none := types.StandardUnitCount, types.StandardUnitNone
	requests := metric.Set{Count: 14, Sum: 12, Min: 0, Max: 1}
	s.has(0, "RequestCount", count, requests, s.withGroup()...)
	s.has(0, "RequestCount", count, requests, s.load()...)
	perTarget := metric.Set{Count: 14, Sum: 6}
	s.has(0, "RequestCountPerTarget", none, perTarget, s.withGroup()...)
	s.has(0, "RequestCountPerTarget", none, perTarget, s.withGroup()[2:]...)
	s.has(0, "RequestCountPerTarget", none, metric.Set{}, s.load()...)
	for _, dimensions := range [][]string{s.load(), s.withGroup()} {
		s.has(0, "HTTPCode_Target_2XX_Count", count, metric.Set{Count: 12, Sum: 12, Min: 1, Max: 1}, dimensions...)
		s.has(0, "HTTPCode_Target_5XX_Count", count, metric.Set{}, dimensions...)
		s.has(0, "TargetConnectionErrorCount", count, metric.Set{}, dimensions...)
		s.has(0, "TargetResponseTime", types.StandardUnitSeconds, metric.Set{Count: 12, Sum: 0.024, Min: 0.002, Max: 0.002}, dimensions...)
	}
	s.has(0, "HTTPCode_ELB_4XX_Count", count, metric.Set{Count: 2, Sum: 2, Min: 1, Max: 1}, s.load()...)
	s.has(0, "HTTPCode_ELB_5XX_Count", count, metric.Set{Count: 1, Sum: 1, Min: 1, Max: 1}, s.load()...)
	s.has(0, "HTTPCode_ELB_502_Count", count, metric.Set{Count: 1, Sum: 1, Min: 1, Max: 1}, s.load()...)
	s.has(0, "HTTPCode_ELB_3XX_Count", count, metric.Set{Count: 1, Sum: 1, Min: 1, Max: 1}, s.load()...)
	s.has(0, "NewConnectionCount", count, metric.Set{Count: 3, Sum: 3, Min: 1, Max: 1}, s.load()...)
	s.has(0, "ActiveConnectionCount", count, metric.Set{Count: 1, Sum: 2, Min: 2, Max: 2}, s.load()...)
	s.has(0, "ProcessedBytes", types.StandardUnitBytes, metric.Set{Count: 1, Sum: 5000, Min: 5000, Max: 5000}, s.load()...)
	s.has(0, "HealthyHostCount", count, metric.Set{Count: 2, Sum: 4, Min: 2, Max: 2}, s.withGroup()...)
	s.has(0, "UnHealthyHostCount", count, metric.Set{Count: 2, Sum: 2, Min: 1, Max: 1}, s.withGroup()...)
	s.has(1, "RequestCount", count, metric.Set{}, s.load()...)
}

// Idle is 0, not missing, as long as there are targets.
func TestIdle(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumApplication, elb.ProtocolEnumHttp)
	s.counts = &balancer.Counts{Run: "a"}
	s.tick(time.Minute)
	s.has(0, "RequestCount", types.StandardUnitCount, metric.Set{}, s.load()...)
	s.has(0, "RequestCountPerTarget", types.StandardUnitNone, metric.Set{}, s.withGroup()...)
	s.has(0, "HealthyHostCount", types.StandardUnitCount, metric.Set{}, s.withGroup()...)
	s.target("10.0.0.1", "unhealthy")
	s.tick(2 * time.Minute)
	s.has(1, "RequestCount", types.StandardUnitCount, metric.Set{Count: 4}, s.load()...)
	s.has(1, "RequestCount", types.StandardUnitCount, metric.Set{Count: 4}, s.withGroup()...)
	s.has(1, "RequestCountPerTarget", types.StandardUnitNone, metric.Set{Count: 4}, s.withGroup()...)
	s.has(1, "HealthyHostCount", types.StandardUnitCount, metric.Set{Count: 2}, s.withGroup()...)
	s.has(1, "NewConnectionCount", types.StandardUnitCount, metric.Set{}, s.load()...)
	s.counts = nil
	s.tick(3 * time.Minute)
	s.has(2, "RequestCount", types.StandardUnitCount, metric.Set{}, s.load()...)

	s.counts = &balancer.Counts{Run: "a", Groups: map[string]balancer.GroupCounts{s.group.ARN: {Requests: 8, ConnectionErrors: 8}}}
	s.tick(4 * time.Minute)
	s.has(3, "RequestCountPerTarget", types.StandardUnitNone, metric.Set{Count: 10, Sum: 8}, s.withGroup()...)
	s.has(3, "TargetConnectionErrorCount", types.StandardUnitCount, metric.Set{Count: 8, Sum: 8, Min: 1, Max: 1}, s.withGroup()...)
}

// Each request counts once: also when the emulator was away, when the data plane was, and when what it says comes late.
func TestRequestsCountOnce(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumApplication, elb.ProtocolEnumHttp)
	sum := func() (sum float64) {
		for _, p := range s.metrics.Points(metric.Query{
			ID: metric.New(scope, "AWS/ApplicationELB", "RequestCount", s.load()...), Unit: types.StandardUnitCount, From: noon, To: noon.Add(time.Hour), Period: time.Minute,
		}) {
			sum += p.Sum
		}
		return sum
	}
	for _, step := range []struct {
		what     string
		run      string
		requests uint64
		restart  bool
		want     float64
	}{
		{"at first", "a", 5, false, 5},
		{"again", "a", 5, false, 5},
		{"more", "a", 9, false, 9},
		{"the emulator was away", "a", 20, true, 20},
		{"nothing new after it was", "a", 20, true, 20},
		{"an older answer comes late", "a", 12, false, 20},
		{"the data plane was away", "b", 3, false, 23},
		{"and both", "c", 4, true, 27},
	} {
		if step.restart {
			s.restart()
		}
		s.counts = s.counted(step.run, step.requests)
		s.tick(s.last.Sub(noon) + time.Minute)
		if got := sum(); got != step.want {
			t.Errorf("%s: %v requests, want %v", step.what, got, step.want)
		}
	}
	s.source.Removing(loadbalancer.Counted{ARN: s.balancer.ARN, Counts: *s.counted("c", 6)})
	s.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, s.balancer) })
	s.counts = nil
	s.tick(s.last.Sub(noon) + time.Minute)
	if left := s.metrics.Marks(""); len(left) > 0 {
		t.Errorf("marks of one that is gone: %v", left)
	}
}

// A mark whose load balancer went while the emulator was away goes as well.
func TestMarksOfLoadBalancersThatAreGone(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumApplication, elb.ProtocolEnumHttp)
	s.counts = s.counted("a", 5)
	s.tick(time.Minute)
	if len(s.metrics.Marks("")) != 1 {
		t.Errorf("marks: %v", s.metrics.Marks(""))
	}
	s.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, s.balancer) })
	s.counts = nil
	s.tick(2 * time.Minute)
	if left := s.metrics.Marks(""); len(left) > 0 {
		t.Errorf("marks: %v", left)
	}
}

func TestFlows(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumNetwork, elb.ProtocolEnumTcp)
	s.target("10.0.0.1", "healthy")
	s.counts = &balancer.Counts{
		Run: "a", Flows: map[string]balancer.FlowCounts{"tls": {New: 1, Bytes: 10, Active: 1}, "tcp": {New: 1, Bytes: 5}},
		Kernel: &balancer.KernelCounts{Run: "k", Flows: map[string]balancer.FlowCounts{"tcp": {New: 3, Bytes: 600, Active: 2}}},
	}
	s.tick(time.Minute)
	s.tick(2 * time.Minute)
	count, bytes := types.StandardUnitCount, types.StandardUnitBytes
	one := func(value float64) metric.Set { return metric.Set{Count: 1, Sum: value, Min: value, Max: value} }
	s.has(0, "NewFlowCount", count, one(5), s.load()...)
	s.has(0, "NewFlowCount_TCP", count, one(4), s.load()...)
	s.has(0, "NewFlowCount_TLS", count, one(1), s.load()...)
	s.has(0, "NewFlowCount_UDP", count, metric.Set{}, s.load()...)
	s.has(0, "ActiveFlowCount", count, one(3), s.load()...)
	s.has(0, "ActiveFlowCount_TCP", count, one(2), s.load()...)
	s.has(0, "ProcessedBytes", bytes, one(615), s.load()...)
	s.has(0, "ProcessedBytes_TLS", bytes, one(10), s.load()...)
	s.has(0, "HealthyHostCount", count, metric.Set{Count: 2, Sum: 2, Min: 1, Max: 1}, s.withGroup()...)
	s.has(1, "NewFlowCount", count, one(0), s.load()...)
	s.has(1, "ActiveFlowCount", count, one(3), s.load()...)

	// The program begins anew; its network namespace, and so the kernel's counts, go on.
	s.counts = &balancer.Counts{Run: "b", Kernel: &balancer.KernelCounts{Run: "k", Flows: map[string]balancer.FlowCounts{"tcp": {New: 4, Bytes: 700}}}}
	s.tick(3 * time.Minute)
	s.has(2, "NewFlowCount", count, one(1), s.load()...)
	s.has(2, "ProcessedBytes", bytes, one(100), s.load()...)

	s.counts = &balancer.Counts{Run: "b", Uncounted: "it lacks counters"}
	s.tick(4 * time.Minute)
	s.has(3, "NewFlowCount", count, metric.Set{}, s.load()...)
	s.has(3, "HealthyHostCount", count, metric.Set{Count: 2, Sum: 2, Min: 1, Max: 1}, s.withGroup()...)
}
