package timetable

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// world is a store, and a clock that only moves by Advance.
type world struct {
	*testing.T
	store    *store.Store
	clock    *clock.Clock
	counters delivery.Counters
	events   []string // of rules
	stop     func()
}

func inBubble(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, store: s, clock: clock.New(clock.Options{Start: made})}
		w.must(w.clock.SetSpeed(0))
		w.start()
		test(w)
		w.stop()
		w.clock.Close()
		w.must(s.Close())
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) start() {
	c := New(Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Counters: &w.counters,
		Route: func(_ *store.Tx, own *eventbridge.Rule, event string) error {
			w.events = append(w.events, own.Name+" "+event)
			return nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.Errorf("the controller ends with %v", err)
		}
	}
	w.clock.SetQuiet(c.Idle)
}

func (w *world) put(rows ...*eventbridgescheduler.Schedule) {
	w.Helper()
	w.must(w.store.Update(func(tx *store.Tx) error {
		for _, s := range rows {
			s.Scope = scope
			eventbridgescheduler.Schedules.Put(tx, s)
		}
		return nil
	}))
}

// dues are the deliveries that there are, by name and the time since the beginning. Schedules that are due at the same time
// are acted on side by side, so those stand in order of their names.
func (w *world) dues() string {
	var list []string
	at, same := time.Time{}, 0 // since which delivery the time is the same
	for i, d := range delivery.Pending(w.store.Read()) {
		if !d.DueAt.Equal(at) {
			at, same = d.DueAt, i
		}
		list = append(list, fmt.Sprint(d.Name, " ", d.DueAt.Sub(made)))
		slices.Sort(list[same:])
		if !d.MadeAt.Equal(d.DueAt) {
			w.Errorf("%s is due at %v, and called at %v", d.Name, d.DueAt, d.MadeAt)
		}
	}
	return fmt.Sprint(list)
}

// Each due time is acted on once and in order, also over a restart, and what is over goes if it is to.
func TestSchedulesAreDue(t *testing.T) {
	inBubble(t, func(w *world) {
		named := func(name string) func(*eventbridgescheduler.Schedule) {
			return func(s *eventbridgescheduler.Schedule) { s.Name = name }
		}
		goes := func(s *eventbridgescheduler.Schedule) { s.ActionAfterCompletion = types.ActionAfterCompletionDelete }
		w.put(
			schedule("rate(20 minutes)", named("rate")), schedule("at(2026-11-20T12:30:00)", named("once")), schedule("at(2026-11-20T12:30:00)", named("gone"), goes),
			schedule("rate(25 minutes)", named("twice"), goes, func(s *eventbridgescheduler.Schedule) { s.End = aws.Time(made.Add(30 * time.Minute)) }),
			schedule("rate(1 minute)", named("never"), func(s *eventbridgescheduler.Schedule) { s.State = types.ScheduleStateDisabled }),
		)
		w.must(w.clock.Advance(context.Background(), 45*time.Minute))
		w.stop()
		w.start()
		w.must(w.clock.Advance(context.Background(), 5*time.Minute))
		if got, want := w.dues(), "[rate 0s twice 0s rate 20m0s twice 25m0s gone 30m0s once 30m0s rate 40m0s]"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		var left []string
		for _, s := range eventbridgescheduler.Schedules.All(w.store.Read()) {
			left = append(left, s.Name)
		}
		if fmt.Sprint(left) != "[never once rate]" {
			t.Error(left)
		}
		if counts := w.counters.AllMatched(); counts[schedule("", named("rate"), func(s *eventbridgescheduler.Schedule) { s.Scope = scope }).ARN()] != 3 {
			t.Error(counts)
		}
	})
}

// A fast clock is past the last due times before they are acted on. A schedule that goes with its last one has them first.
func TestSchedulesThatGoOnAFastClock(t *testing.T) {
	inBubble(t, func(w *world) {
		w.stop()
		w.put(schedule("rate(1 minute)", func(s *eventbridgescheduler.Schedule) {
			s.ActionAfterCompletion, s.End = types.ActionAfterCompletionDelete, aws.Time(made.Add(3*time.Minute))
		}))
		w.must(w.clock.SetSpeed(1000))
		time.Sleep(time.Second) // of the bubble
		w.start()
		synctest.Wait()
		if n := len(delivery.Pending(w.store.Read())); n != 4 {
			t.Errorf("it was due %d times, want 4", n)
		}
		if left := eventbridgescheduler.Schedules.All(w.store.Read()); len(left) > 0 {
			t.Errorf("%d schedules are left", len(left))
		}
	})
}

