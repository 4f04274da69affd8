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

// firstPatience is how long the first attempt at a load may take. The engine may never answer one request of it
// although it answers others, and all callers wait for it.
const firstPatience = 20 * time.Second

// Value is a value that is made when first needed, by one caller for all. A failed
// attempt is forgotten, so that the next caller tries again. One that takes long is cut off and made again.
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
		v, err := patiently(ctx, load)
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

// patiently makes one attempt after the other, each of which may take twice as long as the one before.
func patiently[T any](ctx context.Context, load func(context.Context) (T, error)) (T, error) {
	for patience := firstPatience; ; patience *= 2 {
		attempt, cancel := context.WithTimeout(ctx, patience)
		v, err := load(attempt)
		late := attempt.Err() != nil
		cancel()
		if err == nil || !late || ctx.Err() != nil {
			return v, err
		}
	}
}

// Peek returns the value if it was made.
func (l *Value[T]) Peek() (v T, made bool) {
	if p := l.value.Load(); p != nil {
		return *p, true
	}
	return v, false
}

func (l *Value[T]) Reset() { l.value.Store(nil) }

func (l *Value[T]) Set(v T) { l.value.Store(&v) }
