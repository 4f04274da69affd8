package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/appspec"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/run"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

func canary(d *codedeploy.Deployment) {
	d.Traffic = types.TrafficRoutingConfig{
		Type: types.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &types.TimeBasedCanary{CanaryPercentage: 10, CanaryInterval: 5},
	}
}

func testListener(d *codedeploy.Deployment) {
	d.Settings.LoadBalancerInfo.TargetGroupPairInfoList[0].TestTrafficRoute = &types.TrafficRoute{ListenerArns: []string{test}}
}

func rollsBack(d *codedeploy.Deployment) {
	d.Settings.AutoRollbackConfiguration = &types.AutoRollbackConfiguration{Enabled: true, Events: types.AutoRollbackEvent("").Values()}
}

func hooks(events ...string) func(*codedeploy.Deployment) {
	return func(d *codedeploy.Deployment) {
		d.Spec.Hooks = map[string]string{}
		for _, event := range events {
			d.Spec.Hooks[event] = "check"
		}
	}
}

func all(changes ...func(*codedeploy.Deployment)) func(*codedeploy.Deployment) {
	return func(d *codedeploy.Deployment) {
		for _, change := range changes {
			change(d)
		}
	}
}

func wantWeights(t *testing.T, w *world, listener, rule string, want map[string]int32) {
	t.Helper()
	for _, r := range w.rules {
		if r.Listener == listener && r.Rule == rule {
			if diff := cmp.Diff(want, r.Weights); diff != "" {
				t.Errorf("%s (-want +got):\n%s", listener+rule, diff)
			}
		}
	}
}

// ended says how a deployment has ended: its status and the code of its failure.
func ended(w *world, d *codedeploy.Deployment) string {
	r := w.runs[d.ID]
	if r.Failure == nil {
		return string(r.Status)
	}
	return string(r.Status) + " " + string(r.Failure.Code)
}

// eventsOf lists the lifecycle events of a run with their statuses, those that follow each other with the same one together.
func eventsOf(w *world, d *codedeploy.Deployment) string {
	var list []string
	for _, e := range w.runs[d.ID].Events {
		list = append(list, e.Name+":"+string(e.Status))
	}
	return strings.Join(list, " ")
}

// A canary with a listener for test traffic takes its course, and ends when the original task set is gone.
func TestACanary(t *testing.T) {
	w := newWorld(t)
	d := w.deploy(all(canary, testListener))
	w.pass()
	if got := eventsOf(w, d); !strings.HasPrefix(got, "BeforeInstall:Succeeded Install:InProgress AfterInstall:Pending AllowTestTraffic:Pending AfterAllowTestTraffic:Pending "+
		"BeforeAllowTraffic:Pending AllowTraffic:Pending") {
		t.Errorf("while the task set is made: %s", got)
	}
	w.advance(4 * time.Minute)
	wantWeights(t, w, test, "", map[string]int32{greenGroup: 100, blueGroup: 0})
	wantWeights(t, w, live, "", map[string]int32{greenGroup: 10, blueGroup: 90})
	wantWeights(t, w, live, "arn:rule/api", map[string]int32{greenGroup: 3, blueGroup: 27, otherGroup: 70})
	wantWeights(t, w, live, "arn:rule/other", map[string]int32{otherGroup: 1})
	w.advance(2 * time.Minute) // five minutes after the first shift, the second one
	wantWeights(t, w, live, "", map[string]int32{greenGroup: 100, blueGroup: 0})
	if s := w.set(originalSet); s == nil || s.status != "PRIMARY" {
		t.Errorf("before the wait is over, the original task set is %+v", s)
	}
	w.advance(3 * time.Minute)
	if got := w.runs[d.ID].Status; got != types.DeploymentStatusInProgress {
		t.Errorf("in the wait it is %s", got)
	}
	w.settle()
	if got := ended(w, d); got != "Succeeded" || len(w.sets) != 1 || w.sets[0].status != "PRIMARY" {
		t.Errorf("it ends as %s, with %+v", got, w.sets[0])
	}
	for _, e := range w.runs[d.ID].Events {
		if e.Status != types.LifecycleEventStatusSucceeded || e.StartedAt.IsZero() || e.EndedAt.IsZero() {
			t.Errorf("%+v", e)
		}
	}
	if diff := cmp.Diff([]string{"d-0 InProgress", "d-0 Succeeded"}, w.states); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestALinearShiftBeginsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.deploy(func(d *codedeploy.Deployment) {
		d.Traffic = types.TrafficRoutingConfig{
			Type: types.TrafficRoutingTypeTimeBasedLinear, TimeBasedLinear: &types.TimeBasedLinear{LinearPercentage: 40, LinearInterval: 1},
		}
	})
	w.advance(0)
	for _, green := range []int32{40, 80, 100, 100} {
		wantWeights(t, w, live, "", map[string]int32{greenGroup: green, blueGroup: 100 - green})
		w.advance(time.Minute)
	}
}

