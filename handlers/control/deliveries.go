package control

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Due tells when rules and schedules are due next, by the emulator's clock.
type Due struct {
	Rule     func(r *eventbridge.Rule, now time.Time) (due time.Time, ok bool)
	Schedule func(s *eventbridgescheduler.Schedule, now time.Time) (due time.Time, ok bool)
}

// DeliveryOptions are what DeliveryRoutes show.
type DeliveryOptions struct {
	Store *store.Store
	Now   func() time.Time
	// Counters count what is brought. Due tells when rules and schedules are due next.
	Counters *delivery.Counters
	Due      Due
	Log      *slog.Logger
}

// DeliveryRoutes tell what rules and schedules bring to their targets.
func DeliveryRoutes(o DeliveryOptions) []Route {
	return []Route{{"deliveries", reading, deliveryRoute{o}.serve}}
}

type deliveryRoute struct{ DeliveryOptions }

// serve serves GET /_emulator/deliveries.
func (o deliveryRoute) serve(w http.ResponseWriter, _ *http.Request) {
	tx, now, counts := o.Store.Read(), o.Now(), o.Counters.All()
	all := delivery.Report{
		Rules: o.ruleSources(tx, now, counts), Schedules: o.scheduleSources(tx, now, counts), MissedEvents: o.Counters.AllMissed(),
		Pending: []delivery.PendingReport{}, DeadLetters: []delivery.DeadLetterReport{},
	}
	for _, d := range delivery.Pending(tx) {
		all.Pending = append(all.Pending, delivery.PendingReport{
			ID: d.ID, Source: d.Source, TargetARN: d.TargetARN, MadeAt: d.MadeAt, NextAt: d.NextAt, Failures: d.Attempts, LastError: d.LastError,
		})
	}
	for _, e := range delivery.DeadLetters(o.Store) {
		l := e.Value
		all.DeadLetters = append(all.DeadLetters, delivery.DeadLetterReport{
			At: e.At, ID: l.ID, Source: l.Source, TargetARN: l.TargetARN, Code: l.Code, Message: l.Message, Retries: l.Retries,
			Exhausted: string(l.Exhausted), QueueARN: l.QueueARN, QueueError: l.QueueError, Body: l.Body,
		})
	}
	answer(w, http.StatusOK, all, o.Log)
}

func (o deliveryRoute) ruleSources(tx *store.Tx, now time.Time, counts map[string]delivery.Counts) []delivery.SourceReport {
	list := []delivery.SourceReport{}
	for _, r := range eventbridge.AllRules(tx) {
		s := delivery.SourceReport{ARN: r.ARN(), Enabled: r.Enabled(), Counts: counts[r.ARN()]}
		if r.Enabled() && r.ScheduleExpression != "" && o.Due.Rule != nil {
			s.NextDue = whenDue(o.Due.Rule(r, now))
		}
		list = append(list, s)
	}
	return list
}

func (o deliveryRoute) scheduleSources(tx *store.Tx, now time.Time, counts map[string]delivery.Counts) []delivery.SourceReport {
	list := []delivery.SourceReport{}
	for _, each := range eventbridgescheduler.Schedules.All(tx) {
		s := delivery.SourceReport{ARN: each.ARN(), Enabled: each.State != types.ScheduleStateDisabled, Counts: counts[each.ARN()]}
		if s.Enabled && o.Due.Schedule != nil {
			s.NextDue = whenDue(o.Due.Schedule(each, now))
		}
		list = append(list, s)
	}
	return list
}

func whenDue(at time.Time, ok bool) *time.Time {
	if !ok {
		return nil
	}
	return &at
}
