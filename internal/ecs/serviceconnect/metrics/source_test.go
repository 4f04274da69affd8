package metrics_test

import (
	"context"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/metrics"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	noon  = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
)

const apiARN = "arn:aws:servicediscovery:us-east-1:000000000000:service/srv-api"

// scene has two tasks of the service web that call api, which has two instances, and say what the test says.
type scene struct {
	*testing.T
	store   *store.Store
	metrics *metric.Store
	source  *metrics.Source
	tasks   [2]string
	counts  map[string]balancer.Counts // by task; without an entry it does not tell
	last    time.Time
}

func newScene(t *testing.T) *scene {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, store: rows, metrics: metric.NewStore(), last: noon, counts: map[string]balancer.Counts{}}
	s.update(func(tx *store.Tx) {
		servicediscovery.PutService(tx, &servicediscovery.Service{ARN: apiARN, Name: "api"})
		for i := range s.tasks {
			s.tasks[i] = scope.Task("shop", arn.NewID())
			state.AddTask(tx, &state.Task{
				ARN: s.tasks[i], Placement: &state.Placement{}, Status: state.TaskStatus{LastStatus: state.Running},
				Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop"), ServiceARN: scope.Service("shop", "web"), Connect: &state.Connect{
					Services: []state.ConnectService{{PortName: "http", DiscoveryName: "front"}},
					Endpoints: []state.ConnectEndpoint{
						{DiscoveryName: "api", DiscoveryARN: apiARN, DNSName: "api"}, {DiscoveryName: "api", DiscoveryARN: apiARN, DNSName: "api.shop"},
					},
				}},
			})
			servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: apiARN, ID: arn.Name(s.tasks[i])})
		}
	})
	s.restart()
	return s
}

// restart is the emulator's: what it has in memory is gone but for what the store of metrics has.
func (s *scene) restart() {
	s.source = &metrics.Source{Store: s.store, Metrics: s.metrics, Clock: clock.New(clock.Options{}), Counts: func(context.Context) (all []serviceconnect.Counted) {
		for task, c := range s.counts {
			all = append(all, serviceconnect.Counted{Task: task, Counts: c})
		}
		return all
	}}
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.Helper()
	if err := s.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.Fatal(err)
	}
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

// has looks at the points of a minute after noon, of a discovery name for all clusters and for the service web.
func (s *scene) has(minute int, name string, unit types.StandardUnit, want metric.Set, dimension, discoveryName string) {
	s.Helper()
	from := noon.Add(time.Duration(minute) * time.Minute)
	for _, dimensions := range [][]string{{dimension, discoveryName}, {dimension, discoveryName, "ServiceName", "web", "ClusterName", "shop"}} {
		points := s.metrics.Points(metric.Query{
			ID: metric.New(scope, "AWS/ECS", name, dimensions...), Unit: unit, From: from, To: from.Add(time.Minute), Period: time.Minute,
		})
		switch {
		case want == metric.Set{}:
			if len(points) > 0 {
				s.Errorf("%s of minute %d: %+v, want none", name, minute, points)
			}
		case len(points) != 1 || points[0].Set != want:
			s.Errorf("%s of minute %d by %q: %+v, want %+v", name, minute, dimensions, points, want)
		}
	}
}

// called are the counts of a proxy whose task has called the api.
func called(run string, requests uint64) balancer.Counts {
	group := func(n uint64) balancer.GroupCounts {
		return balancer.GroupCounts{
			Requests: n, Bytes: 10 * n, Answers: map[int]uint64{2: n}, Times: map[int]balancer.TimeCounts{80: {Count: n, Nanoseconds: n * 2_000_000}},
		}
	}
	return balancer.Counts{Run: run, Groups: map[string]balancer.GroupCounts{apiARN + " blue": group(1), apiARN + " green": group(requests - 1), apiARN + "2": group(99)}}
}

const (
	count = types.StandardUnitCount
	bytes = types.StandardUnitBytes
)

