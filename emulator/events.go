package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"
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
	events := s.core.Follow(ctx, pattern)
	return func(yield func(Event, error) bool) {
		for announced, err := range events {
			event := Event{Sequence: announced.Sequence}
			if err == nil {
				if err = json.Unmarshal(announced.JSON, &event); err != nil {
					event, err = Event{}, fmt.Errorf("read event %d: %w", announced.Sequence, err)
				}
			}
			if !yield(event, err) {
				return
			}
		}
	}
}
