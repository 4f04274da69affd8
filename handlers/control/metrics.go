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
	store      *store.Store
	requests   requests
	logs       func(*exposition)
	points     func(*exposition)
	delivered  func(*exposition)
	containers func(context.Context, *exposition) // nil is none
}

// NewMetrics makes the metrics of an emulator. Tasks and services are counted from
// the store when the metrics are read.
func NewMetrics(rows *store.Store) *Metrics {
	return &Metrics{store: rows, logs: func(*exposition) {}, points: func(*exposition) {}, delivered: func(*exposition) {}}
}

// Observe counts one request; it is for awsapi.Options.Observe.
func (m *Metrics) Observe(service, operation string, status int, d time.Duration) {
	m.requests.observe(service, operation, status, d)
}

// WatchLogs adds how many bytes of log events there are, and whether there is room for more.
func (m *Metrics) WatchLogs(size func() int64, disk func() State) {
	m.logs = func(to *exposition) {
		to.family("gauge", "ecs_emulator_log_bytes", "Size of all log events that are kept.")
		to.sample("ecs_emulator_log_bytes", size())
		full := 1
		if disk().Status == StateReady {
			full = 0
		}
		to.family("gauge", "ecs_emulator_log_disk_full", "1 while the disk has no room for log events: the oldest go, or new ones wait.")
		to.sample("ecs_emulator_log_disk_full", full)
	}
}

// WatchDataPoints adds how much memory the data points of CloudWatch metrics take.
func (m *Metrics) WatchDataPoints(size func() int64) {
	m.points = func(to *exposition) {
		to.family("gauge", "ecs_emulator_metric_bytes", "Memory that the data points of CloudWatch metrics take.")
		to.sample("ecs_emulator_metric_bytes", size())
	}
}

// Handler serves GET /metrics, with those of the process and of Go's runtime.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		to := &exposition{}
		m.requests.write(to)
		m.writeContents(to)
		m.logs(to)
		m.points(to)
		m.delivered(to)
		if m.containers != nil {
			m.containers(r.Context(), to)
		}
		process.WriteProcessMetrics(to)
		process.WriteFDMetrics(to)
		_, _ = to.WriteTo(w)
	})
}

// writeContents counts what the store holds. Every status has a value, so that a
// graph shows 0 and not a gap.
func (m *Metrics) writeContents(to *exposition) {
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
	to.family("gauge", "ecs_emulator_tasks", "Tasks by lastStatus; stopped ones count while they can be described.")
	for _, status := range slices.Sorted(maps.Keys(tasks)) {
		to.sample("ecs_emulator_tasks", tasks[status], "last_status", status)
	}
	to.family("gauge", "ecs_emulator_services", "Services by status.")
	for _, status := range slices.Sorted(maps.Keys(services)) {
		to.sample("ecs_emulator_services", services[status], "status", status)
	}
}
