package enginecall

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// SetInfo notes how the engine has described itself.
func (e *Engine) SetInfo(info backend.Info) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.info = info
	e.simulated.Store(info.Simulated)
}

// LastInfo is what SetInfo was last told; Info asks the engine.
func (e *Engine) LastInfo() backend.Info {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.info
}

// Simulated reports whether LastInfo says so.
func (e *Engine) Simulated() bool { return e.simulated.Load() }

// Time is the emulator's time of something that the engine saw happen. Engines keep real
// time, the simulation the emulator's.
func (e *Engine) Time(c *clock.Clock, engineTime time.Time) time.Time {
	if e.Simulated() {
		return engineTime
	}
	return c.Now().Add(-max(0, time.Since(engineTime)))
}
