package routing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// world is a store with rules, and a router.
type world struct {
	testing.TB
	*store.Store
	router *routing.Router
}

func newWorld(t testing.TB) *world {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.New(clock.Options{})
	t.Cleanup(c.Close)
	return &world{t, s, &routing.Router{Clock: c, Counters: &delivery.Counters{}}}
}

func (w *world) update(fn func(tx *store.Tx)) {
	w.Helper()
	if err := w.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// rule puts a rule of the default bus with a queue as a target.
func (w *world) rule(name, pattern string, change ...func(*eventbridge.Rule, *types.Target)) {
	w.Helper()
	r := &eventbridge.Rule{Scope: scope, Bus: "default", Name: name, EventPattern: pattern}
	t := types.Target{Id: aws.String("one"), Arn: aws.String("arn:aws:sqs:us-east-1:123456789012:" + name)}
	for _, c := range change {
		c(r, &t)
	}
	w.update(func(tx *store.Tx) {
		eventbridge.PutRule(tx, r)
		eventbridge.PutTarget(tx, &eventbridge.Target{Scope: scope, Bus: r.Bus, Rule: name, Target: t})
	})
}

// event is one of a task.
func event(source, detailType, group string) string {
	return fmt.Sprintf(`{"version":"0","id":"1","detail-type":%q,"source":%q,"account":"123456789012","time":"2026-01-02T03:04:05Z",`+
		`"region":"us-east-1","resources":["task/%s","other"],"detail":{"group":%q}}`, detailType, source, group, group)
}

// routes wants an event to reach the rules with these names, and drops the deliveries.
func (w *world) routes(e routing.Event, want ...string) []*delivery.Delivery {
	w.Helper()
	e.Scope = scope
	if e.Bus == "" {
		e.Bus = "default"
	}
	var made []*delivery.Delivery
	w.update(func(tx *store.Tx) {
		if err := w.router.Route(tx, e); err != nil {
			w.Error(err)
		}
	})
	w.update(func(tx *store.Tx) {
		made = delivery.Pending(tx)
		for _, d := range made {
			delivery.Delete(tx, d)
		}
	})
	var names []string
	for _, d := range made {
		names = append(names, d.Name)
	}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		w.Errorf("%s reaches %v, want %v", e.JSON, names, want)
	}
	return made
}

const taskChange = "ECS Task State Change"

