package enginecall

import (
	"context"
	"time"
)

// RetryPause is how long a call rests that the engine has refused for no reason that concerns
// what it is for.
const RetryPause = time.Second

// Rest waits for RetryPause, or until ctx ends.
func Rest(ctx context.Context) {
	pause := time.NewTimer(RetryPause)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
}
