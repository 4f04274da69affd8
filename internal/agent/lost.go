package agent

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// engineLost reports whether an error says that a call has not been answered: the
// engine is gone, which is noted, or the call was cut off. What was under way is
// tried again when the engine is back.
func (h *host) engineLost(err error) bool {
	switch {
	case errors.Is(err, backend.ErrUnavailable):
		h.lose(err)
		return true
	default:
		return errors.Is(err, context.Canceled)
	}
}

// lose notes why the engine cannot be used.
func (h *host) lose(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lost == nil || errors.Is(h.lost, errNotListed) {
		h.agent.Log.Error("container engine cannot be used; tasks wait until it can", "host", h.Name, "error", err)
	}
	h.lost = err
	h.timesLost++
	h.saw()
	select {
	case h.losses <- struct{}{}:
	default:
	}
}

// saw lets those go on who wait until the engine has been looked at.
func (h *host) saw() { h.sawOnce.Do(func() { close(h.seen) }) }

// How soon the agent looks whether a lost engine is back.
const (
	firstLook = 250 * time.Millisecond
	lastLook  = 5 * time.Second
)

// recover takes the engine up again after a loss. Watch tells when its own
// connection is back; but a single call may fail while that one stands.
func (h *host) recover(ctx context.Context) {
	for {
		select {
		case <-h.losses:
		case <-ctx.Done():
			return
		}
		for wait := firstLook; h.health() != nil; wait = min(2*wait, lastLook) {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
			if h.health() != nil {
				h.resync(ctx)
			}
		}
	}
}
