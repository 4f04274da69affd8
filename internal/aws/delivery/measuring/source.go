// Package measuring tells the metrics of EventBridge and EventBridge Scheduler: what deliveries have come to.
package measuring

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Namespaces of the metrics.
const (
	Events    = "AWS/Events"
	Scheduler = "AWS/Scheduler"
)

type Source struct {
	Counters *delivery.Counters

	last map[string]delivery.Counts // as they were told, by rule or schedule
}

var _ collection.Source = (*Source)(nil)

// Collect implements collection.Source: what was counted since the call before.
func (s *Source) Collect(_ context.Context, w collection.Window) (data []metric.Datum) {
	all := s.Counters.All()
	for source, of := range all {
		t := teller{Window: w, source: source}
		if now := since(s.last[source], of); now != (delivery.Counts{}) {
			t.tell(now)
		}
		data = append(data, t.data...)
	}
	s.last = all
	return data
}

// since is what counts have grown by. They begin anew after a reset.
func since(before, now delivery.Counts) delivery.Counts {
	if now.Matched < before.Matched || now.Sent < before.Sent || now.Retried < before.Retried || now.Failed < before.Failed {
		return now
	}
	return delivery.Counts{
		Matched: now.Matched - before.Matched, Sent: now.Sent - before.Sent, Retried: now.Retried - before.Retried,
		Failed: now.Failed - before.Failed, DeadLetters: now.DeadLetters - before.DeadLetters, Events: now.Events - before.Events,
		LettersLost: now.LettersLost - before.LettersLost,
	}
}

// teller makes the data of a rule or a schedule.
type teller struct {
	collection.Window
	source string
	data   []metric.Datum
}

func (t *teller) tell(c delivery.Counts) {
	scope := arn.ScopeOf(t.source)
	attempts := c.Sent + c.Retried + c.Failed
	if _, schedule, is := strings.Cut(t.source, ":schedule/"); is {
		// Source: EventBridge Scheduler user guide, monitoring; the unit: recorded answers.
		group, _, _ := strings.Cut(schedule, "/")
		t.add(scope, Scheduler, types.StandardUnitNone, 1, map[string]uint64{
			"InvocationAttemptCount": attempts, "TargetErrorCount": c.Retried + c.Failed, "InvocationDroppedCount": c.Failed,
			"InvocationsSentToDeadLetterCount": c.DeadLetters,
		}, "ScheduleGroup", group)
		return
	}
	if !strings.Contains(t.source, ":rule/") {
		return // an alarm or a stack
	}
	dimensions := ruleDimensions(t.source)
	// The least of each is 1 of some and 0 of others. Source: recorded answers.
	t.add(scope, Events, types.StandardUnitCount, 1, map[string]uint64{
		"MatchedEvents": c.Events, "InvocationAttempts": attempts, "SuccessfulInvocationAttempts": c.Sent, "RetryInvocationAttempts": c.Retried,
	}, dimensions...)
	t.add(scope, Events, types.StandardUnitCount, 0, map[string]uint64{
		"TriggeredRules": c.Events, "Invocations": c.Sent + c.Failed, "FailedInvocations": c.Failed, "InvocationsSentToDlq": c.DeadLetters,
		"InvocationsFailedToBeSentToDlq": c.LettersLost,
	}, dimensions...)
}

// ruleDimensions are the dimensions of a rule: its bus is one of them unless it is the default one. Source: for buses of one's own
// recorded answers, for the default bus EventBridge user guide, monitoring.
func ruleDimensions(ruleARN string) []string {
	_, rule, _ := strings.Cut(ruleARN, ":rule/")
	bus, name, other := strings.Cut(rule, "/")
	if !other {
		return []string{"RuleName", rule}
	}
	return []string{"EventBusName", bus, "RuleName", name}
}

func (t *teller) add(scope arn.Scope, namespace string, unit types.StandardUnit, least float64, counts map[string]uint64, dimensions ...string) {
	for name, n := range counts {
		if n > 0 {
			t.data = append(t.data, metric.Datum{
				ID: metric.New(scope, namespace, name, dimensions...), Unit: unit, At: t.Minute(),
				Set: metric.Set{Count: float64(n), Sum: float64(n), Min: least, Max: 1},
			})
		}
	}
}
