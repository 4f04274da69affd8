package agent

import (
	"context"
	"errors"
	"net/netip"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// labelInstance says of a sandbox that it is a container instance, and which; of a
// container, on which one it runs.
const labelInstance = "ecs-emulator.container-instance"

// machine is a container instance on the engine: a sandbox that has the address of the
// EC2 instance and its CPU and memory, inside which those of its tasks stay, and a bridge
// network whose gateway it is. It is made when the first task arrives (machine_make.go),
// and goes when the instance is switched off or gone (machine_end.go); a task that comes
// after that has it made again.
//
// It is no host: hosts have a connection each that follows events and lists containers,
// and two hundred of these on one engine would keep that busy with themselves.
type machine struct {
	host     *host
	instance string // ARN

	mu      sync.Mutex // comes after that of the host: who holds it asks the host nothing
	making  *making    // or its removal; nil if neither is under way
	place   place      // of the sandbox that there is, if it has one
	runs    bool
	adopted bool // it was found running, and nothing has been told to it
	removal removal
	traffic
}

// place is where tasks find their machine.
type place struct {
	sandbox string // id
	network string // name
	ip      netip.Addr
	life    int // how often the sandbox has been started: each time with a new namespace
}

// making is what several tasks wait for.
type making struct {
	done chan struct{}
	err  error
}

// machine returns that of a container instance, which may not be on the engine.
func (h *host) machine(instance string) *machine {
	h.machinesMu.Lock()
	defer h.machinesMu.Unlock()
	m := h.machines[instance]
	if m == nil {
		m = &machine{host: h, instance: instance, traffic: newTraffic()}
		h.machines[instance] = m
	}
	return m
}

// knownMachine is nil if nobody has asked for that machine.
func (h *host) knownMachine(instance string) *machine {
	h.machinesMu.Lock()
	defer h.machinesMu.Unlock()
	return h.machines[instance]
}

// machineOf is the machine that a task runs on, nil on Fargate.
func (h *host) machineOf(t *state.Task) *machine {
	if t.Placement.ContainerInstance == "" {
		return nil
	}
	return h.machine(t.Placement.ContainerInstance)
}

func (m *machine) where() place {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.place
}

// sharesNetwork reports whether a task's containers are on the network of their machine,
// or in its namespace: without that they have none.
func sharesNetwork(t *state.Task) bool {
	return t.Spec.NetworkMode == types.NetworkModeBridge || t.Spec.NetworkMode == types.NetworkModeHost
}

// up makes and starts the machine if it does not run. Tasks that ask meanwhile share the
// outcome.
func (m *machine) up(ctx context.Context) (place, error) {
	for {
		m.mu.Lock()
		if p := m.place; m.runs && m.making == nil {
			m.mu.Unlock()
			return p, enginecall.IgnoreEnded(m.host.agent.interfaces.Ready(ctx, m.instance))
		}
		attempt := m.making
		if attempt == nil {
			attempt = &making{done: make(chan struct{})}
			m.making = attempt
			m.mu.Unlock()
			return m.finish(attempt, m.make(ctx))
		}
		m.mu.Unlock()
		select {
		case <-attempt.done:
		case <-ctx.Done():
			return place{}, ctx.Err()
		}
		if attempt.err != nil && !errors.Is(attempt.err, context.Canceled) {
			return place{}, attempt.err
		}
	}
}

// finish lets those go on who wait.
func (m *machine) finish(attempt *making, err error) (place, error) {
	m.mu.Lock()
	m.making, attempt.err = nil, err
	close(attempt.done)
	p, asked := m.place, m.removal.asked
	m.removal.asked = false
	m.mu.Unlock()
	if asked {
		m.host.reap(m.instance)
	}
	return p, err
}

// stands reports whether the namespace is there in which a task began; late is for one
// that ended while nobody listened.
func (m *machine) stands(ctx context.Context, began place) (bool, backend.Container, error) {
	m.mu.Lock()
	now, runs := m.place, m.runs
	m.mu.Unlock()
	if now.life != began.life || !runs {
		return false, backend.Container{}, nil
	}
	seen, err := m.host.Engine.Inspect(ctx, now.sandbox)
	if err != nil && !errors.Is(err, backend.ErrNotFound) {
		return false, seen, err
	}
	if err == nil && connected(seen) {
		return true, seen, nil
	}
	m.died(true) // others in it are to know as well
	return false, seen, nil
}

// hasEnded notes that the sandbox does not run any more. It reports false if that was
// known.
func (m *machine) hasEnded(life int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.runs || m.place.life != life {
		return false
	}
	m.runs = false
	return true
}

// died ends the tasks that have their network from a machine, as those end whose
// own sandbox does. The next task starts it again. What that leads to outlives the call that
// has found it out.
func (m *machine) died(late bool) {
	h, instance := m.host, m.instance
	was := m.where()
	if !m.hasEnded(was.life) {
		return
	}
	h.agent.Log.Warn("the sandbox of a container instance was stopped or disconnected from its network", "containerInstance", instance)
	for _, t := range state.InstanceTasks(h.agent.Store.Read(), instance) {
		if !sharesNetwork(t) {
			continue
		}
		if w := h.lockWork(t.ARN); w != nil {
			if w.view.sandbox != sandboxNone {
				w.on.life = min(w.on.life, was.life)
				w.died(theSandbox, late)
			}
			w.advance(h.Engine.Life())
			w.mu.Unlock()
		}
	}
}

// instanceName is a name on the engine for something of a container instance.
func instanceName(kind, instance string) string {
	return "ecs-" + kind + "-" + arn.Name(instance)
}