// Each proxy gives a sample. Deployments of one endpoint, and its names, count together.
func TestCallsOfTasks(t *testing.T) {
	s := newScene(t)
	s.counts[s.tasks[0]], s.counts[s.tasks[1]] = called("a", 6), called("b", 2)
	s.tick(time.Minute)
	s.has(0, "HTTPCode_Target_2XX_Count", count, metric.Set{Count: 2, Sum: 8, Min: 2, Max: 6}, "TargetDiscoveryName", "api")
	s.has(0, "RequestCountPerTarget", count, metric.Set{Count: 2, Sum: 4, Min: 1, Max: 3}, "TargetDiscoveryName", "api")
	s.has(0, "TargetProcessedBytes", bytes, metric.Set{Count: 2, Sum: 80, Min: 20, Max: 60}, "TargetDiscoveryName", "api")
	s.has(0, "TargetResponseTime", types.StandardUnitMilliseconds, metric.Set{Count: 8, Sum: 16, Min: 2, Max: 2}, "TargetDiscoveryName", "api")
	s.has(0, "HTTPCode_Target_5XX_Count", count, metric.Set{}, "TargetDiscoveryName", "api")
	s.has(0, "RequestCount", count, metric.Set{}, "DiscoveryName", "front")
	s.tick(2 * time.Minute)
	s.has(1, "HTTPCode_Target_2XX_Count", count, metric.Set{}, "TargetDiscoveryName", "api")
}

// Calls to a service of the task are by DiscoveryName. How many connections there are is sampled at the end of minutes.
func TestCallsToTasks(t *testing.T) {
	s := newScene(t)
	counted := balancer.Counts{Run: "a", Listeners: map[string]balancer.ListenerCounts{
		"in/http": {Connections: 3, Requests: 5, GRPCRequests: 4, Bytes: 700, ActiveConnections: 2}, "out/api:80": {Connections: 50, Requests: 50},
	}}
	s.counts[s.tasks[0]] = counted
	s.read(30 * time.Second)
	s.has(0, "ActiveConnectionCount", count, metric.Set{}, "DiscoveryName", "front")
	s.tick(time.Minute)
	for name, n := range map[string]float64{"NewConnectionCount": 3, "RequestCount": 5, "GrpcRequestCount": 4, "ActiveConnectionCount": 2} {
		s.has(0, name, count, metric.Set{Count: 1, Sum: n, Min: n, Max: n}, "DiscoveryName", "front")
	}
	s.has(0, "ProcessedBytes", bytes, metric.Set{Count: 1, Sum: 700, Min: 700, Max: 700}, "DiscoveryName", "front")
	s.tick(2 * time.Minute)
	s.has(1, "ActiveConnectionCount", count, metric.Set{Count: 1, Sum: 2, Min: 2, Max: 2}, "DiscoveryName", "front")
	s.has(1, "NewConnectionCount", count, metric.Set{}, "DiscoveryName", "front")
}

// What was counted while the emulator was away is put once, and a proxy that runs anew has counted all that it says.
func TestCountsOutliveARestart(t *testing.T) {
	s := newScene(t)
	s.counts[s.tasks[0]] = called("a", 6)
	s.read(30 * time.Second)
	s.restart()
	s.counts[s.tasks[0]] = called("a", 9)
	s.tick(time.Minute)
	s.has(0, "HTTPCode_Target_2XX_Count", count, metric.Set{Count: 2, Sum: 9, Min: 3, Max: 6}, "TargetDiscoveryName", "api")
	s.counts[s.tasks[0]] = called("b", 2)
	s.tick(2 * time.Minute)
	s.has(1, "HTTPCode_Target_2XX_Count", count, metric.Set{Count: 1, Sum: 2, Min: 2, Max: 2}, "TargetDiscoveryName", "api")
}

// A proxy that is about to be stopped may be asked once more. Its mark goes when its task has ended.
func TestTheLastCountsOfAProxy(t *testing.T) {
	s := newScene(t)
	task := s.tasks[0]
	s.source.Last(serviceconnect.Counted{Task: task, Counts: called("a", 6)})
	s.counts[task] = called("a", 7)
	s.read(time.Second)
	all := s.metrics.Points(metric.Query{
		ID: metric.New(scope, "AWS/ECS", "HTTPCode_Target_2XX_Count", "TargetDiscoveryName", "api"), Unit: count,
		From: noon.Add(-time.Hour), To: time.Now().Add(time.Hour), Period: time.Minute,
	})
	sum := 0.0
	for _, p := range all {
		sum += p.Sum
	}
	if sum != 7 {
		t.Errorf("%v answers, want 7: %+v", sum, all)
	}
	if marks := s.metrics.Marks(""); len(marks) != 1 {
		t.Errorf("the marks are %q", marks)
	}
	s.update(func(tx *store.Tx) {
		if err := state.PutTaskStatus(tx, task, state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped}}); err != nil {
			t.Fatal(err)
		}
	})
	s.counts[task] = called("a", 8)
	s.read(2 * time.Second)
	if marks := s.metrics.Marks(""); len(marks) != 0 {
		t.Errorf("after the end the marks are %q", marks)
	}
}
