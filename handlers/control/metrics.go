package control

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	process "github.com/VictoriaMetrics/metrics"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Metrics are the emulator's own, for Prometheus. Several emulators fit into one process.
type Metrics struct {
	store    *store.Store
	requests requests
	measures []Measure
}

// Measure adds lines to /metrics each time that they are read. It should end with the context.
type Measure func(ctx context.Context, to *Exposition)

// NewMetrics makes the metrics of an emulator. Tasks and services are counted from
// the store when the metrics are read. The measures add their lines in their order.
func NewMetrics(rows *store.Store, measures ...Measure) *Metrics {
	return &Metrics{store: rows, measures: measures}
}

// Observe counts one request; it is for awsapi.Options.Observe.
func (m *Metrics) Observe(service, operation string, status int, d time.Duration) {
	m.requests.observe(service, operation, status, d)
}

// Handler serves GET /metrics, with those of the process and of Go's runtime.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		to := &Exposition{}
		m.requests.write(to)
		m.writeContents(to)
		for _, measure := range m.measures {
			measure(r.Context(), to)
		}
		process.WriteProcessMetrics(to)
		process.WriteFDMetrics(to)
		_, _ = to.WriteTo(w)
	})
}

// writeContents counts what the store holds. Every status has a value, so that a
// graph shows 0 and not a gap.
func (m *Metrics) writeContents(to *Exposition) {
	tasks := map[string]int{
		state.Provisioning: 0, state.Pending: 0, state.Activating: 0, state.Running: 0,
		state.Deactivating: 0, state.Stopping: 0, state.Deprovisioning: 0, state.Stopped: 0,
	}
	services := map[string]int{state.ServiceActive: 0, state.ServiceDraining: 0, state.ServiceInactive: 0}
	tx := m.store.Read()
	for _, t := range state.AllTasks(tx) {
		tasks[t.Status.LastStatus]++
	}
	for _, s := range state.AllServices(tx) {
		services[s.Status()]++
	}
	to.Family("gauge", "ecs_emulator_tasks", "Tasks by lastStatus; stopped ones count while they can be described.")
	for _, status := range slices.Sorted(maps.Keys(tasks)) {
		to.Sample("ecs_emulator_tasks", tasks[status], "last_status", status)
	}
	to.Family("gauge", "ecs_emulator_services", "Services by status.")
	for _, status := range slices.Sorted(maps.Keys(services)) {
		to.Sample("ecs_emulator_services", services[status], "status", status)
	}
}
