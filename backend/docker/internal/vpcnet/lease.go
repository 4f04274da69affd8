package vpcnet

import (
	"fmt"
	"maps"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// Lease is an address that a sandbox holds until it is removed, and a container until it has ended. A
// container that starts again asks for the same address. It does not keep it meanwhile: containers
// that have ended may be many, and the network of a container instance is small.
type Lease struct {
	IP   netip.Addr
	From *ipam.Network
}

type Leases struct {
	mu     sync.Mutex
	held   map[string][]Lease
	rested map[string][]Lease // given back, of containers that have ended
	starts map[string]int     // how often a container has been started, until it is removed
}

// Add notes an address that a container holds.
func (l *Leases) Add(id string, held Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.init()
	l.held[id] = append(l.held[id], held)
}

// Want notes the address of a container that does not run, where another one has it: unless that lets go, Resume refuses at
// once, for which an engine of a swarm needs 20 seconds. What is known of the container stays.
func (l *Leases) Want(id string, wanted Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.init()
	if len(l.held[id]) == 0 && len(l.rested[id]) == 0 {
		l.rested[id] = []Lease{wanted}
	}
}

func (l *Leases) init() {
	if l.held == nil {
		l.held, l.rested = map[string][]Lease{}, map[string][]Lease{}
	}
}

// End gives back the addresses of a container that is gone.
func (l *Leases) End(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, held := range l.held[id] {
		held.From.Give(held.IP)
	}
	delete(l.held, id)
	delete(l.rested, id)
	delete(l.starts, id)
}

// Began is how often a container has been started. Rest needs the number from before the look that has
// shown the container's end.
func (l *Leases) Began(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.starts[id]
}

func (l *Leases) allBegan() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.starts)
}

// Rest gives back the addresses of a container that has ended, unless it has been started since.
func (l *Leases) Rest(id string, began int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.held[id]) == 0 || l.starts[id] != began {
		return
	}
	for _, held := range l.held[id] {
		held.From.Give(held.IP)
	}
	l.rested[id] = l.held[id]
	delete(l.held, id)
}

// Resume takes the addresses again that a container held, before it starts. If another container has
// one by now it returns backend.ErrAddressInUse.
func (l *Leases) Resume(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, want := range l.rested[id] {
		if !want.From.Occupy(want.IP) {
			for _, taken := range l.rested[id][:i] {
				taken.From.Give(taken.IP)
			}
			return fmt.Errorf("%w: %s", backend.ErrAddressInUse, want.IP)
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

// Clear gives back all, of containers that are gone.
func (l *Leases) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, leases := range l.held {
		for _, held := range leases {
			held.From.Give(held.IP)
		}
	}
	clear(l.held)
	clear(l.rested)
	clear(l.starts)
}
