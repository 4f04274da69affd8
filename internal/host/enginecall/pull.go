package enginecall

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// pullCheck is how often the engine is asked during a pull whether it is there.
const pullCheck = time.Minute

// Pull takes as long as the network does: engines give up on a pull that makes no
// progress.
func (t timed) Pull(ctx context.Context, spec backend.PullSpec) error {
	pulling, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go t.watch(pulling, cancel)
	err := t.Engine.Pull(pulling, spec)
	switch silent := context.Cause(pulling); {
	case err == nil || ctx.Err() != nil:
		return err
	case silent != nil:
		t.lose(silent)
		return silent
	case errors.Is(err, context.Canceled):
		return lostError(err)
	default:
		return err
	}
}

// watch cancels when the engine does not answer any more.
func (t timed) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(pullCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if _, silent := t.Info(ctx); silent != nil {
			cancel(silent)
			return
		}
	}
}
