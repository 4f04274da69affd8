// Package count counts what a data plane does, from its beginning on: requests and answers, connections, flows and bytes.
// All methods are for many goroutines at once; those of nil count nothing.
package count

import (
	"crypto/rand"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// LoadBalancer has the counts of a load balancer.
type LoadBalancer struct {
	run                string
	connections, bytes atomic.Uint64
	active             atomic.Int64
	tcp, tls, udp      Flows

	mu        sync.Mutex
	answers   map[int]uint64
	listeners map[string]*Listener
	groups    map[string]*Group // also those that are gone: what they have counted may not have been read
}

// New has counted nothing.
func New() *LoadBalancer {
	return &LoadBalancer{run: rand.Text(), answers: map[int]uint64{}, groups: map[string]*Group{}, listeners: map[string]*Listener{}}
}

// Opened counts a connection of TCP that speaks HTTP, to the load balancer or from it; Closed says that it has ended.
func (b *LoadBalancer) Opened() {
	if b != nil {
		b.connections.Add(1)
		b.active.Add(1)
	}
}

// Closed is said once of each connection that was Opened.
func (b *LoadBalancer) Closed() {
	if b != nil {
		b.active.Add(-1)
	}
}

// Bytes counts what a client has sent or gets in HTTP.
func (b *LoadBalancer) Bytes(n int) {
	if b != nil {
		b.bytes.Add(uint64(n))
	}
}

// Answered counts an answer that comes from no target.
func (b *LoadBalancer) Answered(code int) {
	if b != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.answers[code]++
	}
}

// Group returns the counts of a target group, by its id.
func (b *LoadBalancer) Group(id string) *Group {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.groups[id]
	if g == nil {
		g = &Group{of: b}
		b.groups[id] = g
	}
	return g
}

// TCP returns the counts of the flows of TCP that this process carries.
func (b *LoadBalancer) TCP() *Flows { return b.flows(func() *Flows { return &b.tcp }) }

// TLS returns those of flows whose TLS ends here.
func (b *LoadBalancer) TLS() *Flows { return b.flows(func() *Flows { return &b.tls }) }

// UDP returns those of datagrams.
func (b *LoadBalancer) UDP() *Flows { return b.flows(func() *Flows { return &b.udp }) }

func (b *LoadBalancer) flows(of func() *Flows) *Flows {
	if b == nil {
		return nil
	}
	return of()
}

// Total is what has been counted up to now.
func (b *LoadBalancer) Total() *balancer.Counts {
	if b == nil {
		return nil
	}
	c := &balancer.Counts{
		Run: b.run, Connections: b.connections.Load(), Bytes: b.bytes.Load(), ActiveConnections: uint64(max(0, b.active.Load())),
		Groups: map[string]balancer.GroupCounts{}, Flows: map[string]balancer.FlowCounts{},
	}
	for name, f := range map[string]*Flows{"tcp": &b.tcp, "tls": &b.tls, "udp": &b.udp} {
		if total := f.total(); total != (balancer.FlowCounts{}) {
			c.Flows[name] = total
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c.Answers = maps.Clone(b.answers)
	for id, g := range b.groups {
		if total := g.total(); total.Requests > 0 || total.ConnectionErrors > 0 || total.Bytes > 0 {
			c.Groups[id] = total
		}
	}
	if len(b.listeners) > 0 {
		c.Listeners = map[string]balancer.ListenerCounts{}
	}
	for id, l := range b.listeners {
		c.Listeners[id] = l.total()
	}
	return c
}

// Flows are those of a protocol.
type Flows struct {
	began, bytes atomic.Uint64
	active       atomic.Int64
}

// Began counts a flow that has its target; Ended says that it has ended.
func (f *Flows) Began() {
	if f != nil {
		f.began.Add(1)
		f.active.Add(1)
	}
}

// Ended is said once of each flow that Began.
func (f *Flows) Ended() {
	if f != nil {
		f.active.Add(-1)
	}
}

// Bytes counts what is passed on, in either direction.
func (f *Flows) Bytes(n int) {
	if f != nil {
		f.bytes.Add(uint64(n))
	}
}

func (f *Flows) total() balancer.FlowCounts {
	return balancer.FlowCounts{New: f.began.Load(), Bytes: f.bytes.Load(), Active: uint64(max(0, f.active.Load()))}
}
