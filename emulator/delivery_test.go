package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

// eventTarget is the ARN of what a test has stand for a target, in this process.
const eventTarget = "arn:aws:sqs:us-east-1:000000000000:seen"

// seen is what a target has got, by the ids of events.
type seen struct {
	mu sync.Mutex
	of map[string]int
}

func (s *seen) take(_ context.Context, body []byte) error {
	var event struct{ ID string }
	if err := json.Unmarshal(body, &event); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[string]int{}
	}
	s.of[event.ID]++
	return nil
}

// times is how many events have come, and how often in all.
func (s *seen) times() (events, all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.of {
		all += n
	}
	return len(s.of), all
}

func (w *world) eventBridge() *eventbridge.Client { return eventbridge.NewFromConfig(w.srv.Config()) }

// rule puts a rule of the default bus with a target.
func (w *world) rule(name, pattern string, t ebtypes.Target) {
	w.Helper()
	_, err := w.eventBridge().PutRule(w.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern})
	w.must(err)
	t.Id = aws.String("target")
	out, err := w.eventBridge().PutTargets(w.Context(), &eventbridge.PutTargetsInput{Rule: &name, Targets: []ebtypes.Target{t}})
	w.must(err)
	if out.FailedEntryCount != 0 {
		w.Fatalf("%+v", out.FailedEntries)
	}
}

// deliveries is what /_emulator/deliveries tells.
func (w *world) deliveries() (all delivery.Report) {
	w.Helper()
	answer, err := http.Get(w.srv.URL() + "/_emulator/deliveries")
	w.must(err)
	defer answer.Body.Close()
	w.must(json.NewDecoder(answer.Body).Decode(&all))
	return all
}

// metric is a line of /metrics that begins so.
func (w *world) metric(begins string) string {
	w.Helper()
	answer, err := http.Get(w.srv.URL() + "/metrics")
	w.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, begins) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// A rule has the events of tasks reach a target, once each, with the bodies of the feed; a reset forgets it.
func TestARuleGetsTheEventsOfATask(t *testing.T) {
	t.Parallel()
	got := &seen{}
	w := start(t, emulator.Options{EventTargetFuncs: map[string]emulator.EventTargetFunc{eventTarget: got.take}})
	w.must(w.srv.Clock().SetSpeed(0))
	w.rule("tasks", `{"source":["aws.ecs"],"detail-type":["ECS Task State Change"]}`, ebtypes.Target{Arn: aws.String(eventTarget)})
	definition := w.register("web", "busybox", "true")
	_, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: &definition, Count: aws.Int32(3), LaunchType: "FARGATE", NetworkConfiguration: network()})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Hour))
	_, bodies := w.srv.KeptEvents()
	if events, all := got.times(); events < 15 || events != len(bodies) || all != events {
		t.Errorf("%d events came %d times, of %d", events, all, len(bodies))
	}
	d := w.deliveries()
	if len(d.Rules) != 1 || d.Rules[0].Sent != uint64(len(bodies)) || d.Rules[0].Matched != d.Rules[0].Sent || len(d.Pending) != 0 {
		t.Errorf("deliveries: %+v", d)
	}
	if got, want := w.metric("ecs_emulator_deliveries_sent_total"), fmt.Sprintf("ecs_emulator_deliveries_sent_total{source=%q} %d", d.Rules[0].ARN, len(bodies)); got != want {
		t.Errorf("the metric is %s, want %s", got, want)
	}
	w.must(w.srv.Reset())
	if d := w.deliveries(); len(d.Rules)+len(d.Pending)+len(d.DeadLetters) != 0 || w.metric("ecs_emulator_deliveries_sent_total{") != "" {
		t.Errorf("after a reset: %+v", d)
	}
}

// queues is an upstream that has SQS, and keeps the messages of all queues.
type queues struct {
	mu       sync.Mutex
	messages []queued
}

type queued struct {
	QueueURL          string `json:"QueueUrl"`
	MessageBody       string
	MessageAttributes map[string]struct{ StringValue string }
}

func (q *queues) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	switch r.Header.Get("X-Amz-Target") {
	case "AmazonSQS.GetQueueUrl":
		fmt.Fprintf(w, `{"QueueUrl":"http://%s/000000000000/dead"}`, r.Host)
	case "AmazonSQS.SendMessage":
		var m queued
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		q.mu.Lock()
		defer q.mu.Unlock()
		q.messages = append(q.messages, m)
		fmt.Fprint(w, `{"MessageId":"one"}`)
	default:
		http.Error(w, "{}", http.StatusBadRequest)
	}
}

