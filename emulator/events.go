package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Event is an event as EventBridge delivers it.
type Event struct {
	Sequence   uint64          `json:"-"` // its number in this emulator; later events have higher ones
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       time.Time       `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// Events are the events of ECS and Auto Scaling from now on, those that match an event pattern of EventBridge, such
// as `{"detail-type": ["ECS Task State Change"]}`; an empty pattern matches all. "Now" is the call of Events: call it
// before what causes the events, and range over it afterwards.
//
//	steady := srv.Events(ctx, `{"detail": {"eventName": ["SERVICE_STEADY_STATE"]}}`)
//	// create or update a service
//	for event, err := range steady {
//		// err is nil: event.Resources is the ARN of the service
//		break
//	}
//
// An error comes in place of an event. It is the last thing if the pattern is none, if ctx has ended, or if the
// emulator has closed; if events have been forgotten that were not read yet, by Reset or because there were too
// many, it says so, and the iteration goes on. Each range over the iterator begins where the first did.
func (s *Server) Events(ctx context.Context, pattern string) iter.Seq2[Event, error] {
	since := outbox.Newest(s.store)
	return func(yield func(Event, error) bool) {
		reader := eventReader{server: s, since: since, yield: yield}
		if pattern != "" {
			p, err := eventpattern.Parse(pattern)
			if err != nil {
				yield(Event{}, err)
				return
			}
			reader.pattern = p
		}
		reader.follow(ctx)
	}
}

// eventReader hands on events.
type eventReader struct {
	server  *Server
	since   uint64
	pattern *eventpattern.Pattern // nil: all match
	yield   func(Event, error) bool
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
			r.yield(Event{}, ctx.Err())
			return
		case <-r.server.closing.Done():
			r.yield(Event{}, errors.New("the emulator has closed"))
			return
		}
	}
}

// handOn hands on what there is. changed is closed when there is more.
func (r *eventReader) handOn(ctx context.Context) (changed <-chan struct{}, more bool) {
	events, oldest, changed := outbox.Since(r.server.store, r.since)
	if oldest > r.since+1 {
		forgotten := fmt.Errorf("the events from %d to %d have been forgotten", r.since+1, oldest-1)
		if r.since = oldest - 1; !r.yield(Event{}, forgotten) {
			return nil, false
		}
	}
	tx := r.server.store.Read()
	for _, e := range events {
		if err := ctx.Err(); err != nil {
			r.yield(Event{}, err)
			return nil, false
		}
		r.since = e.Sequence
		if event, wanted, err := r.read(tx, e); (wanted || err != nil) && !r.yield(event, err) {
			return nil, false
		}
	}
	return changed, true
}

// read tells whether an event matches.
func (r *eventReader) read(tx *store.Tx, e outbox.Event) (event Event, wanted bool, err error) {
	body := stateChange(tx, e)
	if r.pattern != nil {
		flat, err := eventpattern.NewEvent(string(body))
		if err != nil || !r.pattern.Matches(flat) {
			return Event{}, false, err
		}
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return Event{}, false, fmt.Errorf("read event %d: %w", e.Sequence, err)
	}
	event.Sequence = e.Sequence
	return event, true, nil
}
