package servicescaling

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const scaler = "AWSServiceRoleForApplicationAutoScaling_ECSService.AutoScaling-UpdateDesiredCapacity"

// An alarm has a service scaled out, as the linked role, and in again after the cool-down.
func TestAnAlarmScales(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(1, 5)
		p := w.tracking("cpu", 30, 1)
		w.alarm("cpu-high", p, 90, 90, 90)
		w.advance(10 * time.Second)
		w.shows("0s Setting desired count to 3. monitor alarm cpu-high in state ALARM triggered policy cpu: InProgress after -: " +
			"Successfully set desired count to 3. Waiting for change to be fulfilled by ecs.")
		w.advance(50 * time.Second)
		w.update(func(tx *store.Tx) { // at once: the first wants no more than there is, and the other no scale-out
			w.put(tx, "cpu-high", p.ARN(), w.fresh(60))
			w.put(tx, "cpu-low", p.ARN(), w.fresh(1))
		})
		w.advance(time.Minute)
		w.alarm("cpu-low", p, 1)
		w.advance(time.Hour)
		w.shows(
			"0s Setting desired count to 3. monitor alarm cpu-high in state ALARM triggered policy cpu: Successful after 30: Successfully set desired count to 3. Change successfully fulfilled by ecs.",
			"2m0s Setting desired count to 1. monitor alarm cpu-low in state ALARM triggered policy cpu: Successful after 30: Successfully set desired count to 1. Change successfully fulfilled by ecs.",
		)
		if want := []string{"shop web 3 " + scaler, "shop web 1 " + scaler}; !slices.Equal(w.calls, want) {
			t.Errorf("calls %q, want %q", w.calls, want)
		}
		const done = `Successfully executed action %s {"actionState":"Succeeded","stateUpdateTimestamp":%d,"notificationResource":"%[1]s","publishedMessage":null,"error":null,"muteWindowEndTimestamp":null}`
		if got, want := w.history("cpu-high")[0], fmt.Sprintf(done, p.ARN(), began.UnixMilli()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if left := cloudwatch.Actions(w.store.Read()); len(left) > 0 {
			t.Errorf("%d actions are left", len(left))
		}
	})
}

// What an alarm says must be fresh, and have data points. Source: recorded answers.
func TestSignals(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(1, 5)
		p := w.steps("step", 1)
		const none = "Failed to execute AutoScaling action: Metric data points must be provided"
		const unsafe = "Skipping autoscaling action: Scaling deemed unsafe: Error parsing monitor data for step: Monitor data may be null, have an outdated query timestamp, or contain parsing errors"
		at := func(after time.Duration) string { return w.clock.Now().Add(after).Format(time.RFC3339Nano) }
		w.advance(24 * time.Hour) // time.Now tells the bubble's time
		for _, c := range []struct{ policy, data, want string }{
			{p.ARN(), "", none},
			{p.ARN(), "[1]", none},
			{p.ARN(), `{"queryDate":"NOW"}`, none},
			{p.ARN(), `{"queryDate":"NOW","RecentDatapoints":[60]}`, none},
			{p.ARN(), `{"queryDate":"NOW","recentDatapoints":[]}`, none},
			{p.ARN(), `{"recentDatapoints":[60]}`, unsafe},
			{p.ARN(), `{"queryDate":"yesterday","recentDatapoints":[60]}`, unsafe},
			{p.ARN(), `{"queryDate":"OLD","recentDatapoints":[60]}`, unsafe},
			{p.ARN() + "x", `{"queryDate":"NOW","recentDatapoints":[60]}`, "Failed to execute AutoScaling action: No scaling policy found for " + p.ARN() + "x"},
			{"arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:id:autoScalingGroupName/g:policyName/p", `{}`, "Failed to execute AutoScaling action: No scaling policy found for"},
			{p.ARN(), `{"queryDate":"LATE","recentDatapoints":[60]}`, "Successfully executed action "},
			{p.ARN(), `{"queryDate":"REAL","recentDatapoints":[null,60]}`, "Successfully executed action "},
		} {
			w.ask("step", c.policy, strings.NewReplacer("NOW", at(0), "OLD", at(-time.Minute), "LATE", at(-6*time.Second),
				"REAL", time.Now().UTC().Format("2006-01-02T15:04:05.000+0000")).Replace(c.data))
			w.advance(time.Second)
			if got := w.history("step"); !strings.HasPrefix(got[len(got)-1], c.want) {
				t.Errorf("%s: %s, want %s", c.data, got[len(got)-1], c.want)
			}
		}
		if w.desired() != 2 {
			t.Errorf("the desired count is %d", w.desired())
		}
	})
}

