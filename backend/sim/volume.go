package sim

import "context"

// RemoveVolume does nothing but answer: no simulated container writes a file.
func (e *Engine) RemoveVolume(ctx context.Context, _ string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.reach(ctx)
}
