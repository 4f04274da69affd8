package count

import (
	"math"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Group has the counts of a target group.
type Group struct {
	of       *LoadBalancer
	mu       sync.Mutex
	requests uint64
	errors   uint64
	bytes    uint64
	answers  [6]uint64 // by the first digit of their code
	times    [bins]balancer.TimeCounts
}

// Request counts a request for which a target was chosen.
func (g *Group) Request() {
	if g != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.requests++
	}
}

// Opened counts a connection to a target; Closed says that it has ended.
func (g *Group) Opened() {
	if g != nil {
		g.of.Opened()
	}
}

// Closed is said once of each connection that was Opened.
func (g *Group) Closed() {
	if g != nil {
		g.of.Closed()
	}
}

// ConnectionError counts a connection that a target did not take.
func (g *Group) ConnectionError() {
	if g != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.errors++
	}
}

// Answered counts an answer of a target, and how long it took from the request's leaving until its answer began.
func (g *Group) Answered(code int, took time.Duration) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if digit := code / 100; digit < len(g.answers) {
		g.answers[digit]++
	}
	t := &g.times[bin(took)]
	t.Count++
	t.Nanoseconds += uint64(max(0, took))
}

// Bytes counts those of bodies and flows.
func (g *Group) Bytes(n int) {
	if g != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.bytes += uint64(n)
	}
}

// bins reach to ten hours.
const bins = 256

var ratio = math.Log(1.1)

// bin is the number of the bin of a time; see [balancer.GroupCounts].
func bin(took time.Duration) int {
	if took < time.Microsecond {
		return 0
	}
	return min(bins-1, 1+int(math.Log(float64(took)/float64(time.Microsecond))/ratio))
}

func (g *Group) total() balancer.GroupCounts {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := balancer.GroupCounts{Requests: g.requests, ConnectionErrors: g.errors, Bytes: g.bytes, Answers: map[int]uint64{}, Times: map[int]balancer.TimeCounts{}}
	for digit, n := range g.answers {
		if n > 0 {
			c.Answers[digit] = n
		}
	}
	for i, t := range g.times {
		if t.Count > 0 {
			c.Times[i] = t
		}
	}
	return c
}
