package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmaction"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/measuring"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/sending"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/target"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/timetable"
	rules "github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	schedules "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Events are EventBridge with its rules, the schedules of EventBridge Scheduler, and the way of both to their targets.
type Events struct {
	*Core
	Functions *lambda.Functions // that answer for targets

	counters delivery.Counters
	router   *routing.Router
	targets  *target.Targets
}

// Module lists what it brings.
func (e *Events) Module() Module {
	return Module{
		Name: "events",
		Rows: []string{"eventbridge-bus", "eventbridge-rule", "eventbridge-target", "scheduler-schedule", "delivery", "delivery-cursor", "dead-letter"},
		Forgets: []Forgetting{
			{[]string{"scheduler-group"}, schedules.ForgetGroups},
			{[]string{"task-event"}, func(tx *store.Tx, now time.Time) { outbox.Forget(tx, now.Add(-outbox.Keep)) }},
		},
		Offer: e.offer, Begin: e.begin,
		Reset: func() error {
			e.counters.Reset()
			return nil
		},
	}
}

func (e *Events) offer() Offer {
	e.router = &routing.Router{Clock: e.Clock, Counters: &e.counters}
	e.targets = e.newTargets()
	return Offer{
		APIs: []API{
			eventbridge.New(eventbridge.Options{Store: e.Store, Now: e.Clock.Now, Way: e.Way, Stored: e.PolicyStored, Route: func(tx *store.Tx, b *rules.Bus, event string) error {
				return e.router.Route(tx, routing.Event{Scope: b.Scope, Bus: b.Name, JSON: event})
			}}),
			scheduler.New(scheduler.Options{
				Store: e.Store, Now: e.Clock.Now, StrictRoles: e.StrictRoles, GroupDeletion: e.Delays.ScheduleGroups, Way: e.Way,
			}),
		},
		Routes: control.DeliveryRoutes(control.DeliveryOptions{
			Store: e.Store, Now: e.Clock.Now, Counters: &e.counters, Log: e.Log,
			Due: control.Due{Rule: timetable.NextOfRule, Schedule: timetable.NextOfSchedule},
		}),
		Measures: []control.Measure{control.MeasureDeliveries(e.Store, &e.counters)},
	}
}

// newTargets finds how the targets of rules and schedules are called.
func (e *Events) newTargets() *target.Targets {
	t := &target.Targets{
		Client: e.Client, Functions: e.Functions, Role: e.Credentials.Role, Now: e.Clock.Now,
		Has: func(service string) bool { return e.Upstream != nil || slices.Contains(e.Services, service) },
		Route: func(scope arn.Scope, bus, event string, passed delivery.Passed) error {
			return e.Store.Update(func(tx *store.Tx) error {
				return e.router.Route(tx, routing.Event{Scope: scope, Bus: bus, JSON: event, Passed: passed})
			})
		},
	}
	if e.StrictRoles {
		t.Assumes = e.Credentials.AssumedBy
	}
	if !e.Leaves("logs") { // or the resource policies are not here
		t.MayLog = e.mayLog
	}
	return t
}

// mayLog asks as a service, whose refusal is what CloudWatch Logs would answer it.
func (e *Events) mayLog(ctx context.Context, service, forARN, action, resource string) error {
	err := e.Credentials.AllowService(ctx, service, forARN, action, resource)
	if err == nil {
		return nil
	}
	_, operation, _ := strings.Cut(action, ":")
	return &apiclient.Error{
		Service: "CloudWatch Logs", Operation: operation, Status: http.StatusBadRequest, RequestID: arn.NewUUID(),
		Code: "AccessDeniedException", Message: err.Error(),
	}
}

// Way refuses the target of a rule, a schedule or an alarm to which there is no way.
func (e *Events) Way(targetARN string) error { return e.targets.Way(targetARN) }

// Matched is how many deliveries schedules and rules that are not disabled have made, by their ARNs.
func (e *Events) Matched() map[string]uint64 {
	counts := e.counters.AllMatched()
	for _, r := range rules.AllRules(e.Store.Read()) {
		if !r.Enabled() {
			delete(counts, r.ARN())
		}
	}
	return counts
}

func (e *Events) begin(Work) Work {
	return Work{
		Sources: []collection.Source{&measuring.Source{Counters: &e.counters}},
		Loops: []controllers.Loop{
			controllers.Patient("deliveries", sending.New(sending.Options{
				Store: e.Store, Clock: e.Clock, Log: e.Log, Counters: &e.counters, Send: e.targets.Send, Bury: e.targets.Bury,
				Ended: func(tx *store.Tx, d *delivery.Delivery, dead *delivery.DeadLetter) {
					alarmaction.Ended(tx, d, dead, e.Clock.Now())
				},
			})),
			controllers.Of("timetable", timetable.New(timetable.Options{
				Store: e.Store, Clock: e.Clock, Log: e.Log, Counters: &e.counters,
				Route: func(tx *store.Tx, own *rules.Rule, event string) error {
					return e.router.Route(tx, routing.Event{Scope: own.Scope, Bus: own.Bus, JSON: event, Rule: own})
				},
			})),
			controllers.Of("matching of events", matching.New(matching.Options{
				Store: e.Store, Clock: e.Clock, Log: e.Log, Router: e.router, Counters: &e.counters, About: e.AboutChange, JSON: e.StateChange,
			})),
		},
	}
}
