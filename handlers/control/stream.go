package control

import (
	"context"
	"time"
)

// keepAlive is how often a quiet stream of server-sent events shows that it lives, so
// that proxies leave it open. Source: the HTML standard suggests every 15 seconds.
const keepAlive = 15 * time.Second

// untilClosing returns a context that ends with ctx or when the emulator closes.
func untilClosing(ctx, closing context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(closing, cancel)
	return ctx, func() { stop(); cancel() }
}
