// Package usage measures what tasks use, and makes of it the metrics of the namespaces AWS/ECS, by service and by cluster,
// and ECS/ContainerInsights, with their performance log events.
package usage

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The periods of samples. Source: ECS developer guide, service utilization metrics.
const (
	Minute = time.Minute
	// HighResolution for services whose monitoring says so.
	HighResolution = 20 * time.Second
)

// Source samples tasks at the end of each period. All fields but the last are required.
type Source struct {
	Store *store.Store
	Log   *slog.Logger
	// Read asks the engines what those of the containers use that run, by the engines' ids.
	Read func(ctx context.Context, ids []string) (map[string]backend.Usage, error)
	// Events takes the performance log events of a minute for a log group; nil is without.
	Events func(ctx context.Context, group PerformanceGroup, events []PerformanceEvent) error

	meters map[time.Duration]meter
	latest map[string]reading // of containers that run really, by id
	failed bool               // the last read did, and was logged

	restarts map[string]restarts // of the clusters with Container Insights, by ARN
}

// reading is what was read of a container, at a real time.
type reading struct {
	backend.Usage
	at time.Time
}

var _ collection.Source = (*Source)(nil)

func (s *Source) Collect(ctx context.Context, w collection.Window) []metric.Datum {
	third, due := w.Ended(HighResolution)
	if !due {
		return nil
	}
	minute, full := w.Ended(Minute)
	tx := s.Store.Read()
	var data []metric.Datum
	services := servicesOf(tx)
	if fast := watched(tx, services, func(of *service) bool { return len(of.fast) > 0 }); len(fast) > 0 {
		samples := s.sample(ctx, HighResolution, fast)
		for _, of := range services {
			data = append(data, of.highResolution(tx, samples, third)...)
		}
	}
	if !full {
		return data
	}
	insights := insightClusters(tx)
	samples := s.sample(ctx, Minute, dueEachMinute(tx, services, insights))
	for _, of := range services {
		data = append(data, of.minute(tx, samples, minute)...)
	}
	for _, of := range instanceClusters(tx) {
		data = append(data, of.minute(samples, minute)...)
	}
	told := map[string]restarts{}
	for _, of := range insights {
		of.restarts = s.restarts[of.cluster.ARN]
		data = append(data, s.insights(ctx, tx, of, samples, minute, w.To)...)
		told[of.cluster.ARN] = of.restarts.next(state.Tasks(tx, of.cluster), samples, minute)
	}
	s.restarts = told
	return data
}

// samples are the samples of the tasks that could be measured, by ARN.
type samples map[string]sample

// sample reads what tasks use. Containers that it has not seen before are read twice, a moment apart.
func (s *Source) sample(ctx context.Context, period time.Duration, tasks []*state.Task) samples {
	var ids []string
	for _, t := range tasks {
		ids = append(ids, containerIDs(t)...)
	}
	measured := s.meter(period)
	read := s.read(ctx, ids)
	measured.takeAll(read)
	if fresh := measured.fresh(read); len(fresh) > 0 && pause.For(ctx, shortest+shortest/10) == nil {
		again := s.read(ctx, fresh)
		measured.takeAll(again)
		maps.Copy(read, again)
	}
	known := make(map[string]bool, len(ids))
	for _, id := range ids {
		known[id] = true
	}
	measured.keep(known)
	found := samples{}
	for _, t := range tasks {
		if of, ok := sampleOf(t, measured, read); ok {
			found[t.ARN] = of
		}
	}
	return found
}

func (s *Source) meter(period time.Duration) meter {
	if s.meters == nil {
		s.meters = map[time.Duration]meter{}
	}
	if s.meters[period] == nil {
		s.meters[period] = meter{}
	}
	return s.meters[period]
}

func (m meter) takeAll(read map[string]backend.Usage) {
	for id, u := range read {
		m.take(id, u)
	}
}

// read asks the engines, but not again about a real container within a second: the clock may pass hours in that, and the
// answer would make no measure. That they do not answer is logged once, until they do.
func (s *Source) read(ctx context.Context, ids []string) map[string]backend.Usage {
	found := make(map[string]backend.Usage, len(ids))
	maps.DeleteFunc(s.latest, func(_ string, r reading) bool { return time.Since(r.at) >= shortest })
	var ask []string
	for _, id := range ids {
		if r, known := s.latest[id]; known {
			found[id] = r.Usage
		} else {
			ask = append(ask, id)
		}
	}
	if len(ask) == 0 {
		return found
	}
	told, err := s.Read(ctx, ask)
	if err != nil && !s.failed && ctx.Err() == nil {
		s.Log.Warn("cannot read what containers use: there are no samples of them", "error", err)
	}
	s.failed = err != nil
	if s.latest == nil {
		s.latest = map[string]reading{}
	}
	for id, u := range told {
		found[id] = u
		if u.Load == nil {
			s.latest[id] = reading{u, time.Now()}
		}
	}
	return found
}

// dueEachMinute are the tasks of which metrics are wanted: those of services, on container instances, and of clusters with
// Container Insights.
func dueEachMinute(tx *store.Tx, services []*service, insights []*insightCluster) []*state.Task {
	watchedClusters := map[string]bool{}
	for _, of := range insights {
		watchedClusters[of.cluster.ARN] = true
	}
	if len(services) == 0 && len(insights) == 0 && len(instanceClusters(tx)) == 0 {
		return nil
	}
	return slices.DeleteFunc(state.AllTasks(tx), func(t *state.Task) bool {
		return !runs(t) || t.Spec.ServiceARN == "" && t.Placement.ContainerInstance == "" && !watchedClusters[t.Spec.ClusterARN]
	})
}
