package app

import (
	"context"
	"fmt"
	"iter"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Announced is an event as EventBridge gets it.
type Announced struct {
	Sequence uint64
	JSON     []byte
}

// Follow hands on the events from now on that match an event pattern, or all for an empty one. An error comes in place
// of an event; it is the last thing unless it says that events have been forgotten. Each range begins where the first did.
func (c *Core) Follow(ctx context.Context, pattern string) iter.Seq2[Announced, error] {
	since := outbox.Newest(c.Store)
	return func(yield func(Announced, error) bool) {
		reader := eventReader{Core: c, since: since, yield: yield}
		if pattern != "" {
			p, err := eventpattern.Parse(pattern)
			if err != nil {
				yield(Announced{}, err)
				return
			}
			reader.pattern = p
		}
		reader.follow(ctx)
	}
}

type eventReader struct {
	*Core
	since   uint64
	pattern *eventpattern.Pattern // nil: all match
	yield   func(Announced, error) bool
}

// follow waits for events until the reader has had enough.
func (r *eventReader) follow(ctx context.Context) {
	for {
		changed, more := r.handOn(ctx)
		if !more {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			r.yield(Announced{}, ctx.Err())
			return
		case <-r.Closing.Done():
			r.yield(Announced{}, ErrClosed)
			return
		}
	}
}

// handOn hands on what there is. changed is closed when there is more.
func (r *eventReader) handOn(ctx context.Context) (changed <-chan struct{}, more bool) {
	events, oldest, changed := outbox.Since(r.Store, r.since)
	if oldest > r.since+1 {
		forgotten := fmt.Errorf("the events from %d to %d have been forgotten", r.since+1, oldest-1)
		if r.since = oldest - 1; !r.yield(Announced{}, forgotten) {
			return nil, false
		}
	}
	tx := r.Store.Read()
	for _, e := range events {
		if err := ctx.Err(); err != nil {
			r.yield(Announced{}, err)
			return nil, false
		}
		r.since = e.Sequence
		if event, wanted, err := r.read(tx, e); (wanted || err != nil) && !r.yield(event, err) {
			return nil, false
		}
	}
	return changed, true
}

func (r *eventReader) read(tx *store.Tx, e outbox.Event) (event Announced, wanted bool, err error) {
	body := r.StateChange(tx, e)
	if r.pattern != nil {
		flat, err := eventpattern.NewEvent(string(body))
		if err != nil || !r.pattern.Matches(flat) {
			return Announced{}, false, err
		}
	}
	return Announced{e.Sequence, body}, true, nil
}
