package enginecall

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// ErrNotListed keeps callers waiting until the engine's containers have been taken into
// account.
var ErrNotListed = fmt.Errorf("%w: its containers are being listed", backend.ErrUnavailable)

// Lost reports whether an error says that a call has not been answered: the engine is
// gone, which is noted, or the call was cut off. Try again when the engine is back. Where several engines have
// no manager it is the same for callers, but the engine is not lost, and they may try again at once.
func (e *Engine) Lost(err error) bool {
	switch {
	case errors.Is(err, backend.ErrNoManager):
		return true // the engine is there: limit has waited a while
	case errors.Is(err, backend.ErrUnavailable):
		e.Lose(err)
		return true
	default:
		return errors.Is(err, context.Canceled)
	}
}

// OnChange sets what is told when the engine can be used no more, or again. It is called before Begin.
func (e *Engine) OnChange(tell func()) { e.changed = tell }

// Lose notes why the engine cannot be used.
func (e *Engine) Lose(cause error) {
	if e.noteLoss(lostError(cause)) {
		e.changed()
	}
}

// noteLoss reports whether it could be used before, or was to be looked at.
func (e *Engine) noteLoss(cause error) (first bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if first = e.lost == nil || errors.Is(e.lost, ErrNotListed); first {
		e.lostAt = time.Now()
		e.log.Error("cannot use the container engine: tasks wait for it", "error", cause)
	}
	e.lost = cause
	e.timesLost++
	e.Saw()
	select {
	case e.losses <- struct{}{}:
	default:
	}
	return first
}

// lostError makes sure that the cause of a lost connection says so.
func lostError(cause error) error {
	if errors.Is(cause, backend.ErrUnavailable) {
		return cause
	}
	return fmt.Errorf("%w: %w", backend.ErrUnavailable, cause)
}

// Health is why the engine cannot be used, or nil. It is a backend.ErrUnavailable.
func (e *Engine) Health() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lost
}

// SilentSince is the real time since when the engine cannot be used; zero: it can, or has never been seen.
func (e *Engine) SilentSince() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lost == nil {
		return time.Time{}
	}
	return e.lostAt
}

// Losses is how often the engine has been lost.
func (e *Engine) Losses() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.timesLost
}

// Found ends the loss of the engine and reports true, unless it has been lost again since
// Losses was read: a list of that time may be older than what a call did whose answer was
// lost, and Recover looks again.
func (e *Engine) Found(losses int) bool {
	if !e.noteFound(losses) {
		return false
	}
	e.changed()
	return true
}

func (e *Engine) noteFound(losses int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timesLost != losses {
		return false
	}
	if e.lost != nil && !errors.Is(e.lost, ErrNotListed) {
		e.log.Info("container engine is back")
	}
	e.lost = nil
	return true
}

// Seen is closed once the engine has been looked at, or was first lost.
func (e *Engine) Seen() <-chan struct{} { return e.seen }

// Saw lets those go on who wait for Seen.
func (e *Engine) Saw() { e.sawOnce.Do(func() { close(e.seen) }) }

// How soon Recover looks whether a lost engine is back.
const (
	firstLook = 250 * time.Millisecond
	lastLook  = 5 * time.Second
)

// Recover calls look after each loss, again and again until the engine is found; it
// returns when ctx ends. Watch tells when its own connection is back; but a single call
// may fail while that one stands.
func (e *Engine) Recover(ctx context.Context, look func(context.Context)) {
	for {
		select {
		case <-e.losses:
		case <-ctx.Done():
			return
		}
		for wait := firstLook; e.Health() != nil; wait = min(2*wait, lastLook) {
			if pause.For(ctx, wait) != nil {
				return
			}
			if e.Health() != nil {
				look(ctx)
			}
		}
	}
}

// IgnoreEnded is nil for an error that says that a container or sandbox has ended meanwhile.
func IgnoreEnded(err error) error {
	if errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrNoSandbox) {
		return nil
	}
	return err
}
