package containerinstance

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Instance is a container instance on an engine. It is made when the first task arrives
// (make.go), and goes when the EC2 instance is switched off or gone (end.go); a task that comes
// after that has it made again. Its methods may be called by many goroutines at once.
//
// It has no connection of its own that follows events and lists containers: two hundred of these
// would keep an engine busy with themselves.
type Instance struct {
	all *Instances
	arn string
	// Pulled are the images that its agent has pulled; the agent of the host writes it.
	Pulled imagepull.Pulled

	mu      sync.Mutex // comes after that of Instances: it is not held when all is asked
	making  *making    // or its removal; nil if neither is under way
	place   Place      // of the sandbox that there is, if it has one
	runs    bool
	adopted bool // it was found running, and nothing has been told to it
	removal removal
	traffic
}

// Place is where tasks find their container instance.
type Place struct {
	Sandbox string // id; empty if there is none
	Network string // name of the bridge network
	IP      netip.Addr
	Life    int // how often the sandbox has been started: each time with a new namespace
	// Since is when the engine started it last. It tells of a start that was not this emulator's.
	Since time.Time
}

// making is what several tasks wait for.
type making struct {
	done chan struct{}
	err  error
}

func (m *Instance) ARN() string { return m.arn }

// Place is where the container instance is now.
func (m *Instance) Place() Place {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.place
}

// RunsSince reports whether the sandbox runs in the life that began at a time, as far as is known. The zero
// time is any.
func (m *Instance) RunsSince(at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.runs && m.place.isSince(at)
}

func (p Place) isSince(at time.Time) bool { return at.IsZero() || vpc.SameLife(p.Since, at) }

// Up makes and starts the container instance if it does not run. Tasks that ask meanwhile share
// the outcome, unless the engine has not answered or the task that made it has ended.
func (m *Instance) Up(ctx context.Context) (Place, error) {
	for {
		m.mu.Lock()
		if p := m.place; m.runs && m.making == nil {
			m.mu.Unlock()
			return p, enginecall.IgnoreEnded(m.all.Interfaces.Ready(ctx, m.arn))
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
			return Place{}, ctx.Err()
		}
		if attempt.err != nil && !errors.Is(attempt.err, context.Canceled) && !enginecall.IsTimeout(attempt.err) { // those fail its maker alone
			return Place{}, attempt.err
		}
	}
}

// finish lets the tasks go on that wait.
func (m *Instance) finish(attempt *making, err error) (Place, error) {
	m.mu.Lock()
	m.making, attempt.err = nil, err
	close(attempt.done)
	p, asked := m.place, m.removal.asked
	m.removal.asked = false
	m.mu.Unlock()
	if asked {
		m.all.Reap(m.arn)
	}
	return p, err
}

// Stands reports whether the namespace is there in which a task began, and how the engine sees
// the sandbox now.
func (m *Instance) Stands(ctx context.Context, began Place) (bool, backend.Container, error) {
	m.mu.Lock()
	now, runs := m.place, m.runs
	m.mu.Unlock()
	if now.Life != began.Life || !runs || !now.isSince(began.Since) {
		return false, backend.Container{}, nil
	}
	seen, err := m.all.Engine.Inspect(ctx, now.Sandbox)
	if err != nil && !errors.Is(err, backend.ErrNotFound) {
		return false, seen, err
	}
	if err == nil && now.stands(seen) {
		return true, seen, nil
	}
	m.ended(ctx, now.Life, seen) // others in it are told as well
	return false, seen, nil
}

// stands reports whether the sandbox goes on as it began.
func (p Place) stands(seen backend.Container) bool {
	return vpc.InLife(seen, p.Since) && vpc.Connected(seen)
}

// hasEnded notes that the sandbox does not run any more. It reports false if that was
// known.
func (m *Instance) hasEnded(life int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.runs || m.place.Life != life {
		return false
	}
	m.runs = false
	return true
}

// Died ends the tasks that have their network from a life of the container instance, unless the end of
// that life was known; late says that it was not seen when it happened. The next task starts the sandbox
// again, which may have happened since the engine was asked: later lives go on.
func (m *Instance) Died(life int, late bool) {
	if !m.hasEnded(life) {
		return
	}
	m.all.Log.Warn("the sandbox of a container instance was stopped or disconnected from its network", "containerInstance", m.arn)
	m.all.Tasks.NetworkEnded(m.arn, life, late)
}

// ended notes the end of a life of the sandbox, as it was seen.
func (m *Instance) ended(ctx context.Context, life int, seen backend.Container) {
	m.Died(life, true)
	if seen.State == backend.Running && seen.IP.IsValid() {
		m.stopStray(ctx)
	}
}

// stopStray stops the sandbox if others than this emulator have started it: nothing in there is filtered. The next
// task that wants to go in starts it.
func (m *Instance) stopStray(ctx context.Context) {
	attempt := m.seize()
	if attempt == nil {
		return // a task has it made, and finds out
	}
	m.mu.Lock()
	p, runs := m.place, m.runs
	m.mu.Unlock()
	if !runs && p.Sandbox != "" {
		if err := m.all.Engine.Stop(ctx, p.Sandbox, 0); err != nil && !errors.Is(err, backend.ErrNotFound) && !m.all.Engine.Lost(err) {
			m.all.Log.Warn("cannot stop the sandbox of a container instance that was started again", "containerInstance", m.arn, "error", err)
		}
	}
	m.finish(attempt, nil)
}

// SandboxName is the name of a container instance's sandbox on the engine.
func SandboxName(instance string) string { return name("instance", instance) }

// name is a name on the engine for something of a container instance.
func name(kind, instance string) string {
	return "ecs-" + kind + "-" + arn.Name(instance)
}
