package control

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// durations are the upper bounds of the buckets of request times, in seconds.
var durations = [...]float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, 1, 10}

// requests counts the requests of each operation by status, and in buckets by the time that they took.
type requests struct {
	mu   sync.Mutex
	seen map[operation]*requestCount
}

type operation struct{ service, name string }

func (o operation) compare(other operation) int {
	return cmp.Or(cmp.Compare(o.service, other.service), cmp.Compare(o.name, other.name))
}

type requestCount struct {
	statuses map[int]int
	buckets  [len(durations)]int // each without those before it
	seconds  float64
	all      int
}

func (r *requests) observe(service, name string, status int, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[operation]*requestCount{}
	}
	o := operation{service, name}
	c := r.seen[o]
	if c == nil {
		c = &requestCount{statuses: map[int]int{}}
		r.seen[o] = c
	}
	c.statuses[status]++
	c.seconds += d.Seconds()
	c.all++
	if i, _ := slices.BinarySearch(durations[:], d.Seconds()); i < len(durations) {
		c.buckets[i]++
	}
}

func (r *requests) write(to *Exposition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	operations := sorting.Sorted(maps.Keys(r.seen), operation.compare)
	const total, duration = "ecs_emulator_requests_total", "ecs_emulator_request_duration_seconds"
	to.Family("counter", total, "API requests answered.")
	for _, o := range operations {
		statuses := r.seen[o].statuses
		for _, status := range slices.Sorted(maps.Keys(statuses)) {
			to.Sample(total, statuses[status], "operation", o.name, "service", o.service, "status", status)
		}
	}
	to.Family("histogram", duration, "Time from a request's first byte to its answer.")
	for _, o := range operations {
		c, sum := r.seen[o], 0
		for i, bound := range durations {
			sum += c.buckets[i]
			to.Sample(duration+"_bucket", sum, "operation", o.name, "service", o.service, "le", bound)
		}
		to.Sample(duration+"_bucket", c.all, "operation", o.name, "service", o.service, "le", "+Inf")
		to.Sample(duration+"_sum", c.seconds, "operation", o.name, "service", o.service)
		to.Sample(duration+"_count", c.all, "operation", o.name, "service", o.service)
	}
}
