package hostport

import (
	"cmp"
	"context"
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// loopback is the user's loopback address: that of this process, or of the engine's host.
type loopback interface {
	// open has a port lead somewhere, the one of that number or of any; 0 is any.
	open(key portKey, leads Target) (openPort, error)
	// numbered says that ports have the number that is asked for.
	numbered() bool
}

// openPort is an open port of a loopback address.
type openPort interface {
	// address is where clients connect; empty is nowhere any more.
	address() string
	// lead says where it leads from now on. Connections that there are stay.
	lead(to Target)
	// close gives it back. Connections that there are go on.
	close()
}

// Find finds out once whose loopback address is the user's. Until then owners have no ports
// there.
func (h *Ports) Find(ctx context.Context) {
	if h.settled() {
		return
	}
	select {
	case h.finding <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-h.finding }()
	if h.settled() {
		return
	}
	relay := h.Engine.Relay()
	tcp, udp, err := relay.PublishedPorts(ctx)
	switch {
	case err != nil:
		if !h.Engine.Lost(err) && ctx.Err() == nil {
			h.Log.Warn("cannot publish host ports: tasks have none until the engine does", "error", err)
		}
	case len(tcp)+len(udp) == 0:
		h.ListenHere()
	default:
		p := newPublished(relay, h.Log, tcp, udp)
		if h.Engine.Go(func() { p.run(h.Engine.Life()) }) {
			h.settle(p)
		}
	}
}

// ListenHere opens ports in this process, if it is not known yet whose loopback address is the
// user's: only this process reaches sandboxes that are simulated.
func (h *Ports) ListenHere() { h.settle(newListeners(h.Options)) }

// settle says whose loopback address it is, if that is not known yet. Owners that wait for it
// get their ports.
func (h *Ports) settle(l loopback) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.loopback != nil {
		return
	}
	h.loopback = l
	waiting := sorting.Sorted(maps.Values(h.owners), func(a, b *ownerPorts) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, p := range waiting {
		h.provide(p)
	}
}

func (h *Ports) settled() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.loopback != nil
}

// Await returns when new connections go where the ports lead by now, or when that takes long.
func (h *Ports) Await(ctx context.Context) {
	h.mu.Lock()
	p, ok := h.loopback.(*published)
	h.mu.Unlock()
	if ok {
		p.await(ctx)
	}
}