// Each hook is called once, and the answer counts that comes by the API.
func TestHooks(t *testing.T) {
	each := []string{"BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"}
	w := newWorld(t)
	d := w.deploy(all(testListener, hooks(each...)))
	for i, event := range each {
		w.advance(30 * time.Minute)
		if r := w.runs[d.ID]; w.calls[d.ID+event] != 1 || len(w.calls) != i+1 {
			t.Fatalf("%v are called instead of %s: %+v", w.calls, event, r)
		}
		w.answer(d, event, types.LifecycleEventStatusSucceeded)
		w.answer(d, event, types.LifecycleEventStatusFailed) // too late
	}
	if w.settle(); ended(w, d) != "Succeeded" {
		t.Errorf("it ends as %s", ended(w, d))
	}
}

// What ends a deployment before its time, and what becomes of it.
func TestEnds(t *testing.T) {
	wait := func(w *world, _ *codedeploy.Deployment) { w.advance(time.Minute) }
	for name, c := range map[string]struct {
		make        func(*codedeploy.Deployment)
		before      func(*world)
		then        []func(*world, *codedeploy.Deployment)
		want, taken string
		events      string // the last one that has begun
	}{
		"a hook fails": {
			make: all(hooks("BeforeAllowTraffic"), rollsBack), then: []func(*world, *codedeploy.Deployment){wait, func(w *world, d *codedeploy.Deployment) {
				w.answer(d, "BeforeAllowTraffic", types.LifecycleEventStatusFailed)
			}}, want: "Failed HOOK_EXECUTION_FAILURE", taken: "Succeeded", events: "BeforeAllowTraffic:Failed",
		},
		"a function says nothing": {
			make: hooks("AfterInstall"), then: []func(*world, *codedeploy.Deployment){func(w *world, _ *codedeploy.Deployment) {
				w.advance(59 * time.Minute)
			}}, want: "Failed HOOK_EXECUTION_FAILURE", events: "AfterInstall:Failed",
		},
		"there is no function": {
			make: hooks("AfterInstall"), before: func(w *world) { w.badFunction = true }, want: "Failed HOOK_EXECUTION_FAILURE", events: "AfterInstall:Failed",
		},
		"the first hook fails": {
			make: all(hooks("BeforeInstall"), rollsBack), then: []func(*world, *codedeploy.Deployment){wait, func(w *world, d *codedeploy.Deployment) {
				w.answer(d, "BeforeInstall", types.LifecycleEventStatusFailed)
			}}, want: "Failed HOOK_EXECUTION_FAILURE", events: "BeforeInstall:Failed", // there is nothing to take back (CD0014)
		},
		"a stop with rollback at 10 %": {
			make: canary, then: []func(*world, *codedeploy.Deployment){wait, func(w *world, d *codedeploy.Deployment) {
				wantWeights(w.t.(*testing.T), w, live, "", map[string]int32{greenGroup: 10, blueGroup: 90})
				d.Stop = &codedeploy.Stop{At: w.now, Rollback: true}
			}}, want: "Stopped MANUAL_STOP", taken: "Succeeded", events: "AllowTraffic:Skipped",
		},
		"a stop without rollback": {
			make: canary, then: []func(*world, *codedeploy.Deployment){wait, func(w *world, d *codedeploy.Deployment) {
				d.Stop = &codedeploy.Stop{At: w.now}
			}}, want: "Stopped MANUAL_STOP", events: "AllowTraffic:Skipped",
		},
		"a stop while the task set is made": {
			make: canary, then: []func(*world, *codedeploy.Deployment){func(w *world, d *codedeploy.Deployment) {
				w.pass()
				d.Stop = &codedeploy.Stop{At: w.now}
			}}, want: "Stopped MANUAL_STOP", events: "Install:Skipped",
		},
		"an alarm in the wait": {
			make: rollsBack, then: []func(*world, *codedeploy.Deployment){wait, func(w *world, _ *codedeploy.Deployment) { w.alarms = []string{"errors"} }},
			want: "Stopped ALARM_ACTIVE", taken: "Succeeded",
		},
		"nothing continues it": {
			make: all(rollsBack, func(d *codedeploy.Deployment) {
				d.Settings.BlueGreenDeploymentConfiguration.DeploymentReadyOption = &types.DeploymentReadyOption{
					ActionOnTimeout: types.DeploymentReadyActionStopDeployment, WaitTimeInMinutes: 10,
				}
			}), want: "Stopped MANUAL_STOP", taken: "Succeeded", events: "AfterInstall:Succeeded",
		},
		"a user changes a rule": {
			make: all(canary, rollsBack), then: []func(*world, *codedeploy.Deployment){wait, func(w *world, _ *codedeploy.Deployment) {
				w.rules[0].Weights = map[string]int32{blueGroup: 50, greenGroup: 50}
			}}, want: "Failed ELASTIC_LOAD_BALANCING_INVALID", taken: "Failed ELASTIC_LOAD_BALANCING_INVALID", events: "AllowTraffic:Failed",
		},
		"the role may not even put the new target group behind the listener": {
			make: rollsBack, before: func(w *world) {
				w.refuse["ModifyRule"] = run.Refusal{Service: "elasticloadbalancing", Operation: "ModifyRule", Code: "AccessDenied", Message: "no"}
			}, want: "Failed IAM_ROLE_PERMISSIONS", events: "Install:Failed",
		},
		"tasks never start": {
			make: rollsBack, then: []func(*world, *codedeploy.Deployment){func(w *world, _ *codedeploy.Deployment) {
				w.pass()
				for _, r := range w.rules {
					r.Applied = true
				}
				w.pass()
				w.now = w.now.Add(time.Hour)
				w.pass()
			}}, want: "Failed TIMEOUT", taken: "Succeeded", events: "Install:Failed",
		},
		"it is not steady after a scaling": {
			make: all(canary, rollsBack), then: []func(*world, *codedeploy.Deployment){wait, func(w *world, _ *codedeploy.Deployment) {
				w.desired = 4
				for range 3 {
					w.pass()
					w.now = w.now.Add(5 * time.Minute)
				}
				w.pass()
			}}, want: "Failed TIMEOUT", taken: "Succeeded", events: "AllowTraffic:Failed",
		},
		"the role is not there": {
			before: func(w *world) { w.refused["d-0"] = &run.Refusal{RoleMissing: true, Message: "no role"} }, want: "Failed IAM_ROLE_MISSING",
		},
		"the role may not": {
			make: rollsBack, before: func(w *world) {
				w.rules[1].Weights[greenGroup] = 0 // so that it has a load balancer already
				w.refuse["ModifyRule"] = run.Refusal{Service: "elasticloadbalancing", Operation: "ModifyRule", Code: "AccessDenied", Message: "no"}
			}, want: "Failed IAM_ROLE_PERMISSIONS", taken: "Succeeded", events: "AllowTraffic:Failed",
		},
		"ECS refuses the revision": {
			before: func(w *world) {
				w.refuse["CreateTaskSet"] = run.Refusal{Service: "ecs", Operation: "CreateTaskSet", Code: "InvalidParameterException", Message: "no container web"}
			}, want: "Failed INVALID_REVISION", events: "Install:Failed",
		},
		"the service is gone": {
			make: all(canary, rollsBack), then: []func(*world, *codedeploy.Deployment){wait, func(w *world, _ *codedeploy.Deployment) { w.gone = true }},
			want: "Failed INVALID_ECS_SERVICE", events: "AllowTraffic:Failed",
		},
		"no rule": {
			before: func(w *world) { w.rules = w.rules[2:] }, want: "Failed ELASTIC_LOAD_BALANCING_INVALID",
		},
		"a canary of a Network Load Balancer": {
			make: canary, before: func(w *world) { w.rules[0].Network = true }, want: "Failed ELASTIC_LOAD_BALANCING_INVALID",
		},
		"another group": {
			before: func(w *world) { w.sets[0].group = otherGroup }, want: "Failed ELASTIC_LOAD_BALANCING_INVALID",
		},
		"no revision": {
			make: func(d *codedeploy.Deployment) { d.Spec, d.Invalid = nil, "no such file" }, want: "Failed INVALID_REVISION",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			change := c.make
			if change == nil {
				change = func(*codedeploy.Deployment) {}
			}
			d := w.deploy(change)
			if c.before != nil {
				c.before(w)
			}
			for _, then := range c.then {
				then(w, d)
			}
			w.settle()
			if got := ended(w, d); got != c.want {
				t.Errorf("it ends as %s, want %s: %s", got, c.want, aws.ToString(w.runs[d.ID].Failure.Message))
			}
			if taken := len(w.deployments) > 1; taken != (c.taken != "") {
				t.Fatalf("it is taken back: %v", taken)
			}
			if c.taken != "" {
				wantTakenBack(t, w, d, c.taken)
			}
			if c.events != "" {
				begun := slices.DeleteFunc(slices.Clone(w.runs[d.ID].Events), func(e codedeploy.Event) bool { return e.StartedAt.IsZero() })
				if last := begun[len(begun)-1]; last.Name+":"+string(last.Status) != c.events {
					t.Errorf("the last event is %s:%s, want %s", last.Name, last.Status, c.events)
				}
			}
		})
	}
}

