package enginecall

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// How long the engine may take, in all attempts together; see limit. A stop has its grace besides.
// Source: amazon-ecs-agent, Docker timeouts; those of the network, of lists, of
// counters and of answers about the engine itself are the emulator's own.
const (
	infoTimeout    = 5 * time.Second
	networkTimeout = time.Minute
	ensureTimeout  = 2 * time.Minute // the first network also waits for what keeps the owner alive
	inspectTimeout = 30 * time.Second
	statsTimeout   = 4 * time.Second
	usageTimeout   = 15 * time.Second // it may be that of many containers, a few at a time
	createTimeout  = 4 * time.Minute
	startTimeout   = 3 * time.Minute
	attachTime     = 18 * time.Second // a start besides, where a manager of several engines may take 20 seconds to answer: 30 for the first attempt
	stopTimeout    = 2 * time.Minute
	removeTimeout  = 5 * time.Minute
	listTimeout    = 2 * time.Minute
	volumeTimeout  = 5 * time.Minute
)

// TimeoutError is about a call that the engine has not answered in time, although it
// answers others. Source: amazon-ecs-agent's DockerTimeoutError.
type TimeoutError struct {
	to    string // the state to be reached
	after time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("DockerTimeoutError: Could not transition to %s; timed out after waiting %s", e.to, e.after)
}

// IsTimeout reports whether an error is a TimeoutError.
func IsTimeout(err error) bool {
	var late *TimeoutError
	return errors.As(err, &late)
}

// shares is how many parts the time of a call has, for four attempts: each may take twice as long as the one before.
const shares = 1 + 2 + 4 + 8

// patience is what the first attempt has at least: an engine may be busy, and what is asked of it again makes it busier.
const patience = 5 * time.Second

// limit makes a call with a deadline. One call may be lost while the engine answers others: so a call is
// cut off after a share of its time and made again, which engines promise is harmless.
func limit[T any](ctx context.Context, t timed, to string, after time.Duration, call func(context.Context) (T, error)) (T, error) {
	return limitBeside(ctx, t, to, 0, after, call)
}

// limitBeside is limit for a call that takes a while by itself, in each attempt.
func limitBeside[T any](ctx context.Context, t timed, to string, while, after time.Duration, call func(context.Context) (T, error)) (result T, err error) {
	err = t.limit(ctx, to, while, after, func(ctx context.Context) (err error) {
		result, err = call(ctx)
		return err
	})
	return result, err
}

// limit is limitBeside for all types of results.
func (t timed) limit(ctx context.Context, to string, while, after time.Duration, call func(context.Context) error) error {
	began, whole, first := time.Now(), while+after, max(after/shares, patience)
	share := first
	for left := whole; left > 0; left = whole - time.Since(began) {
		late, err := Until(ctx, min(while+share, left), call)
		switch {
		case err == nil, ctx.Err() != nil:
			return err
		case !late && errors.Is(err, context.Canceled):
			return lostError(err) // no caller has cut it off: the engine ends
		case !late:
			if errors.Is(err, backend.ErrNoManager) {
				Rest(ctx) // callers try again
			}
			return err
		}
		if share == first {
			defer t.unanswered.note(to, began)()
		}
		share *= 2
	}
	if _, silent := t.Info(context.WithoutCancel(ctx)); silent != nil {
		t.lose(silent)
		return silent
	}
	return &TimeoutError{to, whole}
}

// Until makes a call with a deadline, and reports whether it came to that. With a Call as
// ctx, it costs no timer.
func Until(ctx context.Context, after time.Duration, call func(context.Context) error) (late bool, err error) {
	if c, ok := ctx.(*Call); ok {
		err = call(c.limit(after))
		return c.unlimit(), err
	}
	limited, cancel := context.WithTimeout(ctx, after)
	defer cancel()
	err = call(limited)
	return limited.Err() != nil && ctx.Err() == nil, err
}

// with is a call with what it is about.
func with[A, T any](call func(context.Context, A) (T, error), about A) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) { return call(ctx, about) }
}

func limitError(ctx context.Context, t timed, to string, after time.Duration, call func(context.Context) error) error {
	return t.limit(ctx, to, 0, after, call)
}