func TestRulesGetTheEventsTheyWant(t *testing.T) {
	w := newWorld(t)
	w.routes(routing.Event{JSON: event("aws.ecs", taskChange, "web")})
	w.rule("b-source", `{"source":["aws.ecs","shop"]}`)
	w.rule("a-both", `{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"group":["web"]}}`)
	w.rule("c-type", `{"detail-type":["ECS Task State Change"]}`)
	w.rule("d-any", `{"source":[{"prefix":"aws."}]}`)
	w.rule("e-or", `{"$or":[{"source":["shop"]},{"detail":{"group":["db"]}}]}`)
	w.rule("f-or", `{"$or":[{"source":["shop"]},{"source":["other"]}]}`)
	w.rule("off", `{"source":["aws.ecs"]}`, func(r *eventbridge.Rule, _ *types.Target) { r.State = types.RuleStateDisabled })
	w.rule("schedule", "", func(r *eventbridge.Rule, _ *types.Target) { r.ScheduleExpression = "rate(1 day)" })

	w.routes(routing.Event{JSON: event("aws.ecs", taskChange, "web")}, "a-both", "b-source", "c-type", "d-any")
	w.routes(routing.Event{JSON: event("aws.ecs", taskChange, "db")}, "b-source", "c-type", "d-any", "e-or")
	w.routes(routing.Event{JSON: event("shop", "Order", "x")}, "b-source", "e-or", "f-or")
	w.routes(routing.Event{JSON: event("none", "Order", "x")})
	w.routes(routing.Event{JSON: event("shop", "Order", "x"), Bus: "missing"})
	w.rule("f-or", `{"source":["none"]}`) // what is compiled is not that of before
	w.routes(routing.Event{JSON: event("none", "Order", "x")}, "f-or")
	for _, c := range []struct {
		source, detailType string
		want               bool
	}{{"none", "Order", true}, {"nothing", taskChange, true}} {
		if got := w.router.Wants(w.Read(), scope, "default", c.source, c.detailType); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
	if w.router.Wants(w.Read(), arn.Scope{Region: "eu-west-1", Account: "123456789012"}, "default", "aws.ecs", taskChange) {
		t.Error("a region without rules wants events")
	}
	if got := w.router.Counters.All()["arn:aws:events:us-east-1:123456789012:rule/e-or"].Matched; got != 2 {
		t.Errorf("e-or has matched %d times", got)
	}
}

func TestWantsNothingThatNoRuleNames(t *testing.T) {
	w := newWorld(t)
	w.rule("a", `{"source":["aws.ecs"],"detail-type":["ECS Task State Change"]}`)
	for wanted, want := range map[[2]string]bool{
		{"aws.ecs", taskChange}: true, {"aws.ecs", "ECS Service Action"}: false, {"aws.ec2", taskChange}: false,
	} {
		if got := w.router.Wants(w.Read(), scope, "default", wanted[0], wanted[1]); got != want {
			t.Errorf("%v: %v", wanted, got)
		}
	}
}

// A Scheduled Event is for the targets of its own rule once, and for other rules that match it.
func TestScheduledEvents(t *testing.T) {
	w := newWorld(t)
	scheduled := `{"source":["aws.events"]}`
	w.rule("b-own", "")
	w.rule("c-both", scheduled)
	w.rule("d-never", `{"source":["shop"]}`)
	e := routing.Event{JSON: event("aws.events", "Scheduled Event", "x")}
	own := func(name string) *eventbridge.Rule { return eventbridge.FindRule(w.Read(), scope, "default", name) }
	e.Rule = own("b-own")
	w.routes(e, "b-own", "c-both")
	e.Rule = own("c-both")
	w.routes(e, "c-both")
	e.Rule = own("d-never")
	w.routes(e, "c-both", "d-never")
}

func TestRulesGetNoEventFromBeforeThem(t *testing.T) {
	w := newWorld(t)
	w.rule("since-7", `{"source":["s"]}`, func(r *eventbridge.Rule, _ *types.Target) { r.Since = 7 })
	w.routes(routing.Event{JSON: event("s", "d", "x"), Sequence: 7})
	w.routes(routing.Event{JSON: event("s", "d", "x"), Sequence: 8}, "since-7")
	w.routes(routing.Event{JSON: event("s", "d", "x")}, "since-7")
}

func TestWhatADeliveryHas(t *testing.T) {
	w := newWorld(t)
	w.rule("full", `{"source":["s"]}`, func(_ *eventbridge.Rule, t *types.Target) {
		t.RoleArn, t.Input = aws.String("role"), aws.String(`{"a":1}`)
		t.DeadLetterConfig = &types.DeadLetterConfig{Arn: aws.String("dead")}
		t.RetryPolicy = &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(0), MaximumEventAgeInSeconds: aws.Int32(60)}
		t.SqsParameters = &types.SqsParameters{MessageGroupId: aws.String("g")}
	})
	w.rule("invalid", `{"source":["s"]}`, func(_ *eventbridge.Rule, t *types.Target) {
		t.InputTransformer = &types.InputTransformer{InputTemplate: aws.String(`{"x":"<d>"}`), InputPathsMap: map[string]string{"d": "$.detail"}}
	})
	w.rule("plain", `{"source":["s"]}`, func(r *eventbridge.Rule, _ *types.Target) { r.RoleARN = aws.String("of the rule") })
	body := event("s", "d", "x")
	made := w.routes(routing.Event{JSON: body, Passed: delivery.Passed{Within: true}}, "full", "invalid", "plain")
	full, invalid, plain := made[0], made[1], made[2]
	if full.RoleARN != "role" || full.Body != `{"a":1}` || full.DeadLetterARN != "dead" || full.MaxAttempts != 0 ||
		full.MaxAge != time.Minute || full.MessageGroupID != "g" || full.Resource != "task/x" || full.Passed != (delivery.Passed{Within: true}) || full.MadeAt.IsZero() {
		t.Errorf("%+v", full)
	}
	if !invalid.Invalid || invalid.Body != `{"x":"{"group":"x"}"}` {
		t.Errorf("%+v", invalid)
	}
	if plain.Body != body || plain.RoleARN != "of the rule" || plain.MaxAttempts != 185 || plain.MaxAge != 24*time.Hour || plain.Invalid {
		t.Errorf("%+v", plain)
	}
	if full.ID == plain.ID || full.Number != 1 || plain.Number != 3 {
		t.Errorf("ids %s, %s; numbers %d, %d", full.ID, plain.ID, full.Number, plain.Number)
	}
}

func TestAnEventThatIsNoObjectReachesNothing(t *testing.T) {
	w := newWorld(t)
	w.rule("a", `{"source":["s"]}`)
	w.update(func(tx *store.Tx) {
		if err := w.router.Route(tx, routing.Event{Scope: scope, Bus: "default", JSON: "[]"}); err == nil || !strings.Contains(err.Error(), "object") {
			t.Error(err)
		}
	})
}