func wantTakenBack(t *testing.T, w *world, d *codedeploy.Deployment, status string) {
	t.Helper()
	back := w.deployments[1]
	r, of := w.runs[back.ID], w.runs[d.ID]
	if got := ended(w, back); got != status || back.Creator != types.DeploymentCreatorCodeDeployRollback || back.RollbackOf != d.ID {
		t.Errorf("what takes it back is %+v, and ends as %s", back, got)
	}
	if aws.ToString(of.Rollback.RollbackDeploymentId) != back.ID || aws.ToString(r.Rollback.RollbackTriggeringDeploymentId) != d.ID {
		t.Errorf("they do not know each other: %+v, %+v", of.Rollback, r.Rollback)
	}
	if status != "Succeeded" {
		return
	}
	wantWeights(t, w, live, "arn:rule/other", map[string]int32{otherGroup: 1})
	if w.rules[0].Weights[greenGroup] != 0 || len(w.sets) != 1 || w.sets[0].id != originalSet {
		t.Errorf("traffic goes by %v, with %d task sets", w.rules[0].Weights, len(w.sets))
	}
}

// A deployment waits while the service has as many task sets as it can have (ECS0332.4), for an hour.
func TestNoRoomForATaskSet(t *testing.T) {
	for _, goes := range []bool{true, false} {
		w := newWorld(t)
		for i := range 4 {
			w.sets = append(w.sets, &taskSet{id: fmt.Sprintf("ecs-svc/old%d", i), status: "DRAINING", group: greenGroup})
		}
		w.rules[0].Weights[greenGroup] = 0
		d := w.deploy(func(*codedeploy.Deployment) {})
		for range 30 {
			w.pass()
			w.now = w.wakeAt
		}
		if len(w.sets) != 5 || ended(w, d) != "InProgress" {
			t.Fatalf("it does not wait: %+v", w.runs[d.ID])
		}
		if !goes {
			w.now = w.now.Add(time.Hour)
		}
		want := map[bool]string{true: "Succeeded", false: "Failed TIMEOUT"}[goes]
		if w.settle(); ended(w, d) != want {
			t.Errorf("it ends as %s, want %s", ended(w, d), want)
		}
	}
}

