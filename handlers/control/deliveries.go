package control

import (
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

// deliveries serves GET /_emulator/deliveries.
func (a *api) deliveries(w http.ResponseWriter, _ *http.Request) {
	tx, now, counts := a.Store.Read(), a.Clock.Now(), a.Delivered.All()
	all := delivery.Report{
		Rules: a.ruleSources(tx, now, counts), Schedules: a.scheduleSources(tx, now, counts), MissedEvents: a.Delivered.AllMissed(),
		Pending: []delivery.PendingReport{}, DeadLetters: []delivery.DeadLetterReport{},
	}
	for _, d := range delivery.Pending(tx) {
		all.Pending = append(all.Pending, delivery.PendingReport{
			ID: d.ID, Source: d.Source, TargetARN: d.TargetARN, MadeAt: d.MadeAt, NextAt: d.NextAt, Failures: d.Attempts, LastError: d.LastError,
		})
	}
	for _, e := range delivery.DeadLetters(a.Store) {
		l := e.Value
		all.DeadLetters = append(all.DeadLetters, delivery.DeadLetterReport{
			At: e.At, ID: l.ID, Source: l.Source, TargetARN: l.TargetARN, Code: l.Code, Message: l.Message, Retries: l.Retries,
			Exhausted: string(l.Exhausted), QueueARN: l.QueueARN, QueueError: l.QueueError, Body: l.Body,
		})
	}
	a.answer(w, http.StatusOK, all)
}

func (a *api) ruleSources(tx *store.Tx, now time.Time, counts map[string]delivery.Counts) []delivery.SourceReport {
	list := []delivery.SourceReport{}
	for _, r := range eventbridge.AllRules(tx) {
		s := delivery.SourceReport{ARN: r.ARN(), Enabled: r.Enabled(), Counts: counts[r.ARN()]}
		if r.Enabled() && r.ScheduleExpression != "" && a.Due.Rule != nil {
			s.NextDue = whenDue(a.Due.Rule(r, now))
		}
		list = append(list, s)
	}
	return list
}

func (a *api) scheduleSources(tx *store.Tx, now time.Time, counts map[string]delivery.Counts) []delivery.SourceReport {
	list := []delivery.SourceReport{}
	for _, each := range eventbridgescheduler.AllSchedules(tx) {
		s := delivery.SourceReport{ARN: each.ARN(), Enabled: each.State != types.ScheduleStateDisabled, Counts: counts[each.ARN()]}
		if s.Enabled && a.Due.Schedule != nil {
			s.NextDue = whenDue(a.Due.Schedule(each, now))
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
