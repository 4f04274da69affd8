package control

import (
	"net/http"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the emulator's own, for Prometheus. They have a registry of their
// own, so that several emulators fit into one process.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics makes the metrics of an emulator. Tasks and services are counted from
// the store when the metrics are read.
func NewMetrics(store *state.Store) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ecs_emulator_requests_total", Help: "API requests answered.",
		}, []string{"service", "operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ecs_emulator_request_duration_seconds", Help: "Time from a request's first byte to its answer.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, 1, 10},
		}, []string{"service", "operation"}),
	}
	m.registry.MustRegister(m.requests, m.duration, contents{store},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts one request; it is for awsapi.Options.Observe.
func (m *Metrics) Observe(service, operation string, status int, d time.Duration) {
	m.requests.WithLabelValues(service, operation, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(service, operation).Observe(d.Seconds())
}

// WatchLogs adds how many bytes of log events there are, and whether there is room for more.
func (m *Metrics) WatchLogs(size func() int64, disk func() State) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "ecs_emulator_log_bytes", Help: "Size of all log events that are kept.",
		}, func() float64 { return float64(size()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "ecs_emulator_log_disk_full", Help: "1 while the disk has no room for log events: the oldest go, or new ones wait.",
		}, func() float64 {
			if disk().Status == StateReady {
				return 0
			}
			return 1
		}))
}

// Handler serves GET /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

var (
	tasksDesc = prometheus.NewDesc("ecs_emulator_tasks",
		"Tasks by lastStatus; stopped ones count while they can be described.", []string{"last_status"}, nil)
	servicesDesc = prometheus.NewDesc("ecs_emulator_services", "Services by status.", []string{"status"}, nil)
)

// contents counts what the store holds.
type contents struct{ store *state.Store }

var _ prometheus.Collector = contents{}

// Describe implements [prometheus.Collector].
func (contents) Describe(descs chan<- *prometheus.Desc) {
	descs <- tasksDesc
	descs <- servicesDesc
}

// Collect implements [prometheus.Collector]. Every status has a value, so that a
// graph shows 0 and not a gap.
func (c contents) Collect(metrics chan<- prometheus.Metric) {
	tasks := map[string]int{
		state.Provisioning: 0, state.Pending: 0, state.Activating: 0, state.Running: 0,
		state.Deactivating: 0, state.Stopping: 0, state.Deprovisioning: 0, state.Stopped: 0,
	}
	services := map[string]int{state.ServiceActive: 0, state.ServiceDraining: 0, state.ServiceInactive: 0}
	tx := c.store.Read()
	for _, t := range state.AllTasks(tx) {
		tasks[t.Status.LastStatus]++
	}
	for _, s := range state.AllServices(tx) {
		services[s.Status()]++
	}
	send := func(desc *prometheus.Desc, counts map[string]int) {
		for status, n := range counts {
			metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), status)
		}
	}
	send(tasksDesc, tasks)
	send(servicesDesc, services)
}
