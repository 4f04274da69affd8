package measuring

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

var minute = time.Date(2026, 9, 22, 18, 48, 0, 0, time.UTC)

const (
	rule     = "arn:aws:events:us-east-1:123456789012:rule/shop/orders"
	ordinary = "arn:aws:events:us-east-1:123456789012:rule/nightly"
	schedule = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly"
)

// told are the data of a collection, in the middle of a minute.
func told(t *testing.T, s *Source) (all []string) {
	t.Helper()
	for _, d := range s.Collect(t.Context(), collection.Window{From: minute.Add(20 * time.Second), To: minute.Add(time.Minute)}) {
		if !d.At.Equal(minute) || d.Scope.Account != "123456789012" || d.Scope.Region != "us-east-1" {
			t.Errorf("got %+v", d)
		}
		name := d.Namespace + " " + d.Name
		for _, of := range d.Dimensions {
			name += " " + of.Value
		}
		all = append(all, fmt.Sprintf("%s %v/%v %v..%v %s", name, d.Set.Sum, d.Set.Count, d.Set.Min, d.Set.Max, d.Unit))
	}
	slices.Sort(all)
	return all
}

func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestMetricsOfDeliveries(t *testing.T) {
	var c delivery.Counters
	s := &Source{Counters: &c}
	wants(t, told(t, s))

	c.Event(rule) // one event for two targets, of which one fails for good after a retry
	c.Matched(rule)
	c.Matched(rule)
	c.Sent(rule)
	c.Retried(rule)
	wants(t, told(t, s),
		"AWS/Events InvocationAttempts shop orders 2/2 1..1 Count", "AWS/Events Invocations shop orders 1/1 0..1 Count",
		"AWS/Events MatchedEvents shop orders 1/1 1..1 Count", "AWS/Events RetryInvocationAttempts shop orders 1/1 1..1 Count",
		"AWS/Events SuccessfulInvocationAttempts shop orders 1/1 1..1 Count", "AWS/Events TriggeredRules shop orders 1/1 0..1 Count")
	wants(t, told(t, s))

	c.Failed(rule, true)
	c.LetterLost(ordinary)
	wants(t, told(t, s),
		"AWS/Events FailedInvocations shop orders 1/1 0..1 Count", "AWS/Events InvocationAttempts shop orders 1/1 1..1 Count",
		"AWS/Events Invocations shop orders 1/1 0..1 Count", "AWS/Events InvocationsFailedToBeSentToDlq nightly 1/1 0..1 Count",
		"AWS/Events InvocationsSentToDlq shop orders 1/1 0..1 Count")

	c.Matched(schedule)
	c.Retried(schedule)
	c.Sent(schedule)
	wants(t, told(t, s), "AWS/Scheduler InvocationAttemptCount default 2/2 1..1 None", "AWS/Scheduler TargetErrorCount default 1/1 1..1 None")

	c.Sent("arn:aws:cloudwatch:us-east-1:123456789012:alarm:busy")
	wants(t, told(t, s))

	c.Reset()
	c.Sent(schedule)
	wants(t, told(t, s), "AWS/Scheduler InvocationAttemptCount default 1/1 1..1 None")
}
