package containerinstance

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// traffic is what a container instance does with packets: which of its ports are whose, and
// whether it is cut off. The lock of Instance protects it.
type traffic struct {
	ports      map[portKey]lease
	interfaces map[string]string // sandboxes of its tasks that have a network interface of their own, by task ARN
	unsure     []string          // those of them of which it is not known whether they are cut off
	cutOff     bool
	daemons    bool                // its daemons are found at an address of their own
	wanted     int                 // counts changes
	told       int                 // which of them the engine has
	directing  *semaphore.Weighted // of 1: one goroutine at a time tells the engine about packets
}

func newTraffic() traffic {
	return traffic{ports: map[portKey]lease{}, interfaces: map[string]string{}, directing: semaphore.NewWeighted(1)}
}

// begin is the start of a new namespace, in which there are no rules yet.
func (t *traffic) begin() {
	if len(t.ports) > 0 || t.cutOff || t.daemons {
		t.wanted++
	}
}

func (t *traffic) changed(l lease) {
	if l.to.IsValid() {
		t.wanted++
	}
}

// ofTask is what a task with a network interface of its own does with packets, on a container instance with an address.
func (t *traffic) ofTask(instance netip.Addr) backend.Traffic {
	is := backend.Traffic{CutOff: t.cutOff}
	if t.daemons {
		is.Daemons = instance
	}
	return is
}

// now is what the container instance does, at its address.
func (t *traffic) now(at netip.Addr) backend.Traffic {
	all := t.ofTask(at)
	for key, l := range t.ports {
		if l.to.IsValid() && key.port == l.at.HostPort {
			all.Ports = append(all.Ports, backend.PortForward{Protocol: string(key.protocol), Port: key.port, More: l.at.More, To: l.to})
		}
	}
	sorting.By(all.Ports, func(a, b backend.PortForward) int { return int(a.Port) - int(b.Port) })
	return all
}

// Direct tells the engine what has changed of ports and of the cut. A caller that comes while it
// is told finds it done.
func (m *Instance) Direct(ctx context.Context) error {
	if err := m.directing.Acquire(ctx, 1); err != nil {
		return err
	}
	defer m.directing.Release(1)
	m.mu.Lock()
	p, version, all, due, adopted := m.place, m.wanted, m.now(m.place.IP), m.runs && m.told != m.wanted, m.adopted
	m.mu.Unlock()
	if !due {
		return nil
	}
	if adopted { // an emulator that was killed may have started it by half
		seen, err := m.all.Engine.Inspect(ctx, p.Sandbox)
		if err == nil && seen.State != backend.Running {
			return backend.ErrNoSandbox // a start would hide its end from the tasks in it
		}
		if err == nil {
			err = m.all.Engine.Start(ctx, p.Sandbox)
		}
		if err != nil {
			return err
		}
	}
	err := m.all.Engine.SetTraffic(ctx, p.Sandbox, all)
	if errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrNoSandbox) {
		return fmt.Errorf("%w: %w", backend.ErrNoSandbox, err) // the next start of it directs again
	}
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.place.Life == p.Life {
		m.told, m.adopted = version, false
	}
	return nil
}
