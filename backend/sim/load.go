package sim

import (
	"maps"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/load"
)

// Load is what a container seems to use.
type Load = load.Load

// LoadFunc says what a container uses at a time of the engine's clock, by its labels; ok is false for one of which its
// script says it. Several goroutines may call it.
type LoadFunc func(labels map[string]string, at time.Time) (load Load, ok bool)

// SetLoad has a function say what containers use, before their scripts; nil is none.
func (e *Engine) SetLoad(f LoadFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.load = f
}

// told asks the function about a container, without the lock, which the caller has: the function may
// call the engine.
func (e *Engine) told(c *container, at time.Time) *Load {
	f := e.load
	if f == nil {
		return nil
	}
	labels := maps.Clone(c.labels)
	e.mu.Unlock()
	defer e.mu.Lock()
	if load, ok := f(labels, at); ok {
		return &load
	}
	return nil
}
