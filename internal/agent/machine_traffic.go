package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// traffic is what a machine does with packets: which of its ports are whose, and whether
// it is cut off. The machine's lock protects it.
type traffic struct {
	ports      map[portKey]lease
	interfaces map[string]string // sandboxes of its tasks that have a network interface of their own, by task ARN
	unsure     []string          // those of them of which nobody knows whether they are cut off
	cutOff     bool
	wanted     int // counts changes
	told       int // which of them the engine has
	directing  chan struct{}
}

func newTraffic() traffic {
	return traffic{ports: map[portKey]lease{}, interfaces: map[string]string{}, directing: make(chan struct{}, 1)}
}

// begin is the start of a new namespace, in which there are no rules yet.
func (t *traffic) begin() {
	if len(t.ports) > 0 || t.cutOff {
		t.wanted++
	}
}

func (t *traffic) changed(l lease) {
	if l.to.IsValid() {
		t.wanted++
	}
}

// now is all of it, for the engine.
func (t *traffic) now() backend.Traffic {
	all := backend.Traffic{CutOff: t.cutOff}
	for key, l := range t.ports {
		if l.to.IsValid() && key.port == l.at.HostPort {
			all.Ports = append(all.Ports, backend.PortForward{Protocol: string(key.protocol), Port: key.port, More: l.at.More, To: l.to})
		}
	}
	slices.SortFunc(all.Ports, func(a, b backend.PortForward) int { return int(a.Port) - int(b.Port) })
	return all
}

// direct tells the engine what has changed. Who comes while it is told finds it done.
func (m *machine) direct(ctx context.Context) error {
	if err := m.turn(ctx); err != nil {
		return err
	}
	defer m.pass()
	m.mu.Lock()
	p, version, all, due, adopted := m.place, m.wanted, m.now(), m.runs && m.told != m.wanted, m.adopted
	m.mu.Unlock()
	if !due {
		return nil
	}
	if adopted { // an emulator that was killed may have started it by half
		seen, err := m.host.Engine.Inspect(ctx, p.sandbox)
		if err == nil && seen.State != backend.Running {
			return backend.ErrNoSandbox // a start would hide its end from the tasks in it
		}
		if err == nil {
			err = m.host.Engine.Start(ctx, p.sandbox)
		}
		if err != nil {
			return err
		}
	}
	err := m.host.Engine.SetTraffic(ctx, p.sandbox, all)
	if errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrNoSandbox) {
		return fmt.Errorf("%w: %w", backend.ErrNoSandbox, err) // the next start of it directs again
	}
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.place.life == p.life {
		m.told, m.adopted = version, false
	}
	return nil
}

// turn waits until nobody else tells the engine about packets.
func (m *machine) turn(ctx context.Context) error {
	select {
	case m.directing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *machine) pass() { <-m.directing }
