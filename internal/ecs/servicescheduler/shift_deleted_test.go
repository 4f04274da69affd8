package servicescheduler

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// deleteGroup has both rules lead to the other target group alone, and deletes this one.
func (f *shiftFixture) deleteGroup(group string) {
	f.t.Helper()
	other := map[string]string{f.blue: f.green, f.green: f.blue}[group]
	f.nowhere = group
	f.update(func(tx *store.Tx) {
		for _, arn := range []string{f.live, f.test} {
			r := *elbv2.FindRule(tx, arn)
			r.Actions = []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &other}}
			elbv2.PutRule(tx, &r)
		}
		elbv2.DeleteTargetGroup(tx, elbv2.FindTargetGroup(tx, group))
	})
	for _, task := range f.tasks() {
		if *task.Spec.LoadBalancers[0].TargetGroupArn == group {
			f.target(task, state.TargetUnused)
		}
	}
}

// crash ends a task of each deployment.
func (f *shiftFixture) crash() {
	f.t.Helper()
	for _, d := range f.service().Deployments {
		if tasks := f.tasksOf(d); len(tasks) > 0 {
			f.end(tasks[0], types.TaskStopCodeEssentialContainerExited)
		}
	}
}

func (f *shiftFixture) desire(n int) {
	f.t.Helper()
	f.change(func(s *state.Service) { s.DesiredCount = n })
}

func (f *shiftFixture) expectReason(want string) {
	f.t.Helper()
	if got := f.record().StatusReason; got != want {
		f.t.Fatalf("%q, want %q", got, want)
	}
}

const noGroup = "Service deployment rolled back because of invalid networking configuration. The target group %s does not exist."

// In the bake time the old target group has no traffic. A user tidies up.
func TestTheOldTargetGroupIsDeletedInTheBakeTime(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.deleteGroup(f.green)
	f.desire(3)
	f.crash()
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 1/0, test 1/0, PRIMARY IN_PROGRESS in blue 3/3, ACTIVE COMPLETED in green 3/3")
	f.pass(5 * time.Minute)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 3/3")
}

// The old target group is deleted while it has traffic to keep: that stays where the user has led it, and so do
// the tasks of both revisions, until the next deployment.
func TestTheOldTargetGroupIsDeletedBeforeTrafficHasShifted(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5)},
	}, nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.deleteGroup(f.green)
	f.goOn()
	f.expectReason("The rollback failed because the target group " + f.green + " does not exist.")
	if got, want := f.record().Rollback.Reason, strings.Replace(noGroup, "%s", f.green, 1); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	f.desire(3)
	f.crash()
	f.goOn()
	f.expectState("back TEST_TRAFFIC_SHIFT, ROLLBACK_FAILED, live 1/0, test 1/0, PRIMARY FAILED in green 3/3, ACTIVE FAILED in blue 3/3")

	f.update(func(tx *store.Tx) {
		elbv2.PutTargetGroup(tx, &elbv2.TargetGroup{Scope: scope, ARN: f.green, Name: "green"})
		for _, rule := range []string{f.live, f.test} {
			f.lead(tx, rule, elbv2.Weights{f.blue: 1, f.green: 0})
		}
	})
	f.nowhere = ""
	f.pass(time.Second)
	f.release()
	f.pass(time.Hour)
	f.expectState("CLEAN_UP 1, SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 3/3")
}

// At the last stage the deployment is decided: it is complete without the new target group.
func TestTheNewTargetGroupIsDeletedAtTheEnd(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.now = f.now.Add(5 * time.Minute)
	f.schedule()
	f.deleteGroup(f.blue)
	f.goOn()
	f.expectState("CLEAN_UP, SUCCESSFUL, live 0/1, test 0/1, PRIMARY COMPLETED in blue 2/2")
}

// The new target group is deleted: all traffic goes to the old one alone.
func TestTheNewTargetGroupIsDeletedInTheBakeTime(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.deleteGroup(f.blue)
	f.desire(3)
	f.crash()
	f.goOn()
	f.expectState("back CLEAN_UP, ROLLBACK_SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 3/3")
	f.expectReason(strings.Replace(noGroup, "%s", f.blue, 1))
}

// At each stage a deployment whose listeners are deleted goes back at once, but at the last one it is complete.
func TestListenersAreDeletedAtEachStage(t *testing.T) {
	canary := types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(5),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
	}
	for _, stage := range []types.ServiceDeploymentLifecycleStage{"PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
		"PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"} {
		t.Run(string(stage), func(t *testing.T) {
			f := newShiftFixture(t, canary, nil)
			f.pass(time.Hour)
			f.configureHooks(lambdaAt(allStages...))
			f.release()
			for f.schedule(); f.record().Shift.Stage != stage; f.schedule() {
				if f.answer("") == 0 && !f.work() {
					f.now = f.wakeAt
				}
			}
			f.deleteListeners()
			f.schedule()
			switch r := f.record(); {
			case stage == types.ServiceDeploymentLifecycleStageCleanUp:
				f.pass(time.Minute)
				f.expectState("CLEAN_UP 1, SUCCESSFUL, live 0/0, test 0/0, PRIMARY COMPLETED in blue 2/2")
			case !r.Shift.Back:
				t.Fatal(f.state())
			default:
				for f.goOn(); f.answer("") > 0; f.goOn() {
				}
				if r := f.record(); r.Status != types.ServiceDeploymentStatusRollbackSuccessful || !strings.HasSuffix(r.StatusReason, "One or more rules not found") {
					t.Fatalf("%s: %q", f.state(), r.StatusReason)
				}
			}
		})
	}
}
