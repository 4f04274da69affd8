package run_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// story is what has happened that may end a deployment before its time.
type story struct {
	alarmed bool            // an alarm was active
	stopped map[string]bool // deployments that a user stopped while they could be, by id
}

// Each deployment ends as Succeeded, Failed or Stopped, for a reason that there was, and with one task set unless the user wanted none
// to be taken back, no matter what users, functions, alarms and tasks do, and when the emulator dies. [world.setWeights] and [world.do]
// look at each action.
func TestEachDeploymentEnds(t *testing.T) {
	for range 20 { // some faults show in one deployment of a thousand
		rapid.Check(t, eachEnds)
	}
}

func eachEnds(t *rapid.T) {
	w, s := newWorld(t), story{stopped: map[string]bool{}}
	d := w.deploy(func(d *codedeploy.Deployment) { drawDeployment(t, d) })
	if rapid.Bool().Draw(t, "left") {
		w.leave()
	}
	oneOf := rapid.SampledFrom([]int{0, 10, 3}).Draw(t, "dies in one decision of")
	w.dies = func() bool { return oneOf > 0 && rapid.IntRange(1, oneOf).Draw(t, "dies") == 1 }
	for range rapid.IntRange(0, 40).Draw(t, "things that happen") {
		happen(t, w, w.deployments[rapid.IntRange(0, len(w.deployments)-1).Draw(t, "deployment")], &s)
		w.pass()
	}
	w.dies = func() bool { return false }
	w.settle()
	check(t, w, d, &s)
	for _, d := range w.deployments {
		checkReason(t, w, d, &s)
	}
}

const leftSet = "ecs-svc/left"

// leave has an earlier deployment leave its task set, with a tenth of the traffic.
func (w *world) leave() {
	w.sets = append(w.sets, &taskSet{id: leftSet, external: "d-left", group: greenGroup, status: "ACTIVE", running: w.desired})
	w.rules[0].Weights = map[string]int32{blueGroup: 90, greenGroup: 10}
}

func drawDeployment(t *rapid.T, d *codedeploy.Deployment) {
	pair := &d.Settings.LoadBalancerInfo.TargetGroupPairInfoList[0]
	if rapid.Bool().Draw(t, "test listener") {
		pair.TestTrafficRoute = &types.TrafficRoute{ListenerArns: []string{test}}
	}
	percent := rapid.Int32Range(1, 99).Draw(t, "percent")
	d.Traffic = rapid.SampledFrom([]types.TrafficRoutingConfig{
		{Type: types.TrafficRoutingTypeAllAtOnce},
		{Type: types.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &types.TimeBasedCanary{CanaryPercentage: percent, CanaryInterval: 5}},
		{Type: types.TrafficRoutingTypeTimeBasedLinear, TimeBasedLinear: &types.TimeBasedLinear{LinearPercentage: max(percent, 20), LinearInterval: 1}},
	}).Draw(t, "traffic")
	if rapid.Bool().Draw(t, "ready") {
		d.Settings.BlueGreenDeploymentConfiguration.DeploymentReadyOption = &types.DeploymentReadyOption{
			ActionOnTimeout: types.DeploymentReadyActionStopDeployment, WaitTimeInMinutes: 20,
		}
	}
	all := types.AutoRollbackEvent("").Values()
	events := slices.DeleteFunc(all, func(types.AutoRollbackEvent) bool { return rapid.Bool().Draw(t, "not on") })
	d.Settings.AutoRollbackConfiguration = &types.AutoRollbackConfiguration{Enabled: rapid.Bool().Draw(t, "rolls back"), Events: events}
	d.Spec.Hooks = map[string]string{}
	for _, event := range []string{"BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"} {
		if rapid.IntRange(0, 3).Draw(t, "hook "+event) == 0 {
			d.Spec.Hooks[event] = "check"
		}
	}
}

// happen has something happen.
func happen(t *rapid.T, w *world, d *codedeploy.Deployment, s *story) {
	switch rapid.SampledFrom([]string{"time", "time", "rest", "rest", "stop", "answer", "answer", "stranger", "continue", "alarm", "scale", "crash", "rule"}).Draw(t, "what") {
	case "time":
		w.now = w.now.Add(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 6 * time.Minute, 21 * time.Minute, time.Hour}).Draw(t, "time"))
	case "rest":
		w.rest()
	case "stop":
		if r := w.runs[d.ID]; !r.Ended() && d.Stop == nil && rapid.IntRange(0, 3).Draw(t, "stops") == 0 {
			d.Stop = &codedeploy.Stop{At: w.now, Rollback: rapid.Bool().Draw(t, "with rollback")}
			green := w.set(r.Green.ID)
			s.stopped[d.ID] = r.Failure == nil && (green == nil || green.status != "PRIMARY")
		}
	case "answer":
		status := rapid.SampledFrom([]types.LifecycleEventStatus{"Succeeded", "Succeeded", "Succeeded", "Failed"}).Draw(t, "status")
		for event := range d.Spec.Hooks {
			w.answer(d, event, status)
		}
	case "stranger":
		if d.Answers == nil {
			d.Answers = map[string]codedeploy.Answer{}
		}
		d.Answers["of another deployment"] = codedeploy.Answer{Status: types.LifecycleEventStatusFailed, At: w.now}
	case "continue":
		w.continues(d, rapid.SampledFrom(types.DeploymentWaitType("").Values()).Draw(t, "wait"))
	case "alarm":
		w.alarms = rapid.SampledFrom([][]string{nil, nil, nil, {"errors"}}).Draw(t, "alarms")
		s.alarmed = s.alarmed || w.alarms != nil
	case "scale":
		w.desired = rapid.Int32Range(0, 4).Draw(t, "desired")
	case "crash":
		if s := w.sets[rapid.IntRange(0, len(w.sets)-1).Draw(t, "set")]; s.running > 0 {
			s.running = rapid.Int32Range(0, s.running-1).Draw(t, "left")
		}
	case "rule":
		if rapid.IntRange(0, 4).Draw(t, "changes a rule") == 0 {
			r := w.rules[rapid.IntRange(0, len(w.rules)-1).Draw(t, "rule")]
			r.Weights = rapid.SampledFrom([]map[string]int32{{blueGroup: 7, greenGroup: 3}, {blueGroup: 1}, {otherGroup: 1}}).Draw(t, "weights")
			w.meddled = true
		}
	}
}

