package enginecall

import "github.com/ecs-emulator/ecs-emulator/backend"

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