// What an evaluation has found counts as it is: its text is for people.
func TestPointsOfAnEvaluation(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(1, 5)
		p := w.steps("step", 1)
		w.update(func(tx *store.Tx) {
			cloudwatch.PutAction(tx, &cloudwatch.Action{
				ARN: p.ARN(), Alarm: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:step", New: cwtypes.StateValueAlarm, Data: "in words", Points: []float64{60}, At: w.clock.Now(),
			})
		})
		w.advance(time.Second)
		if got := w.history("step"); !strings.HasPrefix(got[len(got)-1], "Successfully executed action ") || w.desired() != 2 {
			t.Errorf("%s, and the desired count is %d", got[len(got)-1], w.desired())
		}
	})
}

// The bounds of a target move a desired count that is outside of them, when they are given.
func TestBounds(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(2, 4)
		w.advance(time.Minute)
		w.scale(9) // a user does
		w.advance(time.Minute)
		if w.desired() != 9 {
			t.Error("a desired count outside of the bounds does not stay")
		}
		w.target(2, 4) // the same ones, given again
		w.advance(time.Minute)
		w.target(0, 0)
		w.advance(time.Minute)
		w.shows(
			"0s Setting desired count to 2. minimum capacity was set to 2: Successful after 30: Successfully set desired count to 2. Change successfully fulfilled by ecs.",
			"2m0s Setting desired count to 4. maximum capacity was set to 4: Successful after 30: Successfully set desired count to 4. Change successfully fulfilled by ecs.",
			"3m0s Setting desired count to 0. maximum capacity was set to 0: Successful after 30: Successfully set desired count to 0. Change successfully fulfilled by ecs.",
		)
	})
}

// A user overrides an activity that is under way, which a poll finds.
func TestOverridden(t *testing.T) {
	inBubble(t, 0, func(w *world) {
		w.starve = true
		w.target(1, 4)
		w.advance(24 * time.Hour)
		if next, ok := w.clock.Next(); ok {
			t.Errorf("a timer is due at %v, though nothing is to be found", next)
		}
		w.scale(2)
		w.advance(time.Minute)
		w.shows("0s Setting desired count to 1. minimum capacity was set to 1: Overridden after 86430: Successfully set desired count to 1. Found it was later changed to 2.")
	})
}

// What is known of an activity that waits for a poll is forgotten when another one overrides it.
func TestPollsAreForgotten(t *testing.T) {
	inBubble(t, 0, func(w *world) {
		for n := int32(1); n <= 3; n++ {
			w.target(n, 9)
			w.advance(10 * time.Second)
		}
		w.advance(time.Minute)
		if n := len(w.loop.polls); n > 0 {
			t.Errorf("%d polls are kept: %v", n, w.activities())
		}
	})
}

// Why nothing is scaled stands in the history once.
func TestNotScaled(t *testing.T) {
	inBubble(t, 2, func(w *world) {
		w.target(2, 2)
		out, in := w.steps("out", 1), w.steps("in", -1)
		for _, p := range []*applicationautoscaling.Policy{out, out, in, out} {
			w.alarm(p.Name, p, 60)
			w.advance(time.Minute)
		}
		const text = "%s Attempting to scale due to alarm triggered monitor alarm %s in state ALARM triggered policy %[2]s: Failed after -: %s"
		w.shows(fmt.Sprintf(text, "0s", "out", "AlreadyAtMaxCapacity"), fmt.Sprintf(text, "2m0s", "in", "AlreadyAtMinCapacity"), fmt.Sprintf(text, "3m0s", "out", "AlreadyAtMaxCapacity"))
	})
}

