// Package pause waits in real time.
package pause

import (
	"context"
	"time"
)

// For returns when d has passed, or with the error of ctx when that ends before.
func For(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
