package docker

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// loadTimeout bounds a load, which outlives the caller that began it.
const loadTimeout = 2 * time.Minute

// lazy is a value that is made when first needed, by one caller for all. A failed
// attempt is forgotten, so that the next caller tries again.
type lazy[T any] struct {
	flight singleflight.Group
	value  atomic.Pointer[T]
}

// get returns the value, made by load if need be. A caller that gives up leaves
// the attempt running for the others.
func (l *lazy[T]) get(ctx context.Context, load func(context.Context) (T, error)) (T, error) {
	if v := l.value.Load(); v != nil {
		return *v, nil
	}
	result := l.flight.DoChan("", func() (any, error) {
		if v := l.value.Load(); v != nil {
			return *v, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		v, err := load(ctx)
		if err == nil {
			l.value.Store(&v)
		}
		return v, err
	})
	select {
	case r := <-result:
		v, _ := r.Val.(T)
		return v, r.Err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// peek returns the value if it was made.
func (l *lazy[T]) peek() (v T, made bool) {
	if p := l.value.Load(); p != nil {
		return *p, true
	}
	return v, false
}

// reset forgets the value.
func (l *lazy[T]) reset() { l.value.Store(nil) }