// A refusal ends the activity; after a fault it goes on.
func TestRefusals(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.answer = func(int) (int, string) {
			return http.StatusBadRequest, `{"__type":"InvalidParameterException","message":"No."}`
		}
		w.target(2, 4)
		w.advance(time.Minute)
		w.shows("0s Setting desired count to 2. minimum capacity was set to 2: Failed after 0: Failed to set desired count to 2. Reason: No.")
		w.answer = func(int) (int, string) { return http.StatusInternalServerError, `{"__type":"ServerException"}` }
		w.target(3, 4)
		w.advance(time.Second)
		w.mu.Lock()
		w.answer = nil
		w.mu.Unlock()
		time.Sleep(time.Minute) // of the bubble
		w.advance(time.Minute)
		if w.desired() != 3 {
			t.Errorf("the desired count is %d: %v", w.desired(), w.activities())
		}
		w.update(func(tx *store.Tx) {
			s := state.FindService(tx, service).Clone()
			s.DeletedAt = w.clock.Now()
			state.PutService(tx, s)
		})
		w.target(4, 4)
		w.advance(time.Minute)
		if n := len(w.activities()); n != 2 {
			t.Errorf("%d activities: %v", n, w.activities())
		}
	})
}

// Scheduled actions change bounds at their times, in their zones, and not while they are suspended.
func TestScheduledActions(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(1, 1)
		put := func(a applicationautoscaling.ScheduledAction) {
			a.Of, a.Anchor = web, w.clock.Now()
			w.update(func(tx *store.Tx) { applicationautoscaling.ScheduledActions.Put(tx, &a) })
		}
		put(applicationautoscaling.ScheduledAction{Name: "once", Expression: "at(2026-11-20T12:30:00)", Min: aws.Int32(2), Max: aws.Int32(3)})
		put(applicationautoscaling.ScheduledAction{Name: "past", Expression: "at(2026-11-20T11:30:00)", Min: aws.Int32(9), Max: aws.Int32(9)})
		put(applicationautoscaling.ScheduledAction{Name: "wrong", Expression: "at(2026-11-20T12:40:00)", Min: aws.Int32(4)})
		put(applicationautoscaling.ScheduledAction{Name: "night", Expression: "cron(0 22 * * ? *)", Zone: aws.String("Europe/Berlin"), Max: aws.Int32(2)})
		w.advance(24 * time.Hour)
		w.shows(
			"30m0s Setting min capacity to 2 and max capacity to 3 scheduled action name once was triggered: Successful after 0: Successfully set min capacity to 2 and max capacity to 3",
			"30m0s Setting desired count to 2. minimum capacity was set to 2: Successful after 30: Successfully set desired count to 2. Change successfully fulfilled by ecs.",
			"40m0s Setting min capacity to 4 scheduled action name wrong was triggered: Failed after 0: Failed to set min capacity to 4. Reason: Maximum capacity cannot be less than minimum capacity",
			"9h0m0s Setting max capacity to 2 scheduled action name night was triggered: Successful after 0: Successfully set max capacity to 2",
		)
		suspended := *applicationautoscaling.FindTarget(w.store.Read(), web)
		suspended.Suspended.Scheduled = true
		w.update(func(tx *store.Tx) { applicationautoscaling.Targets.Put(tx, &suspended) })
		put(applicationautoscaling.ScheduledAction{Name: "unseen", Expression: "at(2026-11-21T12:30:00)", Min: aws.Int32(0)})
		w.advance(time.Hour)
		resumed := *applicationautoscaling.FindTarget(w.store.Read(), web)
		resumed.Suspended.Scheduled = false
		w.update(func(tx *store.Tx) { applicationautoscaling.Targets.Put(tx, &resumed) })
		w.advance(time.Hour)
		if n := len(w.activities()); n != 4 || resumed.Min != 2 {
			t.Errorf("%d activities: %v", n, w.activities())
		}
	})
}