// Ready lasts until a user continues the deployment, as does the wait before the original task set goes.
func TestWaits(t *testing.T) {
	w := newWorld(t)
	d := w.deploy(func(d *codedeploy.Deployment) {
		d.Settings.BlueGreenDeploymentConfiguration.DeploymentReadyOption = &types.DeploymentReadyOption{
			ActionOnTimeout: types.DeploymentReadyActionStopDeployment, WaitTimeInMinutes: 10,
		}
	})
	w.continues(d, types.DeploymentWaitTypeReadyWait) // before its time: it does not count
	w.now = w.now.Add(time.Second)
	w.advance(9 * time.Minute)
	if got := w.runs[d.ID].Status; got != types.DeploymentStatusReady {
		t.Fatalf("it is %s", got)
	}
	w.continues(d, types.DeploymentWaitTypeReadyWait)
	w.advance(time.Minute)
	wantWeights(t, w, live, "", map[string]int32{greenGroup: 100, blueGroup: 0})
	w.continues(d, types.DeploymentWaitTypeTerminationWait)
	w.advance(0)
	if got := ended(w, d); got != "Succeeded" {
		t.Errorf("it ends as %s", got)
	}
}

// From the promotion on, a stop comes too late.
func TestNoWayBackAfterPromotion(t *testing.T) {
	w := newWorld(t)
	d := w.deploy(rollsBack)
	w.advance(time.Minute)
	w.now = w.now.Add(5 * time.Minute)
	w.pass()
	if s := w.set(originalSet); s == nil || s.status != "DRAINING" {
		t.Fatalf("the original task set is %+v", s)
	}
	d.Stop, w.alarms = &codedeploy.Stop{At: w.now, Rollback: true}, []string{"errors"}
	if w.settle(); ended(w, d) != "Succeeded" || len(w.deployments) != 1 {
		t.Errorf("it ends as %s", ended(w, d))
	}
}

