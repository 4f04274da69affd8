package enginecall

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// How often the engine is asked about a sandbox that it has just started, and how long it may take each time but the last.
const (
	lifeTries    = 3
	lifePatience = 5 * time.Second
)

// StartSandbox starts a sandbox, and returns it with its life, the StartedAt. Callers read the life before they
// tell the sandbox rules about packets: if others start it again in between, the rules are noted with the former
// life, and told again.
func (e *Engine) StartSandbox(ctx context.Context, id string) (backend.Container, error) {
	if err := e.Start(ctx, id); err != nil {
		return backend.Container{}, err
	}
	for range lifeTries - 1 {
		var seen backend.Container
		late, err := Until(ctx, lifePatience, func(ctx context.Context) (err error) {
			seen, err = e.timed.Engine.Inspect(ctx, id)
			return err
		})
		if err == nil || errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrUnavailable) || ctx.Err() != nil {
			return running(seen, err)
		}
		if !late {
			Rest(ctx)
		}
	}
	return running(e.Inspect(ctx, id))
}

// running returns a sandbox as it was seen, or an error if it does not run.
func running(seen backend.Container, err error) (backend.Container, error) {
	if err == nil && seen.State != backend.Running {
		err = fmt.Errorf("%w: it has ended at once", backend.ErrNoSandbox)
	}
	return seen, err
}
