package enginecall

import (
	"context"
	"time"
)

// Start starts a sandbox, or a container that has never run.
func (t timed) Start(ctx context.Context, id string) error { return t.startOnce(ctx, id, time.Time{}) }

// StartAgain starts a container that has run before.
func (t timed) StartAgain(ctx context.Context, id string) error {
	seen, err := t.Inspect(ctx, id)
	if err != nil {
		return err
	}
	return t.startOnce(ctx, id, seen.StartedAt)
}

// startOnce starts what ran last at a time. A start that is made again would run a container a second time that has ended
// meanwhile, such as a job: so the engine is asked first, which tells when it has dealt with the start that is under way.
func (t timed) startOnce(ctx context.Context, id string, last time.Time) error {
	again := false
	return t.limit(ctx, "started", t.attach, startTimeout, func(ctx context.Context) error {
		if again {
			seen, err := t.Engine.Inspect(ctx, id)
			if err != nil || !seen.Sandbox && !seen.StartedAt.Equal(last) {
				return err
			}
		}
		again = true
		return t.Engine.Start(ctx, id)
	})
}
