// Package routing finds the rules of EventBridge that match an event, and puts a delivery for each of their targets.
//
//	router := &routing.Router{Clock: clock}
//	err := router.Route(tx, routing.Event{Scope: scope, Bus: "default", JSON: body})
//
// What the rules of a bus want is compiled once, and again when the row of the bus has changed. An event is taken apart
// once, and held against the rules that may want its source and detail-type.
package routing

import (
	"fmt"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Router routes events. Clock is required. It may be used by several goroutines.
type Router struct {
	Clock *clock.Clock
	// Counters count what rules match; nil: nothing does.
	Counters *delivery.Counters

	mu    sync.Mutex
	buses map[string]*compiledBus // by ARN
}

type Event struct {
	Scope arn.Scope
	Bus   string // its name
	JSON  string // in EventBridge's envelope, see [eventbridge.Event.Marshal]
	// Rule is the rule whose schedule has made the event: its targets get it, also if the rule's pattern does not match it. Nil: none.
	Rule *eventbridge.Rule
	// Sequence is the number that the event has in the outbox: rules that are newer do not get it. 0: it is not from there.
	Sequence uint64
	// Passed tells how other buses have passed the event on before.
	Passed delivery.Passed
}

// Route puts a delivery for each target of each rule of the bus that matches an event. Without the bus nothing happens,
// as on AWS. An event that is no object of JSON is an error; nothing is put then.
func (r *Router) Route(tx *store.Tx, e Event) error {
	found, err := r.Match(tx, e)
	if err == nil {
		r.Put(tx, found)
	}
	return err
}

// Match makes the deliveries that Route puts, and writes nothing.
func (r *Router) Match(tx *store.Tx, e Event) ([]*delivery.Delivery, error) {
	bus := r.compiled(tx, e.Scope, e.Bus)
	if bus == nil {
		return nil, nil
	}
	event, err := eventpattern.NewEvent(e.JSON)
	if err != nil {
		return nil, fmt.Errorf("route an event: %w", err)
	}
	m := matching{Event: e, now: r.Clock.Now(), taken: event}
	for _, rule := range bus.candidates(event, e.Rule) {
		if m.wants(rule) {
			m.add(rule)
		}
	}
	return m.made, nil
}

// Put writes deliveries that Match has made. They count once they are written.
func (r *Router) Put(tx *store.Tx, made []*delivery.Delivery) {
	first := map[string]string{} // targets by rules: each event of a rule makes a delivery for it
	for _, d := range made {
		delivery.Put(tx, d)
		if first[d.Source] == "" {
			first[d.Source] = d.TargetID
		}
		tx.Then(func() {
			r.Counters.Matched(d.Source)
			if d.TargetID == first[d.Source] {
				r.Counters.Event(d.Source)
			}
		})
	}
}

// Wants reports whether a rule of a bus may match events with a source and a detail-type, so that their JSON has to be
// made.
func (r *Router) Wants(tx *store.Tx, s arn.Scope, bus, source, detailType string) bool {
	compiled := r.compiled(tx, s, bus)
	return compiled != nil && compiled.wants(source, detailType)
}
