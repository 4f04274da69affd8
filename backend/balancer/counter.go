package balancer

import (
	"sync/atomic"
	"time"
)

// counter is the balancer's, counted while requests go through.
type counter struct {
	connections, active, requests atomic.Int64
	own                           [3]atomic.Int64 // 3xx, 4xx, 5xx
}

func (c *counter) answered(code int) {
	if i := code/100 - 3; i >= 0 && i < len(c.own) {
		c.own[i].Add(1)
	}
}

// groupCounter is a target group's.
type groupCounter struct {
	requests, errors, flows atomic.Int64
	answers                 [4]atomic.Int64 // 2xx to 5xx
	time                    atomic.Int64
}

func (c *groupCounter) answered(code int, took time.Duration) {
	if i := code/100 - 2; i >= 0 && i < len(c.answers) {
		c.answers[i].Add(1)
	}
	c.time.Add(int64(took))
}

// Counts returns the counters.
func (b *Balancer) Counts() Counts {
	c := &b.counts
	counts := Counts{
		Connections: c.connections.Load(), Active: c.active.Load(), Requests: c.requests.Load(),
		ELB3xx: c.own[0].Load(), ELB4xx: c.own[1].Load(), ELB5xx: c.own[2].Load(),
		Groups: map[string]GroupCounts{},
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, g := range b.groups {
		c := &g.counts
		n := GroupCounts{
			Requests: c.requests.Load(), ConnectionErrors: c.errors.Load(), Flows: c.flows.Load(),
			Target2xx: c.answers[0].Load(), Target3xx: c.answers[1].Load(),
			Target4xx: c.answers[2].Load(), Target5xx: c.answers[3].Load(),
			ResponseTime: time.Duration(c.time.Load()), Registered: len(g.targets),
		}
		for _, t := range g.targets {
			switch {
			case t.config.Draining:
			case t.health.state == stateHealthy:
				n.Healthy++
			case t.health.state == stateUnhealthy:
				n.Unhealthy++
			}
		}
		counts.Groups[id] = n
	}
	return counts
}
