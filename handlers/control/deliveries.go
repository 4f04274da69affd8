package control

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/eventbridgescheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Due tells when rules and schedules are due next, by the emulator's clock.
type Due struct {
	Rule     func(r *eventbridge.Rule, now time.Time) (due time.Time, ok bool)
	Schedule func(s *eventbridgescheduler.Schedule, now time.Time) (due time.Time, ok bool)
}

// Deliveries is the answer of GET /_emulator/deliveries: the rules of EventBridge and the schedules of EventBridge
// Scheduler of all accounts and regions, and what they have to bring to their targets.
type Deliveries struct {
	Rules     []DeliverySource `json:"rules"`
	Schedules []DeliverySource `json:"schedules"`
	// MissedEvents is how many events of services were gone before rules were asked.
	MissedEvents uint64            `json:"missedEvents"`
	Pending      []PendingDelivery `json:"pending"`
	DeadLetters  []DeadLetter      `json:"deadLetters"` // the newest, oldest first
}

// DeliverySource is a rule or a schedule. Its counts are since the emulator has begun.
type DeliverySource struct {
	ARN     string     `json:"arn"`
	Enabled bool       `json:"enabled"`
	NextDue *time.Time `json:"nextDue,omitempty"`
	delivery.Counts
}

// PendingDelivery is a call of a target that is to be made.
type PendingDelivery struct {
	ID        string    `json:"id"`
	Source    string    `json:"source"` // the ARN of the rule or schedule
	TargetARN string    `json:"targetArn"`
	MadeAt    time.Time `json:"madeAt"`
	NextAt    time.Time `json:"nextAt"`
	Failures  int       `json:"failures"`
	LastError string    `json:"lastError,omitempty"`
}

// DeadLetter is a delivery that was given up.
type DeadLetter struct {
	At         time.Time `json:"at"`
	ID         string    `json:"id"`
	Source     string    `json:"source"`
	TargetARN  string    `json:"targetArn"`
	Code       string    `json:"errorCode"`
	Message    string    `json:"errorMessage"`
	Retries    int       `json:"retries"`
	Exhausted  string    `json:"exhaustedRetryCondition,omitempty"`
	QueueARN   string    `json:"queueArn,omitempty"`
	QueueError string    `json:"queueError,omitempty"` // why the queue has not got it
	Body       string    `json:"body"`
}

// deliveries serves GET /_emulator/deliveries.
func (a *api) deliveries(w http.ResponseWriter, _ *http.Request) {
	tx, now, counts := a.Store.Read(), a.Clock.Now(), a.Delivered.All()
	all := Deliveries{
		Rules: a.ruleSources(tx, now, counts), Schedules: a.scheduleSources(tx, now, counts), MissedEvents: a.Delivered.AllMissed(),
		Pending: []PendingDelivery{}, DeadLetters: []DeadLetter{},
	}
	for _, d := range delivery.Pending(tx) {
		all.Pending = append(all.Pending, PendingDelivery{
			ID: d.ID, Source: d.Source, TargetARN: d.TargetARN, MadeAt: d.MadeAt, NextAt: d.NextAt, Failures: d.Attempts, LastError: d.LastError,
		})
	}
	for _, e := range delivery.DeadLetters(a.Store.Store) {
		l := e.Value
		all.DeadLetters = append(all.DeadLetters, DeadLetter{
			At: e.At, ID: l.ID, Source: l.Source, TargetARN: l.TargetARN, Code: l.Code, Message: l.Message, Retries: l.Retries,
			Exhausted: string(l.Exhausted), QueueARN: l.QueueARN, QueueError: l.QueueError, Body: l.Body,
		})
	}
	a.answer(w, http.StatusOK, all)
}

func (a *api) ruleSources(tx *state.Tx, now time.Time, counts map[string]delivery.Counts) []DeliverySource {
	list := []DeliverySource{}
	for _, r := range eventbridge.AllRules(tx) {
		s := DeliverySource{ARN: r.ARN(), Enabled: r.Enabled(), Counts: counts[r.ARN()]}
		if r.Enabled() && r.ScheduleExpression != "" && a.Due.Rule != nil {
			s.NextDue = whenDue(a.Due.Rule(r, now))
		}
		list = append(list, s)
	}
	return list
}

func (a *api) scheduleSources(tx *state.Tx, now time.Time, counts map[string]delivery.Counts) []DeliverySource {
	list := []DeliverySource{}
	for _, each := range eventbridgescheduler.AllSchedules(tx) {
		s := DeliverySource{ARN: each.ARN(), Enabled: each.State != types.ScheduleStateDisabled, Counts: counts[each.ARN()]}
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

// WatchDeliveries adds what rules and schedules bring to their targets.
func (m *Metrics) WatchDeliveries(c *delivery.Counters) {
	m.delivered = func(to *exposition) {
		counts := c.All()
		sources := slices.Sorted(maps.Keys(counts))
		for _, f := range []struct {
			name, help string
			of         func(delivery.Counts) uint64
		}{
			{"matched", "Deliveries that rules and schedules have made: one for each target.", func(c delivery.Counts) uint64 { return c.Matched }},
			{"sent", "Deliveries that their target has got.", func(c delivery.Counts) uint64 { return c.Sent }},
			{"retried", "Calls of targets that failed, and were to be made again.", func(c delivery.Counts) uint64 { return c.Retried }},
			{"failed", "Deliveries that were given up.", func(c delivery.Counts) uint64 { return c.Failed }},
			{"dead_letters", "Deliveries that were given up and went to a dead-letter queue.", func(c delivery.Counts) uint64 { return c.DeadLetters }},
		} {
			name := "ecs_emulator_deliveries_" + f.name + "_total"
			to.family("counter", name, f.help)
			for _, source := range sources {
				to.sample(name, f.of(counts[source]), "source", source)
			}
		}
		to.family("counter", "ecs_emulator_events_missed_total", "Events of services that were gone before rules of EventBridge were asked.")
		to.sample("ecs_emulator_events_missed_total", c.AllMissed())
		to.family("gauge", "ecs_emulator_deliveries_pending", "Calls of targets that are to be made.")
		to.sample("ecs_emulator_deliveries_pending", len(delivery.Pending(m.store.Read())))
	}
}
