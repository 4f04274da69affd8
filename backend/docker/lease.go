package docker

import (
	"fmt"
	"maps"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// lease is an address that a sandbox holds until it is removed, and a container until it has
// ended: it asks for the same one when it starts again. Those that have ended may be many, and the
// network of a container instance is small.
type lease struct {
	ip   netip.Addr
	from *ipam.Network
}

// leases are those of all, by the id of the container.
type leases struct {
	mu     sync.Mutex
	held   map[string][]lease
	rested map[string][]lease // given back, of containers that have ended
	starts map[string]int     // how often a container has been started, until it is removed
}

func (l *leases) add(id string, held lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held, l.rested = map[string][]lease{}, map[string][]lease{}
	}
	l.held[id] = append(l.held[id], held)
}

// end gives back what one held that is gone.
func (l *leases) end(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, held := range l.held[id] {
		held.from.Give(held.ip)
	}
	delete(l.held, id)
	delete(l.rested, id)
	delete(l.starts, id)
}

// began is how often a container has been started: rest wants to know it from before the look
// that has shown its end.
func (l *leases) began(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.starts[id]
}

// allBegan tells that of all, before containers are listed.
func (l *leases) allBegan() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.starts)
}

// rest gives back what a container held that has ended, unless it has been started since.
func (l *leases) rest(id string, began int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.held[id]) == 0 || l.starts[id] != began {
		return
	}
	for _, held := range l.held[id] {
		held.from.Give(held.ip)
	}
	l.rested[id] = l.held[id]
	delete(l.held, id)
}

// resume takes what a container held again, before it starts. If another container has that by now
// it returns backend.ErrAddressInUse.
func (l *leases) resume(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, want := range l.rested[id] {
		if !want.from.Occupy(want.ip) {
			for _, taken := range l.rested[id][:i] {
				taken.from.Give(taken.ip)
			}
			return fmt.Errorf("%w: %s", backend.ErrAddressInUse, want.ip)
		}
	}
	if len(l.rested[id]) > 0 {
		l.held[id] = append(l.held[id], l.rested[id]...)
		delete(l.rested, id)
	}
	if l.starts == nil {
		l.starts = map[string]int{}
	}
	l.starts[id]++ // also of one whose network is not known yet
	return nil
}

func (l *leases) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.held)
	clear(l.rested)
	clear(l.starts)
}
