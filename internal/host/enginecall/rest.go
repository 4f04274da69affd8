package enginecall

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// RetryPause is how long a call rests that the engine has refused for no reason that concerns
// what it is for.
const RetryPause = time.Second

// Rest waits for RetryPause, or until ctx ends.
func Rest(ctx context.Context) { _ = pause.For(ctx, RetryPause) }