// An update moves the times at once, and a schedule that goes is not due any more.
func TestSchedulesThatChange(t *testing.T) {
	inBubble(t, func(w *world) {
		s := schedule("rate(1 hour)")
		w.put(s)
		w.must(w.clock.Advance(context.Background(), 10*time.Minute))
		w.put(schedule("at(2026-11-20T12:15:00)", func(s *eventbridgescheduler.Schedule) { s.LastDue, s.Anchor = made, w.clock.Now() }))
		w.must(w.clock.Advance(context.Background(), 2*time.Hour))
		w.must(w.store.Update(func(tx *store.Tx) error {
			eventbridgescheduler.Schedules.Delete(tx, s)
			return nil
		}))
		w.must(w.clock.Advance(context.Background(), 2*time.Hour))
		if got, want := w.dues(), "[s 0s s 15m0s]"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// A rule tells its bus each time it is due, and nothing is written between these times.
func TestRulesAreDue(t *testing.T) {
	inBubble(t, func(w *world) {
		rule := &eventbridge.Rule{Scope: scope, Bus: "default", Name: "night", ScheduleExpression: "cron(0 3 * * ? *)", State: "ENABLED", Anchor: made}
		w.must(w.store.Update(func(tx *store.Tx) error { eventbridge.PutRule(tx, rule); return nil }))
		w.must(w.clock.Advance(context.Background(), time.Hour))
		woken := w.store.Woken()
		w.must(w.clock.Advance(context.Background(), 13*time.Hour))
		if w.store.Woken() != woken || len(w.events) > 0 {
			t.Errorf("something happens before it is due: %q", w.events)
		}
		w.must(w.clock.Advance(context.Background(), 30*time.Hour))
		if len(w.events) != 2 {
			t.Fatalf("%q", w.events)
		}
		const want = `"detail-type":"Scheduled Event","source":"aws.events","account":"000000000000","time":"2026-11-21T03:00:00Z","region":"us-east-1",` +
			`"resources":["arn:aws:events:us-east-1:000000000000:rule/night"],"detail":{}}`
		if got := w.events[0]; got[:len(`night {"version":"0","id":"`)] != `night {"version":"0","id":"` || got[len(got)-len(want):] != want {
			t.Errorf("%s", got)
		}
	})
}

// A delivery has all that the call needs.
func TestDeliveryOfASchedule(t *testing.T) {
	s := schedule("rate(1 hour)", func(s *eventbridgescheduler.Schedule) {
		s.Scope = scope
		s.Target = types.Target{
			Arn: aws.String("target"), RoleArn: aws.String("role"), Input: aws.String(`{"at":"<aws.scheduler.scheduled-time>","n":<aws.scheduler.attempt-number>}`),
			RetryPolicy:      &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(0), MaximumEventAgeInSeconds: aws.Int32(60)},
			DeadLetterConfig: &types.DeadLetterConfig{Arn: aws.String("dead")}, SqsParameters: &types.SqsParameters{MessageGroupId: aws.String("group")},
			EventBridgeParameters: &types.EventBridgeParameters{DetailType: aws.String("kind"), Source: aws.String("shop")},
			EcsParameters: &types.EcsParameters{
				TaskDefinitionArn: aws.String("def"), EnableECSManagedTags: aws.Bool(true), LaunchType: types.LaunchTypeFargate, TaskCount: aws.Int32(2),
				CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("p"), Base: 1}},
				NetworkConfiguration:     &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"s"}, AssignPublicIp: types.AssignPublicIpEnabled}},
				PlacementConstraints:     []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("e")}},
				PlacementStrategy:        []types.PlacementStrategy{{Type: types.PlacementStrategyTypeSpread, Field: aws.String("f")}},
				Tags:                     []map[string]string{{"key": "k", "value": "v"}},
			},
		}
	})
	d := deliveryOf(s, made, made.Add(time.Minute))
	if d.Body != `{"at":"2026-11-20T12:00:00Z","n":<aws.scheduler.attempt-number>}` || d.TargetARN != "target" || d.RoleARN != "role" || !d.FromSchedule ||
		d.DeadLetterARN != "dead" || d.MessageGroupID != "group" || d.DetailType != "kind" || d.EventSource != "shop" || d.MaxAttempts != 0 || d.MaxAge != time.Minute ||
		!d.DueAt.Equal(made) || !d.MadeAt.Equal(made.Add(time.Minute)) || !d.NextAt.Equal(d.MadeAt) || d.Name != "s" || d.Source != s.ARN() {
		t.Errorf("%+v", d)
	}
	e := d.ECS
	if *e.TaskDefinitionArn != "def" || !e.EnableECSManagedTags || e.LaunchType != "FARGATE" || *e.TaskCount != 2 || *e.CapacityProviderStrategy[0].CapacityProvider != "p" ||
		e.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp != "ENABLED" || *e.PlacementConstraints[0].Expression != "e" || *e.PlacementStrategy[0].Field != "f" ||
		*e.Tags[0].Key != "k" || *e.Tags[0].Value != "v" {
		t.Errorf("%+v", e)
	}
}
