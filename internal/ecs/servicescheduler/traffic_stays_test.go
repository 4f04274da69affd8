package servicescheduler

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The only healthy tasks are where a rule has led no traffic since a user edited it.
func TestARollingUpdateAfterAnEdit(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling}, nil)
	f.pass(time.Hour)
	f.update(func(tx *store.Tx) { f.lead(tx, f.live, elbv2.Weights{f.blue: 0, f.green: 1}) })
	f.obeyRules()
	f.now = f.now.Add(time.Second)
	f.release()
	f.schedule() // looks at minimumHealthyPercent
}

// A deployment was aborted in its bake time, and its tasks fail; the old ones are healthy. A rolling update follows.
func TestARollingUpdateAfterAnAbort(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.stop(types.StopServiceDeploymentStopTypeAbort)
	f.goOn()
	f.expectState("BAKE_TIME, STOPPED, live 100/0, test 100/0, PRIMARY FAILED in blue 2/2, ACTIVE COMPLETED in green 2/2")
	for _, task := range f.tasksOf(f.service().Deployments[0]) {
		f.target(task, state.TargetUnhealthy)
	}
	f.configureStrategy(types.DeploymentStrategyRolling)
	f.now = f.now.Add(time.Second)
	f.release()
	f.schedule() // looks at minimumHealthyPercent
	f.obeyRules()
	f.schedule()
	f.serves(f.live)
	f.pass(time.Hour)
	f.serves(f.live)
}

// A rolling update after an edit goes back: the tasks of the rollback are where no traffic goes.
func TestARollbackAfterAnEdit(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling}, nil)
	f.pass(time.Hour)
	f.update(func(tx *store.Tx) { f.lead(tx, f.live, elbv2.Weights{f.blue: 0, f.green: 1}) })
	f.obeyRules()
	f.now = f.now.Add(time.Second)
	f.release()
	for range 6 {
		f.reconcile(serviceARN)
	}
	f.work()
	f.work()
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.pass(time.Hour)
	f.serves(f.live)
}

// A rolling update follows in the bake time, and is taken back before it has begun.
func TestARollingUpdateIsTakenBackAtOnce(t *testing.T) {
	for _, how := range types.StopServiceDeploymentStopType("").Values() {
		t.Run(string(how), func(t *testing.T) {
			f := newShiftFixture(t, blueGreen(), nil)
			f.pass(time.Hour)
			f.release()
			f.goOn()
			f.expectState("BAKE_TIME, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
			f.configureStrategy(types.DeploymentStrategyRolling)
			f.now = f.now.Add(time.Second)
			f.release()
			f.stop(how)
			for range 20 {
				f.scheduleWatched()
				f.serves(f.live)
				f.work()
			}
			f.pass(time.Hour)
			f.serves(f.live)
		})
	}
}

// While a service is reconciled, the last healthy task stays that all traffic goes to, though its deployment has failed:
// until one of the revision is healthy that was chosen before it was.
func TestReconcilingKeepsTheLastHealthyTask(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), func(s *state.Service) { s.DesiredCount = 1 })
	f.pass(time.Hour)
	old := f.tasksOf(f.service().Primary())[0]
	f.configureStrategy(types.DeploymentStrategyRolling)
	f.now = f.now.Add(time.Second)
	f.release()
	f.schedule()
	last := f.tasksOf(f.service().Primary())[0]
	f.run(last)
	f.target(last, state.TargetHealthy)
	f.target(old, state.TargetUnhealthy)
	f.stop(types.StopServiceDeploymentStopTypeAbort)
	f.schedule()
	f.expectState("STOPPED, live 0/100, test 0/100, PRIMARY FAILED in green 1/0, ACTIVE COMPLETED in green 0/1")
	f.target(last, state.TargetUnhealthy)
	f.update(func(tx *store.Tx) { f.lead(tx, f.test, elbv2.Weights{f.blue: 100, f.green: 0}) })
	f.obeyRules()
	f.away = true // it takes the rules a while later
	f.configureStrategy(types.DeploymentStrategyBlueGreen)
	f.now = f.now.Add(time.Second)
	f.release()
	f.scheduleWatched()
	f.target(last, state.TargetHealthy)
	f.scheduleWatched()
	f.away = false
	f.pass(2 * time.Hour)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 1/1")
}

// An alarm is on when a rolling update follows in the bake time.
func TestARollingUpdateWhileAnAlarmIsOn(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.alarm("ALARM")
	f.change(func(s *state.Service) {
		c := *s.DeploymentConfiguration
		c.Strategy = types.DeploymentStrategyRolling
		c.Alarms = &types.DeploymentAlarms{Enable: true, Rollback: true, AlarmNames: []string{"slow"}}
		s.DeploymentConfiguration = &c
	})
	f.now = f.now.Add(time.Second)
	f.release()
	for range 20 {
		f.scheduleWatched()
		f.serves(f.live)
		f.work()
	}
	f.pass(time.Hour)
	f.serves(f.live)
}

