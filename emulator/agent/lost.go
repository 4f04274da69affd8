package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// engineLost notes that the engine is gone, and reports whether err says so. What
// was under way is tried again when the engine is back.
func (a *Agent) engineLost(err error) bool {
	if errors.Is(err, context.Canceled) {
		return true
	}
	if !errors.Is(err, backend.ErrUnavailable) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lost == nil {
		a.lost = err
		a.Log.Error("container engine lost; tasks wait until it is back", "error", err)
		select {
		case a.losses <- struct{}{}:
		default:
		}
	}
	return true
}

// lostError makes sure that the cause of a lost connection says so.
func lostError(cause error) error {
	if errors.Is(cause, backend.ErrUnavailable) {
		return cause
	}
	return fmt.Errorf("%w: %w", backend.ErrUnavailable, cause)
}

// How soon the agent looks whether a lost engine is back.
const (
	firstLook = 250 * time.Millisecond
	lastLook  = 5 * time.Second
)

// recover takes the engine up again after a loss. Watch tells when its own
// connection is back; but a single call may fail while that one stands.
func (a *Agent) recover(ctx context.Context, watch *state.Watch) {
	for {
		select {
		case <-a.losses:
		case <-ctx.Done():
			return
		}
		for wait := firstLook; a.Health() != nil; wait = min(2*wait, lastLook) {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
			if a.Health() != nil {
				a.resync(ctx, watch)
			}
		}
	}
}
