package engines

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// Backend is the engine that the user asked for.
func (e *Engine) Backend() backend.Engine { return e.engine }

// Faulty is the same engine with the faults that users have it make.
func (e *Engine) Faulty() *fault.Engine { return e.faulty }

// Title names what the engine is, for people.
func (e *Engine) Title() string { return e.title }

// Simulated reports whether the emulator itself has made the engine, as a simulation.
func (e *Engine) Simulated() bool { return e.set.Backend == nil && e.Sim() != nil }

// Sim is the simulation, nil for another engine.
func (e *Engine) Sim() *sim.Engine {
	engine, _ := e.engine.(*sim.Engine)
	return engine
}

// Docker is the Docker engine, nil for another one.
func (e *Engine) Docker() *docker.Engine {
	engine, _ := e.engine.(*docker.Engine)
	return engine
}

// PullsAnew reports whether the engine pulls what it has, too: the simulation does where pulls take their time.
func (e *Engine) PullsAnew() bool { return e.Simulated() && e.set.PullDelay > 0 }

// Address is where Docker is; empty for other engines.
func (e *Engine) Address() string {
	if d := e.Docker(); d != nil {
		return d.Host()
	}
	return ""
}

// SwarmRole is what the engine is in its swarm, manager or worker, as it was seen last; empty: it is in none, or refused.
func (e *Engine) SwarmRole(ctx context.Context) string {
	d := e.Docker()
	if d == nil || e.Refusal() != "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, roleTime)
	defer cancel()
	if role, err := d.SwarmRole(ctx); err == nil {
		e.role.Store(&role)
	}
	if role := e.role.Load(); role != nil {
		return *role
	}
	return ""
}

// roleTime bounds how long an engine is asked for its role, which health waits for.
const roleTime = time.Second

// KindKnown is what the engine is, as far as that is known before it has answered.
func (e *Engine) KindKnown() string { return string(e.choice.Kind) }

// Found are the choices by which Docker is found where it is, on each engine.
func (s *Set) Found() (all []Choice) {
	for _, e := range s.all {
		all = append(all, Choice{Place: Place{Name: e.Name, Kind: Docker, Host: e.choice.Host}})
	}
	return all
}

// Sweeper removes what killed emulators have left, nil where the engine keeps no such things.
func (e *Engine) Sweeper() backend.Sweeper {
	sweeper, _ := e.engine.(backend.Sweeper)
	return sweeper
}

// Cleaner removes images that have been pulled, where more than some bytes of them are to go and the engine keeps images.
func (e *Engine) Cleaner(most int64) backend.ImageCleaner {
	if most <= 0 {
		return nil
	}
	cleaner, ok := e.engine.(backend.ImageCleaner)
	if !ok {
		e.set.Log.Warn("--image-cache has no effect: this engine has no images that take room", "engine", e.title)
	}
	return cleaner
}

// TaskMetadata is the engine's way from 169.254.170.2 to this process, or nil if it has none.
func (e *Engine) TaskMetadata() backend.TaskMetadata {
	engine, _ := e.engine.(backend.TaskMetadata)
	return engine
}

// RegistryHost is the engine where it pulls images from this process, or nil.
func (e *Engine) RegistryHost() backend.RegistryHost {
	engine, _ := e.engine.(backend.RegistryHost)
	return engine
}

// Relay is the engine's way from tasks to this process, or nil if it has none.
func (e *Engine) Relay() backend.Relay {
	relay, _ := e.engine.(backend.Relay)
	return relay
}