// A rollback comes after its deployment in lists, which have the order of the times in rows: these are kept to the millisecond.
func TestTheTimeOfARollback(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{
		0: time.Millisecond, 999 * time.Microsecond: time.Millisecond, 1_500_700 * time.Nanosecond: time.Millisecond, time.Minute + 42: time.Minute,
	} {
		w := newWorld(t)
		d := &codedeploy.Deployment{ID: "d-0", CreatedAt: w.now, ServiceARN: serviceARN, Spec: &appspec.Spec{TaskDefinition: "web:2"}, Stop: &codedeploy.Stop{Rollback: true}}
		r := codedeploy.Run{
			ID: d.ID, Status: types.DeploymentStatusInProgress, Blue: codedeploy.Set{ID: originalSet}, Green: codedeploy.Set{ID: "ecs-svc/2"},
			Events: []codedeploy.Event{{Name: "AllowTraffic", StartedAt: w.now}},
		}
		back := run.Next(d, r, w.look(d), w.now.Add(after), run.Delays{}).Rollback
		if back == nil {
			t.Fatal("it is not taken back")
		}
		if got := back.Deployment.CreatedAt.Sub(w.now); got != want {
			t.Errorf("%s later: the rollback is created %s after its deployment, want %s", after, got, want)
		}
	}
}

// A stop in the moment in which weights are set, before the run has seen them, is taken back: they are no change of a user.
func TestAStopJustAfterAShift(t *testing.T) {
	w := newWorld(t)
	d := w.deploy(canary)
	for range 100 {
		if w.rules[0].Weights[greenGroup] > 0 {
			break
		}
		if w.decide(d) {
			w.rest()
		}
	}
	if got := w.rules[0].Weights; got[greenGroup] != 10 {
		t.Fatalf("the first step has %v", got)
	}
	d.Stop = &codedeploy.Stop{At: w.now, Rollback: true}
	w.settle()
	if got := ended(w, w.deployments[1]); got != "Succeeded" || len(w.sets) != 1 || w.sets[0].id != originalSet {
		t.Errorf("it is taken back: %s, with %d task sets", got, len(w.sets))
	}
	wantWeights(t, w, live, "", map[string]int32{greenGroup: 0, blueGroup: 100})
}

// A rollback waits for the tasks of the original task set, an hour from when they are missing.
func TestARollbackToATaskSetWithoutTasks(t *testing.T) {
	w := newWorld(t)
	d := w.deploy(canary)
	w.advance(time.Minute)
	w.set(originalSet).running = 0
	d.Stop = &codedeploy.Stop{At: w.now, Rollback: true}
	w.pass()
	w.now = w.now.Add(59 * time.Minute)
	w.pass()
	wantWeights(t, w, live, "", map[string]int32{greenGroup: 10, blueGroup: 90})
	w.set(originalSet).running = 2
	w.pass()
	wantWeights(t, w, live, "", map[string]int32{greenGroup: 0, blueGroup: 100})
	w.set(originalSet).running = 0 // before the load balancer has the weights
	w.now = w.now.Add(2 * time.Minute)
	w.pass()
	if r := w.runs[w.deployments[1].ID]; r.Ended() {
		t.Errorf("it is %s: %s", r.Status, *r.Failure.Message)
	}
	w.settle()
	if got := ended(w, w.deployments[1]); got != "Succeeded" {
		t.Errorf("it ends as %s", got)
	}
}