// A shift is aborted on its way while no task is wanted; the next deployments go on.
func TestAShiftIsAbortedWithoutTasks(t *testing.T) {
	f := newShiftFixture(t, canary(), nil)
	f.pass(time.Hour)
	f.desire(0)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.stop(types.StopServiceDeploymentStopTypeAbort)
	f.goOn()
	f.desire(2)
	f.now = f.now.Add(time.Second)
	f.release()
	f.pass(2 * time.Hour)
	f.serves(f.live)
	f.release()
	f.pass(2 * time.Hour)
	f.serves(f.live)
}

func TestAShiftIsAbortedWithoutTasksAndNoneAreWanted(t *testing.T) {
	f := newShiftFixture(t, canary(), func(s *state.Service) { s.DesiredCount = 0 })
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.stop(types.StopServiceDeploymentStopTypeAbort)
	f.goOn()
	f.now = f.now.Add(time.Second)
	f.release()
	f.pass(2 * time.Hour)
	f.desire(2)
	f.pass(2 * time.Hour)
	f.serves(f.live)
	f.release()
	f.pass(2 * time.Hour)
	f.serves(f.live)
}

// A rolling update was aborted, and a task of it is slow to stop; all traffic is where it was. The next one, a blue/green
// deployment, has nothing to reconcile.
func TestNothingToReconcile(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling}, nil)
	f.pass(time.Hour)
	f.now = f.now.Add(time.Second)
	f.release()
	f.schedule()
	f.deaf = f.tasksOf(f.service().Primary())[0].ARN
	f.stop(types.StopServiceDeploymentStopTypeAbort)
	f.goOn()
	f.configureStrategy(types.DeploymentStrategyBlueGreen)
	f.now = f.now.Add(time.Second)
	f.release()
	f.goOn()
	if stage := f.record().Shift.Stage; stage == types.ServiceDeploymentLifecycleStageReconcileService {
		t.Error("it reconciles a service all of whose traffic goes to what completed last")
	}
	f.pass(72 * time.Hour)
}

// The group of the healthy tasks has just been deleted.
func TestGroupGone(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling}, nil)
	f.pass(time.Hour)
	f.update(func(tx *store.Tx) {
		for _, arn := range []string{f.live, f.test} {
			r := *elbv2.FindRule(tx, arn)
			r.Actions = []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &f.green}}
			elbv2.PutRule(tx, &r)
		}
		elbv2.DeleteTargetGroup(tx, elbv2.FindTargetGroup(tx, f.blue))
	})
	f.nowhere = f.blue
	f.obeyRules()
	f.now = f.now.Add(time.Second)
	f.release()
	f.scheduleUntilRefused(t)
	for range 10 {
		f.work()
		f.scheduleUntilRefused(t)
	}
	f.serves(f.live)
}

// scheduleUntilRefused is schedule, where a plan may be refused: the next one knows why.
func (f *shiftFixture) scheduleUntilRefused(t *testing.T) {
	if f.controller == nil {
		f.reconcile(serviceARN)
	}
	for range 20 {
		if _, err := f.controller.reconcile(serviceARN, func() time.Time { return f.now }); err != nil {
			t.Log("error:", err)
			return
		}
	}
}

// One of the two tasks that serve exits as a rolling update begins; maximumPercent leaves no room beside idle ones.
func TestIdleTasksTakeTheRoom(t *testing.T) {
	f := newShiftFixture(t, canary(), func(s *state.Service) { s.DesiredCount = 1 })
	f.pass(time.Hour)
	f.change(func(s *state.Service) {
		c := *s.DeploymentConfiguration
		c.MaximumPercent = aws.Int32(150)
		s.DeploymentConfiguration = &c
	})
	f.release()
	f.goOn()
	f.configureStrategy(types.DeploymentStrategyRolling)
	f.now = f.now.Add(time.Second)
	f.release()
	f.reconcile(serviceARN) // leads all traffic to green
	for _, d := range f.service().Deployments {
		if len(d.Revision.TargetGroups) > 0 && d.Revision.TargetGroups[0] == f.green {
			for _, task := range f.tasksOf(d) {
				f.end(task, types.TaskStopCodeEssentialContainerExited)
			}
		}
	}
	for range 200 {
		f.wakeAt = f.reconcile(serviceARN).WakeAt
		if !f.work() && f.wakeAt.After(f.now) {
			f.now = f.wakeAt
		}
	}
	f.serves(f.live)
}
