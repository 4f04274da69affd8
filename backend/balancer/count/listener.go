package count

import (
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Listener has the counts of a listener of a proxy of Service Connect.
type Listener struct {
	opened, bytes, requests, grpc atomic.Uint64
	active                        atomic.Int64
}

// Listener returns the counts of a listener, by its id.
func (b *LoadBalancer) Listener(id string) *Listener {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.listeners[id]
	if l == nil {
		l = new(Listener)
		b.listeners[id] = l
	}
	return l
}

// Opened counts a client's connection; Closed says that it has ended.
func (l *Listener) Opened() {
	if l != nil {
		l.opened.Add(1)
		l.active.Add(1)
	}
}

// Closed is said once of each connection that was Opened.
func (l *Listener) Closed() {
	if l != nil {
		l.active.Add(-1)
	}
}

// Request counts a request that has ended, with the bytes of its bodies.
func (l *Listener) Request(grpc bool, bytes int) {
	if l == nil {
		return
	}
	l.requests.Add(1)
	if grpc {
		l.grpc.Add(1)
	}
	l.Bytes(bytes)
}

// Bytes counts what is passed on, in either direction.
func (l *Listener) Bytes(n int) {
	if l != nil {
		l.bytes.Add(uint64(n))
	}
}

func (l *Listener) total() balancer.ListenerCounts {
	return balancer.ListenerCounts{
		Connections: l.opened.Load(), ActiveConnections: uint64(max(0, l.active.Load())), Bytes: l.bytes.Load(),
		Requests: l.requests.Load(), GRPCRequests: l.grpc.Load(),
	}
}
