package docker

import (
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// lease is an address that a sandbox or container holds until it is removed.
type lease struct {
	ip   netip.Addr
	from *ipam.Network
}

// leases are those of all, by the id of the container.
type leases struct {
	mu   sync.Mutex
	held map[string][]lease
}

func (l *leases) add(id string, held lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string][]lease{}
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
}

func (l *leases) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.held)
}
