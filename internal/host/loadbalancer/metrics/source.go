// Package metrics has the metrics of AWS/ApplicationELB and AWS/NetworkELB. The data planes of load balancers count without
// an end and without minutes, also while the emulator is away. What they have counted since they were last asked is put into
// the store of metrics, together with a mark that says how far that goes: the store has both after a crash or neither, so each
// request is there once.
//
//	source := metrics.Source{Store: rows, Metrics: points, Clock: clock, Counts: controller.Counts}
//	source.Collect(ctx, window)
package metrics

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer"
)

var _ collection.Source = (*Source)(nil)

// Source collects the metrics of all load balancers.
type Source struct {
	Store   *store.Store
	Metrics *metric.Store
	Clock   *clock.Clock
	// Counts asks the load balancers that run.
	Counts func(ctx context.Context) []loadbalancer.Counted
	// Requests are those that loads of services bring in a window, by the minute and the ARN of the target group; nil: none.
	Requests func(from, to time.Time) map[time.Time]map[string]uint64

	mu   sync.Mutex           // held from asking to putting, so that what is put is not older than the mark
	busy map[string]time.Time // the minute of the last requests, by the ARN of a load balancer or target group
}

// marks begin so; the ARN of the load balancer follows.
const marks = "load-balancer/"

// Collect puts what was counted since it was called last, and at the end of a minute what is so now.
func (s *Source) Collect(ctx context.Context, w collection.Window) []metric.Datum {
	s.mu.Lock()
	defer s.mu.Unlock()
	counted := map[string]balancer.Counts{}
	for _, c := range s.Counts(ctx) {
		counted[c.ARN] = c.Counts
	}
	var come map[time.Time]map[string]uint64
	if s.Requests != nil {
		come = s.Requests(w.From, w.To)
	}
	tx, known := s.Store.Read(), map[string]bool{}
	for _, b := range elbv2.AllLoadBalancers(tx) {
		known[marks+b.ARN] = true
		v := look(tx, b)
		s.putLoads(v, come)
		if counts, ok := counted[b.ARN]; ok {
			s.put(v, counts, w)
		}
		if began, ok := w.Ended(time.Minute); ok {
			s.Metrics.Put(hostCounts(v, began)...)
		}
	}
	maps.DeleteFunc(s.busy, func(_ string, at time.Time) bool { return at.Before(w.From.Add(-time.Hour)) })
	for _, key := range s.Metrics.Marks(marks) {
		if !known[key] {
			s.Metrics.PutMarked([]metric.Mark{{Key: key}})
		}
	}
	return nil
}

// put puts what a load balancer has counted since the mark. A network load balancer whose flows the kernel leads, and does not
// count, has no data.
func (s *Source) put(v view, counts balancer.Counts, w collection.Window) {
	if !v.application() && counts.Uncounted != "" {
		return // perhaps it tells the next time
	}
	key := marks + v.arn
	before := metric.ReadMark[balancer.Counts](s.Metrics, key)
	began, ended := w.Ended(time.Minute)
	p := points{view: v, minute: w.Minute(), ended: ended, began: began, since: counts.Since(before), busy: s.busyIn}
	data := p.all()
	if counts.SameTotals(before) {
		s.Metrics.Put(data...)
		return
	}
	s.Metrics.PutMarked([]metric.Mark{metric.MarkOf(key, counts)}, data...)
}

// Removing puts what a load balancer has counted last, of which there may be no row any more.
func (s *Source) Removing(last loadbalancer.Counted) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, key := lookAfter(s.Store.Read(), last.ARN), marks+last.ARN
	since := last.Since(metric.ReadMark[balancer.Counts](s.Metrics, key))
	p := points{view: v, minute: s.Clock.Now().Truncate(time.Minute), since: since, busy: s.busyIn}
	s.Metrics.PutMarked([]metric.Mark{{Key: key}}, p.all()...)
}

// putLoads puts the requests of loads. They are no part of what is counted without an end, so no mark has them.
func (s *Source) putLoads(v view, come map[time.Time]map[string]uint64) {
	for minute, requests := range come {
		p := points{view: v, minute: minute, since: v.counted(requests), busy: s.busyIn}
		s.Metrics.Put(p.all()...)
	}
}

// busyIn notes that there were requests in a minute, if there were, and reports it.
func (s *Source) busyIn(arn string, minute time.Time, requests uint64) bool {
	if s.busy == nil {
		s.busy = map[string]time.Time{}
	}
	if requests > 0 && minute.After(s.busy[arn]) {
		s.busy[arn] = minute
	}
	return s.busy[arn].Equal(minute)
}

// resource is what an ARN is called in dimensions: app/web/0123456789abcdef or targetgroup/web/0123456789abcdef.
func resource(arn string) string {
	return strings.TrimPrefix(arn[strings.LastIndexByte(arn, ':')+1:], "loadbalancer/")
}
