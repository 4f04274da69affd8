package emulator

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmaction"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/sending"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/target"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/timetable"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// newTargets finds how the targets of rules and schedules are called.
func (s *Server) newTargets() *target.Targets {
	t := &target.Targets{
		Client: s.client, Functions: s.functions, Role: s.credentials.Role, Now: s.clock.Now,
		Has: func(service string) bool { return s.upstream != nil || slices.Contains(s.services, service) },
		Route: func(scope arn.Scope, bus, event string, passed delivery.Passed) error {
			return s.store.Update(func(tx *store.Tx) error {
				return s.router.Route(tx, routing.Event{Scope: scope, Bus: bus, JSON: event, Passed: passed})
			})
		},
	}
	if s.opts.StrictRoles {
		t.Assumes = s.credentials.AssumedBy
	}
	return t
}

// route brings an event that is put to the rules of a bus.
func (s *Server) route(tx *store.Tx, b *eventbridge.Bus, event string) error {
	return s.router.Route(tx, routing.Event{Scope: b.Scope, Bus: b.Name, JSON: event})
}

// newMatching brings the events of services to the rules of the default bus.
func (s *Server) newMatching() *matching.Controller {
	return matching.New(matching.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Router: s.router, Counters: &s.deliveries, About: aboutChange, JSON: stateChange,
	})
}

// newTimetable acts when rules and schedules are due.
func (s *Server) newTimetable() *reconcile.Loop {
	return timetable.New(timetable.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Counters: &s.deliveries,
		Route: func(tx *store.Tx, own *eventbridge.Rule, event string) error {
			return s.router.Route(tx, routing.Event{Scope: own.Scope, Bus: own.Bus, JSON: event, Rule: own})
		},
	})
}

// newSending calls targets.
func (s *Server) newSending() *sending.Controller {
	return sending.New(sending.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Counters: &s.deliveries, Send: s.targets.Send, Bury: s.targets.Bury,
		Ended: func(tx *store.Tx, d *delivery.Delivery, dead *delivery.DeadLetter) {
			alarmaction.Ended(tx, d, dead, s.clock.Now())
		},
	})
}

// wayToTarget refuses the target of a rule or schedule to which there is no way.
func (s *Server) wayToTarget(targetARN string) error { return s.targets.Way(targetARN) }

// repeats reports whether a client token of RunTask is that of a delivery that is pending: it may be sent again as long
// as it is.
func repeats(tx *store.Tx, clientToken string) bool { return delivery.HasID(tx, clientToken) }
