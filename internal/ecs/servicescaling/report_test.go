package servicescaling

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// What is reported says of each alarm what comes of it, and why nothing does.
func TestReport(t *testing.T) {
	inBubble(t, 3, func(w *world) {
		w.target(1, 5)
		w.tracking("cpu", 30, 10)
		w.values["cpu-high"] = []float64{90}
		memory := w.tracking("memory", 30)
		w.steps("lonely", 1)
		w.update(func(tx *store.Tx) {
			high, low := *cloudwatch.Alarms.Find(tx, scope, "cpu-high"), *cloudwatch.Alarms.Find(tx, scope, "cpu-low")
			high.State, high.ActionsEnabled, low.State, low.ActionsEnabled = "ALARM", true, "OK", true
			cloudwatch.Alarms.Put(tx, &high)
			cloudwatch.Alarms.Put(tx, &low)
			cloudwatch.Alarms.Delete(tx, cloudwatch.Alarms.Find(tx, scope, "memory-low"))
			applicationautoscaling.ScheduledActions.Put(tx, &applicationautoscaling.ScheduledAction{
				Of: web, Name: "noon", Expression: "cron(0 12 * * ? *)", Anchor: w.clock.Now(), Min: aws.Int32(2),
			})
		})
		w.alarm("cpu-high", memory, 31)
		w.advance(time.Minute)
		r := w.loop.Report().Targets[0]
		if r.Desired != 4 || r.Running != 4 || r.MinCapacity != 1 || r.MaxCapacity != 5 || r.Scheduled[0].NextDue == nil || len(r.Activities) != 1 {
			t.Errorf("%+v", r)
		}
		const cooling = "the cool-down of a scale-out lasts until 2026-11-20T12:05:30Z"
		if got := fmt.Sprint(r.Held); got != "["+cooling+"]" {
			t.Error(got)
		}
		var got []string
		for _, p := range r.Policies {
			for _, a := range p.Alarms {
				got = append(got, fmt.Sprint(a.Name, " ", a.Values, " wants ", aws.ToInt32(a.Wants), ": ", a.Held))
			}
		}
		const want = `["cpu-high [90] wants 5: ","cpu-low [10] wants 0: policy memory does not agree: its metric has no data",` +
			`"memory-high [] wants 0: the actions of the alarm are disabled","memory-low [] wants 0: the alarm was deleted"]`
		if text, err := json.Marshal(got); err != nil || string(text) != want {
			t.Errorf("got  %s\nwant %s", text, want)
		}
	})
}

// An alarm that stays in ALARM acts again only if something new comes of that.
func TestRepeats(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(1, 4)
		p := w.tracking("cpu", 30, 1)
		repeats := func(value float64) bool {
			tx := w.store.Read()
			return w.loop.Repeats(tx, cloudwatch.Alarms.Find(tx, scope, "cpu-high"), p.ARN(), []float64{value})
		}
		w.alarm("cpu-high", p, 60)
		w.advance(time.Second)
		if repeats(60) || !repeats(90) || repeats(1) {
			t.Error("an alarm repeats what is under way, or does not repeat what is more")
		}
		w.alarm("cpu-high", p, 120)
		w.advance(time.Second)
		if !repeats(120) {
			t.Error("that the maximum is reached is not said")
		}
		w.alarm("cpu-high", p, 120)
		w.advance(time.Second)
		if repeats(120) {
			t.Error("that the maximum is reached is said twice")
		}
	})
}

// A scale-in that a deployment has held is made when the deployment is over, as its alarm repeats.
func TestAScaleInWaitsForADeployment(t *testing.T) {
	inBubble(t, 3, func(w *world) {
		w.target(1, 4)
		p := w.tracking("cpu", 30, 1)
		deploy := func(state ecstypes.DeploymentRolloutState) {
			w.rollout(state)
			w.advance(time.Second)
		}
		repeats := func() bool {
			tx := w.store.Read()
			return w.loop.Repeats(tx, cloudwatch.Alarms.Find(tx, scope, "cpu-low"), p.ARN(), []float64{1})
		}
		deploy(ecstypes.DeploymentRolloutStateInProgress)
		w.alarm("cpu-low", p, 1)
		w.advance(time.Minute)
		if w.desired() != 3 || repeats() {
			t.Errorf("the desired count is %d during a deployment", w.desired())
		}
		deploy(ecstypes.DeploymentRolloutStateCompleted)
		if !repeats() {
			t.Error("the alarm does not act again after the deployment")
		}
	})
}
