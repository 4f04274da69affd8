package usage

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

var (
	scope      = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	clusterARN = scope.Cluster("c")
	serviceARN = scope.Service("c", "web")
	began      = time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
)

const deploymentID = "ecs-svc/1"

// world is a store with a cluster and a service, and an engine whose counters the test sets.
type world struct {
	testing.TB
	store  *store.Store
	source *Source
	data   *metric.Store
	usage  map[string]backend.Usage // by the engine's ids
	reads  int
	events []PerformanceEvent
}

func newWorld(t testing.TB, change func(*state.Service, *state.Cluster)) *world {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rows.Close() })
	w := &world{TB: t, store: rows, data: metric.NewStore(), usage: map[string]backend.Usage{}}
	w.source = &Source{
		Store: rows, Log: slog.New(slog.DiscardHandler),
		Read: func(_ context.Context, ids []string) (map[string]backend.Usage, error) {
			w.reads++
			found := map[string]backend.Usage{}
			for _, id := range ids {
				if u, ok := w.usage[id]; ok {
					found[id] = u
				}
			}
			return found, nil
		},
		Events: func(_ context.Context, _ PerformanceGroup, events []PerformanceEvent) error {
			w.events = append(w.events, events...)
			return nil
		},
	}
	cluster := &state.Cluster{ARN: clusterARN, Name: "c", Status: state.ClusterActive}
	s := &state.Service{
		ARN: serviceARN, Name: "web", ClusterARN: clusterARN, DesiredCount: 2, CreatedAt: began,
		Deployments: []*state.Deployment{{Generation: state.Generation{ID: deploymentID, CreatedAt: began, Revision: &state.ServiceRevision{}}, Primary: true}},
	}
	if change != nil {
		change(s, cluster)
	}
	w.update(func(tx *store.Tx) {
		state.Clusters.Put(tx, cluster)
		taskdefinition.Add(tx, scope, &types.TaskDefinition{
			Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{
				{Name: aws.String("app"), Image: aws.String("app"), Cpu: 128, Memory: aws.Int32(400), MemoryReservation: aws.Int32(256)},
				{Name: aws.String("side"), Image: aws.String("side"), MemoryReservation: aws.Int32(100)},
			},
		}, nil, scope.Root(), began)
		state.PutService(tx, s)
	})
	return w
}

func (w *world) update(fn func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// run adds a task of the service that runs, with the containers app and side.
func (w *world) run(id string, change func(*state.Task)) {
	w.Helper()
	t := &state.Task{
		ARN: scope.Task("c", id),
		Spec: &state.TaskSpec{
			ClusterARN: clusterARN, Family: "web", Revision: 1, ServiceARN: serviceARN, DeploymentID: deploymentID, Group: "service:web",
			LaunchType: types.LaunchTypeFargate, CPU: "256", Memory: "512", CreatedAt: began,
		},
		Placement: &state.Placement{Zone: "us-east-1a"},
		Status: state.TaskStatus{LastStatus: state.Running, StartedAt: began, Containers: []state.Container{
			{Name: "app", Phase: state.ContainerRunning, EngineID: id + "-app"}, {Name: "side", Phase: state.ContainerRunning, EngineID: id + "-side"},
		}},
	}
	if change != nil {
		change(t)
	}
	w.update(func(tx *store.Tx) { state.AddTask(tx, t) })
}

// read is a reading of a real engine: CPU time in seconds, memory and cache in bytes.
func read(at time.Time, cpu float64, memory, cache uint64) backend.Usage {
	var u backend.Usage
	u.Read = at
	u.CPUStats.CPUUsage.TotalUsage = uint64(cpu * 1e9)
	u.MemoryStats = backend.MemoryStats{Usage: memory, Stats: map[string]uint64{"cache": cache}}
	return u
}

// simulated is one of an engine that knows the load.
func simulated(cpu float64, mib uint64) backend.Usage {
	u := read(began, 0, mib<<20, 0)
	u.Load = &cpu
	return u
}

// tick collects at the end of a period.
func (w *world) tick(at time.Time) {
	w.Helper()
	w.data.Put(w.source.Collect(w.Context(), collection.Window{From: at.Add(-Minute), To: at, Tick: true})...)
}

// points are the points of a metric as text: begin, and samples, sum, minimum and maximum.
func (w *world) points(namespace, name string, unit string, period time.Duration, dimensions ...string) string {
	w.Helper()
	id := metric.New(scope, namespace, name, dimensions...)
	var all []string
	for _, u := range w.data.Units(id, began.Add(-time.Hour), began.Add(2*time.Hour)) {
		if string(u) != unit {
			w.Errorf("%s has the unit %s", name, u)
		}
		for _, p := range w.data.Points(metric.Query{ID: id, Unit: u, From: began.Add(-time.Hour), To: began.Add(2 * time.Hour), Period: period}) {
			all = append(all, fmt.Sprintf("%s %g %g %g %g", p.At.Format("04:05"), p.Count, p.Sum, p.Min, p.Max))
		}
	}
	return strings.Join(all, ", ")
}

func (w *world) ofService(name, unit string, period time.Duration) string {
	w.Helper()
	return w.points(NamespaceECS, name, unit, period, "ServiceName", "web", "ClusterName", "c")
}

func (w *world) expect(what, got, want string) {
	w.Helper()
	if got != want {
		w.Errorf("%s: %q, want %q", what, got, want)
	}
}
