// Package lazy makes values when they are first needed.
package lazy

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// LoadTimeout bounds a load, which outlives the caller that began it.
const LoadTimeout = 2 * time.Minute

// Value is a value that is made when first needed, by one caller for all. A failed
// attempt is forgotten, so that the next caller tries again.
type Value[T any] struct {
	flight singleflight.Group
	value  atomic.Pointer[T]
}

// Get returns the value, made by load if need be. A caller that gives up leaves
// the attempt running for the others.
func (l *Value[T]) Get(ctx context.Context, load func(context.Context) (T, error)) (T, error) {
	if v := l.value.Load(); v != nil {
		return *v, nil
	}
	result := l.flight.DoChan("", func() (any, error) {
		if v := l.value.Load(); v != nil {
			return *v, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), LoadTimeout)
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

// Peek returns the value if it was made.
func (l *Value[T]) Peek() (v T, made bool) {
	if p := l.value.Load(); p != nil {
		return *p, true
	}
	return v, false
}

// Reset forgets the value.
func (l *Value[T]) Reset() { l.value.Store(nil) }

// Set has v be the value.
func (l *Value[T]) Set(v T) { l.value.Store(&v) }