// A target that fails is called again by the clock, and then its event goes to a queue of the upstream.
func TestAFailingTargetIsRetriedAndThenDeadLettered(t *testing.T) {
	t.Parallel()
	upstream := &queues{}
	server := httptest.NewServer(upstream)
	defer server.Close()
	calls := 0
	w := start(t, emulator.Options{
		Upstream: server.URL,
		EventTargetFuncs: map[string]emulator.EventTargetFunc{eventTarget: func(context.Context, []byte) error {
			calls++
			return errors.New("out of order")
		}},
	})
	w.must(w.srv.Clock().SetSpeed(0))
	w.rule("orders", `{"source":["shop"]}`, ebtypes.Target{
		Arn: aws.String(eventTarget), Input: aws.String(`{"order":1}`),
		RetryPolicy:      &ebtypes.RetryPolicy{MaximumRetryAttempts: aws.Int32(3)},
		DeadLetterConfig: &ebtypes.DeadLetterConfig{Arn: aws.String("arn:aws:sqs:us-east-1:000000000000:dead")},
	})
	out, err := w.eventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{
		{Source: aws.String("shop"), DetailType: aws.String("Order"), Detail: aws.String("{}")},
	}})
	w.must(err)
	if out.FailedEntryCount != 0 {
		t.Fatalf("%+v", out.Entries)
	}
	w.must(w.srv.Clock().Advance(time.Second))
	if d := w.deliveries(); len(d.Pending) != 1 || d.Pending[0].Failures != 2 || !strings.Contains(d.Pending[0].LastError, "out of order") {
		t.Errorf("pending: %+v", d.Pending)
	}
	w.must(w.srv.Clock().Advance(time.Minute))
	if calls != 4 || len(upstream.messages) != 1 {
		t.Fatalf("called %d times; the queue has %+v", calls, upstream.messages)
	}
	m := upstream.messages[0]
	attributes := map[string]string{}
	for name, a := range m.MessageAttributes {
		attributes[name] = a.StringValue
	}
	if m.MessageBody != `{"order":1}` || attributes["RETRY_ATTEMPTS"] != "3" || attributes["EXHAUSTED_RETRY_CONDITION"] != "MaximumRetryAttempts" ||
		attributes["RULE_ARN"] != "arn:aws:events:us-east-1:000000000000:rule/orders" || attributes["TARGET_ARN"] != eventTarget || !strings.Contains(attributes["ERROR_MESSAGE"], "out of order") {
		t.Errorf("the dead letter is %+v", m)
	}
	if d := w.deliveries(); len(d.DeadLetters) != 1 || d.Rules[0].DeadLetters != 1 || d.Rules[0].Retried != 3 || len(d.Pending) != 0 {
		t.Errorf("deliveries: %+v", d)
	}
}

// 10,000 events of tasks against 300 rules, of which 5 match: each of these gets all of them once.
func TestTenThousandEventsAgainstManyRules(t *testing.T) {
	t.Parallel()
	o := emulator.Options{EventTargetFuncs: map[string]emulator.EventTargetFunc{}}
	targets := map[string]*seen{}
	for i := range 5 {
		arn := fmt.Sprintf("%s-%d", eventTarget, i)
		targets[arn] = &seen{}
		o.EventTargetFuncs[arn] = targets[arn].take
	}
	w := start(t, o)
	for i := range 300 {
		group, arn := fmt.Sprintf("service:other-%d", i), fmt.Sprintf("%s-%d", eventTarget, i%5)
		if i < 5 {
			group = "family:web"
		}
		w.rule(fmt.Sprintf("rule-%d", i), fmt.Sprintf(`{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"group":[%q]}}`, group), ebtypes.Target{Arn: &arn})
	}
	definition := w.register("web", "busybox")
	for w.srv.NewestEvent() < 10_000 {
		out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
			TaskDefinition: &definition, Count: aws.Int32(10), LaunchType: "FARGATE", NetworkConfiguration: network(),
		})
		w.must(err)
		w.must(w.srv.Clock().Advance(time.Minute))
		for _, task := range out.Tasks {
			_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: task.TaskArn})
			w.must(err)
		}
	}
	w.must(w.srv.Clock().Advance(10 * time.Minute))
	want := int(w.srv.NewestEvent())
	for arn, got := range targets {
		if events, all := got.times(); events != want || all != want {
			t.Errorf("%s has got %d of %d events, %d times", arn, events, want, all)
		}
	}
}
