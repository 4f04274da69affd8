package controller_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

func (w *world) wantStatus(want types.DeploymentStatus, code types.ErrorCode) {
	w.Helper()
	r := w.row()
	var got types.ErrorCode
	if r.Failure != nil {
		got = r.Failure.Code
	}
	if r.Status != want || got != code {
		w.Fatalf("the deployment is %s %s, want %s %s: %+v", r.Status, got, want, code, r)
	}
}

// A deployment makes its calls in order (CD0005), and EventBridge is told of its beginning and its end.
func TestADeployment(t *testing.T) {
	inBubble(t, func(w *world) {
		w.deploy(func(*codedeploy.Deployment) {})
		w.wantStatus(types.DeploymentStatusInProgress, "")
		if w.actions[0].ForwardConfig == nil || len(w.actions[0].ForwardConfig.TargetGroups) != 2 || w.actions[0].TargetGroupArn != nil {
			t.Errorf("the listener does %+v", w.actions[0])
		}
		w.advance(5 * time.Minute)
		w.wantStatus(types.DeploymentStatusSucceeded, "")
		called, _ := w.calls()
		if want := []string{"ModifyListener", "CreateTaskSet", "ModifyListener", "UpdateServicePrimaryTaskSet", "DeleteTaskSet"}; !slices.Equal(called, want) {
			t.Errorf("it called %v", called)
		}
		var told []string
		changes, _, _ := outbox.Since(w.store, 0)
		for _, e := range changes {
			if c := outbox.As[codedeploy.StateChange](e); c != nil {
				told = append(told, c.State)
			}
		}
		if want := []string{"START", "SUCCESS"}; !slices.Equal(told, want) {
			t.Errorf("EventBridge is told %v", told)
		}
	})
}

// A function is called once, by its ARN, with the event of CD0014; its answer is a row.
func TestAHook(t *testing.T) {
	inBubble(t, func(w *world) {
		var deployment *codedeploy.Deployment
		w.deploy(func(d *codedeploy.Deployment) {
			deployment, d.Spec.Hooks = d, map[string]string{"BeforeInstall": "check", "AfterAllowTraffic": "arn:aws:lambda:us-east-1:000000000000:function:other"}
		})
		w.stop() // and again: no second call
		w.start()
		w.advance(time.Minute)
		_, invoked := w.calls()
		id := w.row().Events[0].ExecutionID
		want := `arn:aws:lambda:us-east-1:000000000000:function:check {"DeploymentId":"d-ABCDEFGH1","LifecycleEventHookExecutionId":"` + id + `"}`
		if len(invoked) != 1 || invoked[0] != want {
			t.Fatalf("functions were called with %v, want %s", invoked, want)
		}
		answer := func() {
			deployment = deployment.Clone()
			for _, e := range w.row().Events {
				if e.ExecutionID != "" && !e.CalledAt.IsZero() {
					deployment.Answers[e.ExecutionID] = codedeploy.Answer{Status: types.LifecycleEventStatusSucceeded, At: w.clock.Now()}
				}
			}
			w.put(deployment)
		}
		answer()
		if _, invoked = w.calls(); len(invoked) != 2 || !strings.HasPrefix(invoked[1], "arn:aws:lambda:us-east-1:000000000000:function:other {") {
			t.Fatalf("functions were called with %v", invoked)
		}
		answer()
		w.advance(5 * time.Minute)
		w.wantStatus(types.DeploymentStatusSucceeded, "")
	})
}

// The clock does not wait for a function beyond its patience, and the answer may come before the function returns.
func TestAFunctionThatTakesItsTime(t *testing.T) {
	inBubble(t, func(w *world) {
		w.hangs = make(chan struct{})
		var deployment *codedeploy.Deployment
		w.deploy(func(d *codedeploy.Deployment) {
			deployment, d.Spec.Hooks = d, map[string]string{"BeforeInstall": "check"}
		})
		deployment = deployment.Clone()
		deployment.Answers[w.row().Events[0].ExecutionID] = codedeploy.Answer{Status: types.LifecycleEventStatusSucceeded, At: w.clock.Now()}
		w.put(deployment)
		w.advance(5 * time.Minute)
		w.wantStatus(types.DeploymentStatusSucceeded, "")
	})
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		with   func(*world)
		hook   bool
		alarms bool
		status types.DeploymentStatus
		code   types.ErrorCode
	}{
		"there is no function": {
			with: func(w *world) { w.broken = errors.New("no such function") }, hook: true, status: types.DeploymentStatusFailed, code: types.ErrorCodeHookExecutionFailure,
		},
		"the role cannot be assumed": {with: func(w *world) { w.roles = false }, status: types.DeploymentStatusFailed, code: types.ErrorCodeIamRoleMissing},
		"the role may not look": {
			with: func(w *world) { w.refuse["DescribeServices"] = denied("ECS") }, status: types.DeploymentStatusFailed, code: types.ErrorCodeIamRolePermissions,
		},
		"the role may not lead traffic": {
			with: func(w *world) { w.refuse["ModifyListener"] = denied("Elastic Load Balancing v2") }, status: types.DeploymentStatusFailed, code: types.ErrorCodeIamRolePermissions,
		},
		"the role may not look at alarms": {
			with: func(w *world) { w.refuse["DescribeAlarms"] = denied("CloudWatch") }, alarms: true, status: types.DeploymentStatusFailed, code: types.ErrorCodeIamRolePermissions,
		},
		"an alarm": {with: func(w *world) { w.alarms = []string{"errors"} }, alarms: true, status: types.DeploymentStatusStopped, code: types.ErrorCodeAlarmActive},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				c.with(w)
				w.deploy(func(d *codedeploy.Deployment) {
					if c.hook {
						d.Spec.Hooks["BeforeInstall"] = "check"
					}
					if c.alarms {
						d.Settings.AlarmConfiguration = &types.AlarmConfiguration{Enabled: true, Alarms: []types.Alarm{{Name: aws.String("errors")}}}
					}
				})
				w.advance(time.Minute)
				w.wantStatus(c.status, c.code)
			})
		})
	}
}

// What a deployment heeds is known while it is under way.
func TestADeploymentHeedsItsServiceAndAlarms(t *testing.T) {
	inBubble(t, func(w *world) {
		w.deploy(func(d *codedeploy.Deployment) {
			d.Alarms = &types.AlarmConfiguration{Enabled: true, Alarms: []types.Alarm{{Name: aws.String("errors")}}}
		})
		heeded := []string{scope.Service("shop", "web"), balancer, cloudwatch.AlarmARN(scope, "errors")}
		for _, arn := range heeded {
			if got := w.users(arn); len(got) != 1 {
				t.Errorf("%s wakes %v", arn, got)
			}
		}
		w.advance(5 * time.Minute)
		for _, arn := range heeded {
			if got := w.users(arn); len(got) != 0 {
				t.Errorf("after the end %s wakes %v", arn, got)
			}
		}
	})
}

// A call that fails by itself is made again.
func TestACallThatFailsByItself(t *testing.T) {
	inBubble(t, func(w *world) {
		w.refuse["CreateTaskSet"] = throttled()
		w.deploy(func(*codedeploy.Deployment) {})
		w.wantStatus(types.DeploymentStatusInProgress, "")
		w.mu.Lock()
		delete(w.refuse, "CreateTaskSet")
		w.mu.Unlock()
		time.Sleep(time.Hour) // of the bubble: it is tried again in real time
		w.idle()
		w.advance(5 * time.Minute)
		w.wantStatus(types.DeploymentStatusSucceeded, "")
	})
}