// A recurring action is acted on at its time, though ECS does not answer then: it would be missed later.
func TestScheduledActionsDoNotWaitForECS(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.answer = func(int) (int, string) { return http.StatusInternalServerError, `{"__type":"ServerException"}` }
		w.target(2, 4)
		w.update(func(tx *store.Tx) {
			applicationautoscaling.ScheduledActions.Put(tx, &applicationautoscaling.ScheduledAction{
				Name: "half past", Of: web, Anchor: w.clock.Now(), Expression: "cron(30 * * * ? *)", Min: aws.Int32(3), Max: aws.Int32(6),
			})
		})
		w.advance(40 * time.Minute)
		if got := applicationautoscaling.FindTarget(w.store.Read(), web); got.Min != 3 || got.Max != 6 {
			t.Errorf("the bounds are %d and %d", got.Min, got.Max)
		}
		w.mu.Lock()
		w.answer = nil
		w.mu.Unlock()
		time.Sleep(time.Minute) // of the bubble
		w.advance(10 * time.Minute)
		if w.desired() != 3 {
			t.Errorf("the desired count is %d: %v", w.desired(), w.activities())
		}
	})
}

// The times of a recurring action: its start, what its expression says after that, and nothing after its end.
func TestTimesOfRecurringActions(t *testing.T) {
	at := func(hours float64) *time.Time {
		return aws.Time(began.Add(time.Duration(hours * float64(time.Hour))))
	}
	for _, c := range []struct {
		expression string
		start, end *time.Time
		want       string
	}{
		{"rate(1 hour)", nil, nil, "[1h0m0s 2h0m0s 3h0m0s]"},
		{"rate(1 hour)", at(0.5), nil, "[30m0s 1h30m0s 2h30m0s]"},
		{"rate(1 hour)", at(0.5), at(1.5), "[30m0s 1h30m0s]"},
		{"cron(0 * * * ? *)", at(1.5), nil, "[1h30m0s 2h0m0s 3h0m0s]"},
		{"cron(0 * * * ? *)", at(1), nil, "[1h0m0s 2h0m0s 3h0m0s]"},
		{"cron(0 * * * ? *)", nil, at(2), "[1h0m0s 2h0m0s]"},
		{"cron(0 * * * ? *)", at(-5), at(1), "[1h0m0s]"},
		{"cron(0 * * * ? *)", at(3), at(2), "[]"},
		{"nonsense", nil, nil, "[]"},
	} {
		a := &applicationautoscaling.ScheduledAction{Expression: c.expression, Start: c.start, End: c.end, Anchor: began}
		due := []time.Duration{}
		for range 3 {
			next, ok := nextDue(a, a.Anchor.Add(-time.Minute))
			if !ok {
				break
			}
			due, a.LastDue = append(due, next.Sub(began)), next
		}
		if got := fmt.Sprint(due); got != c.want {
			t.Errorf("%s from %v to %v: %s, want %s", c.expression, c.start, c.end, got, c.want)
		}
	}
}

// Bounds in Berlin change at the same time of day before and after its clocks are put forward and back.
func TestScheduledActionsWhileClocksChange(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(1, 4)
		for name, hour := range map[string]int32{"day": 2, "night": 1} {
			w.update(func(tx *store.Tx) {
				applicationautoscaling.ScheduledActions.Put(tx, &applicationautoscaling.ScheduledAction{
					Of: web, Name: name, Expression: fmt.Sprintf("cron(30 %d * * ? *)", hour), Zone: aws.String("Europe/Berlin"), Anchor: w.clock.Now(), Min: aws.Int32(hour),
				})
			})
		}
		times := func(day time.Time) (list []string) {
			w.advance(day.Add(48 * time.Hour).Sub(w.clock.Now()))
			for _, a := range applicationautoscaling.Activities(w.store.Read(), web.Scope, web.Namespace) {
				if a.Change == nil && a.StartedAt.After(day) {
					list = append(list, a.StartedAt.Format("02 15:04"))
				}
			}
			return list
		}
		// Half past one, and half past two, which clocks skip on the 28th.
		if got, want := fmt.Sprint(times(time.Date(2027, 3, 27, 0, 0, 0, 0, time.UTC))), "[27 00:30 27 01:30 28 00:30 28 23:30]"; got != want {
			t.Errorf("in March at %s, want %s", got, want)
		}
		// They show it twice on the 31st.
		if got, want := fmt.Sprint(times(time.Date(2027, 10, 30, 0, 0, 0, 0, time.UTC))), "[30 00:30 30 23:30 31 00:30]"; got != want {
			t.Errorf("in October at %s, want %s", got, want)
		}
	})
}
