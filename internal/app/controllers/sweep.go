package controllers

import (
	"context"
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// sweepTimeout bounds one sweep: what an engine does not get done in that time is
// left to the next one.
const sweepTimeout = 2 * time.Minute

// Sweep removes what killed emulators have left on the engine: at the start, again
// when those that died just before it are known to be dead, and now and then.
func Sweep(ctx context.Context, sweeper backend.Sweeper, log *slog.Logger) {
	next := time.NewTimer(0)
	defer next.Stop()
	for pause := 10 * time.Second; ; pause = time.Minute {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			next.Reset(pause)
		}
		short, cancel := context.WithTimeout(ctx, sweepTimeout)
		removed, err := sweeper.Sweep(short)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			log.Warn("cannot remove resources of earlier runs", "error", err)
		case removed > 0:
			log.Info("removed resources of earlier runs", "things", removed)
		}
	}
}
