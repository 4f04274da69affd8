// Package metrics has the metrics of Service Connect, which are in AWS/ECS. Proxies count without an end and without
// minutes, also while the emulator is away; they are read as the load balancers are, by marks: see internal/host/loadbalancer/metrics.
//
//	source := metrics.Source{Store: rows, Metrics: points, Clock: clock, Counts: controller.Counts}
//	source.Collect(ctx, window)
package metrics

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var _ collection.Source = (*Source)(nil)

// Source collects the metrics of all proxies.
type Source struct {
	Store   *store.Store
	Metrics *metric.Store
	Clock   *clock.Clock
	// Counts asks the proxies that run.
	Counts func(ctx context.Context) []serviceconnect.Counted

	mu sync.Mutex // held from asking to putting, so that what is put is not older than the mark
}

// marks begin so; the ARN of the task follows.
const marks = "service-connect/"

// Collect puts what was counted since it was called last, and at the end of a minute what is so now.
func (s *Source) Collect(ctx context.Context, w collection.Window) []metric.Datum {
	s.mu.Lock()
	defer s.mu.Unlock()
	counted := s.Counts(ctx)
	began, ended := w.Ended(time.Minute)
	tx := s.Store.Read()
	for _, c := range counted {
		s.put(tx, c, points{minute: w.Minute(), ended: ended, began: began})
	}
	for _, key := range s.Metrics.Marks(marks) {
		if t := state.FindTask(tx, strings.TrimPrefix(key, marks)); t == nil || t.Ended() {
			s.Metrics.PutMarked([]metric.Mark{{Key: key}})
		}
	}
	return nil
}

// Last puts what a proxy has counted that is about to be stopped. Its mark stays until its task has ended, since the
// proxy may be asked once more.
func (s *Source) Last(c serviceconnect.Counted) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(s.Store.Read(), c, points{minute: s.Clock.Now().Truncate(time.Minute)})
}

// put puts what a proxy has counted since its mark. p says of which window.
func (s *Source) put(tx *store.Tx, c serviceconnect.Counted, p points) {
	t := state.FindTask(tx, c.Task)
	if t == nil || t.Ended() {
		return
	}
	key := marks + c.Task
	before := metric.ReadMark[balancer.Counts](s.Metrics, key)
	p.tx, p.task, p.since = tx, t, c.Since(before)
	data := p.all()
	if c.SameTotals(before) {
		s.Metrics.Put(data...)
		return
	}
	s.Metrics.PutMarked([]metric.Mark{metric.MarkOf(key, c.Counts)}, data...)
}
