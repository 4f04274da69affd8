package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// errLost is the answer to a call of which a rule has lost a part.
var errLost = fmt.Errorf("%w: the connection broke", backend.ErrUnavailable)

// on makes a call, or has it go wrong.
func on[T any](ctx context.Context, e *Engine, call Call, t target, do func(context.Context) (T, error)) (result T, err error) {
	err = e.on(ctx, call, t, func(ctx context.Context) (err error) {
		result, err = do(ctx)
		return err
	})
	return result, err
}

// on is the same for all types of results.
func (e *Engine) on(ctx context.Context, call Call, t target, do func(context.Context) error) error {
	if !e.isArmed() {
		return do(ctx)
	}
	gone, away := e.reach()
	if away != nil {
		return away
	}
	r := e.rules.choose(call, t)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(gone, func() { cancel(errGone) })()
	err := e.follow(ctx, r, do)
	if errors.Is(context.Cause(ctx), errGone) {
		_, away := e.reach()
		return errors.Join(errLost, away)
	}
	return err
}

// errGone is the cause of the end of calls that were under way when the engine left.
var errGone = errors.New("the engine is away")

func (e *Engine) reach() (gone context.Context, away error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.gone, e.away
}

// follow makes a call as a rule has it; nil is no rule.
func (e *Engine) follow(ctx context.Context, r *Rule, do func(context.Context) error) error {
	if r == nil {
		return do(ctx)
	}
	if r.Delay > 0 {
		if err := e.sleep(ctx, r.Delay); err != nil {
			return err
		}
	}
	switch {
	case r.Hang:
		<-ctx.Done()
		return ctx.Err()
	case r.LoseCall:
		return errLost
	case r.Fails != nil:
		return r.Fails
	case r.Error != "":
		return errors.New(r.Error)
	}
	err := do(ctx)
	if r.DelayAnswer > 0 {
		if cut := e.sleep(ctx, r.DelayAnswer); cut != nil {
			return cut
		}
	}
	if r.LoseAnswer {
		return errLost
	}
	return err
}

// sleep returns when d of the clock has passed.
func (e *Engine) sleep(ctx context.Context, d time.Duration) error {
	passed, giveUp := backend.WaitForTimer(ctx, func(ring func()) (stop func() bool) { return e.opts.AfterFunc(d, ring) })
	defer giveUp()
	select {
	case <-passed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// target is what an id stands for, as far as rules want to know.
func (e *Engine) target(ctx context.Context, id string) target {
	if e.rules.count() == 0 {
		return target{}
	}
	c, err := e.Engine.Inspect(ctx, id)
	if err != nil {
		return target{}
	}
	return targetOf(c)
}

func targetOf(c backend.Container) target {
	return target{image: c.Image, labels: c.Labels, sandbox: c.Sandbox}
}