// checkReason holds the end of a deployment against what has happened.
func checkReason(t *rapid.T, w *world, d *codedeploy.Deployment, s *story) {
	r := w.runs[d.ID]
	if s.stopped[d.ID] && (r.Status != types.DeploymentStatusStopped || r.Failure.Code != types.ErrorCodeManualStop) {
		t.Fatalf("%s was stopped, and is %s: %+v", d.ID, r.Status, r.Failure)
	}
	if r.Failure == nil {
		return
	}
	status, there := types.DeploymentStatusFailed, false
	last := codedeploy.Event{}
	for _, e := range r.Events {
		if e.Status == types.LifecycleEventStatusFailed {
			last = e
		}
	}
	switch took := last.EndedAt.Sub(last.StartedAt); r.Failure.Code {
	case types.ErrorCodeManualStop:
		ready := d.Settings.BlueGreenDeploymentConfiguration.DeploymentReadyOption
		status, there = types.DeploymentStatusStopped, d.Stop != nil || ready.ActionOnTimeout == types.DeploymentReadyActionStopDeployment
	case types.ErrorCodeAlarmActive:
		status, there = types.DeploymentStatusStopped, s.alarmed && d.RollbackOf == ""
	case types.ErrorCodeHookExecutionFailure:
		there = d.Answers[last.ExecutionID].Status == types.LifecycleEventStatusFailed || took >= time.Hour
	case types.ErrorCodeTimeout:
		there = took >= 5*time.Minute
	case types.ErrorCodeElasticLoadBalancingInvalid:
		there = w.meddled
	}
	if r.Status != status || !there {
		t.Fatalf("%s is %s for no reason: %s, in %+v", d.ID, r.Status, *r.Failure.Message, last)
	}
}

func check(t *rapid.T, w *world, d *codedeploy.Deployment, s *story) {
	r := w.runs[d.ID]
	one, took := "", w.runs[d.ID]
	if len(w.deployments) > 2 {
		t.Fatalf("%d deployments: what takes one back is not taken back", len(w.deployments))
	}
	if len(w.deployments) == 2 {
		took = w.runs[w.deployments[1].ID]
	}
	for _, e := range append(slices.Clone(r.Events), took.Events...) {
		if e.EndedAt.IsZero() || e.Status == types.LifecycleEventStatusPending || e.Status == types.LifecycleEventStatusInProgress {
			t.Fatalf("%s has not ended: %+v", e.Name, e)
		}
	}
	switch {
	case r.Status == types.DeploymentStatusSucceeded:
		one = r.Green.ID
	case len(w.deployments) == 2 && took.Status == types.DeploymentStatusSucceeded, r.Green.ID == "":
		one = originalSet
	case len(w.deployments) == 2 && (w.deployments[1].Stop != nil || w.meddled || took.Failure.Code == types.ErrorCodeTimeout):
		// a user has stopped what takes it back, or has changed its rules, or there was no task to go back to
	case len(w.deployments) == 2:
		t.Fatalf("what takes it back is %s: %s", took.Status, aws.ToString(took.Failure.Message))
	case !slices.ContainsFunc(r.Events, func(e codedeploy.Event) bool {
		return e.Name == "Install" && e.Status == types.LifecycleEventStatusSucceeded
	}):
		one = originalSet // no traffic has come near the other one
	}
	if (r.Failure == nil) != (r.Status == types.DeploymentStatusSucceeded) || r.FinishedAt.IsZero() {
		t.Fatalf("%s with failure %+v", r.Status, r.Failure)
	}
	w.rest()
	if r.Green.ID == "" && w.set(leftSet) != nil { // it has ended before that was removed
		return
	}
	if one == "" {
		if d.Stop == nil && len(w.deployments) == 1 && d.Settings.AutoRollbackConfiguration.Enabled && len(d.Settings.AutoRollbackConfiguration.Events) == 3 {
			t.Fatalf("it is not taken back: %+v", r)
		}
		return
	}
	if len(w.sets) != 1 || w.sets[0].id != one || w.sets[0].status != "PRIMARY" {
		t.Fatalf("there are %d task sets, the first is %+v: want only %s", len(w.sets), *w.sets[0], one)
	}
	if w.meddled {
		return
	}
	for _, rule := range w.rules {
		if got := rule.Weights[gone(one)]; got != 0 {
			t.Fatalf("%s has %v, and %s has no targets", rule.Listener+rule.Rule, rule.Weights, gone(one))
		}
	}
}

func gone(left string) string {
	if left == originalSet {
		return greenGroup
	}
	return blueGroup
}
