package sim

import (
	"maps"
	"math"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// Load is what a container seems to use.
type Load struct {
	CPU    float64 // vCPU
	Memory float64 // MiB
}

// LoadFunc says what a container uses at a time of the engine's clock, by its labels; ok is false for
// one of which its script says it. It may be called with an earlier time than before, and by several
// goroutines.
type LoadFunc func(labels map[string]string, at time.Time) (load Load, ok bool)

// SetLoad has a function say what containers use, before their scripts; nil is none.
func (e *Engine) SetLoad(f LoadFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.load = f
}

// told asks the function about a container, without the lock, which the caller has: the function may
// call the engine.
func (e *Engine) told(c *container, at time.Time) (load Load, ok bool) {
	f := e.load
	if f == nil {
		return Load{}, false
	}
	labels := maps.Clone(c.labels)
	e.mu.Unlock()
	defer e.mu.Lock()
	load, ok = f(labels, at)
	return Load{max(load.CPU, 0), max(load.Memory, 0)}, ok
}

// use carries on what a container has used until a time, and returns what it uses then. Where a
// function tells it, that counts since the last look.
func (c *container) use(told Load, isTold bool, at time.Time) (now Load) {
	after := at.Sub(c.firstStart)
	now = Load{script.At(c.script.CPU, after, simCPU), script.At(c.script.Memory, after, simMemory)}
	if isTold {
		now = told
	}
	if passed := at.Sub(c.cpuAt); passed > 0 {
		if isTold {
			c.cpuUsed += told.CPU * passed.Seconds()
		} else {
			c.cpuUsed += script.Sum(c.script.CPU, c.cpuAt.Sub(c.firstStart), after, simCPU)
		}
		c.cpuAt = at
	}
	return now
}

// nanoseconds of CPU time that a container has used.
func (c *container) nanoseconds() uint64 { return uint64(math.Round(c.cpuUsed * 1e9)) }
