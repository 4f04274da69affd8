package servicescheduler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The new target group is deleted, and the old tasks do not get healthy: the rollback fails after a day, and they
// are kept.
func TestTheNewTargetGroupIsDeletedAndTheOldTasksDoNotServe(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.unused = true
	f.deleteGroup(f.blue)
	for _, task := range f.tasks() {
		f.target(task, state.TargetUnused)
	}
	f.pass(24*time.Hour - time.Second)
	f.expectState("back CLEAN_UP, ROLLBACK_IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 0/0")
	f.pass(2 * time.Second)
	f.expectReason("The rollback failed because the CLEAN_UP stage timed out.")
	f.expectWeights("0 0, 100 100")
	f.desire(3)
	f.crash()
	f.goOn()
	f.expectState("back CLEAN_UP, ROLLBACK_FAILED, live 0/100, test 0/100, PRIMARY FAILED in green 3/3")
}

// The old tasks cannot come back: after a day the rollback has failed. Traffic and the new tasks stay, and the old
// ones go on to be wanted.
func TestARollbackWhoseOldTasksDoNotServeFailsAfterADay(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.nowhere = f.green
	for _, task := range f.tasksOf(f.service().Deployments[1]) {
		f.target(task, state.TargetUnused)
	}
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.pass(24*time.Hour - time.Second)
	f.expectState("back TEST_TRAFFIC_SHIFT, ROLLBACK_IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 2/2")
	f.pass(2 * time.Second)
	const why = "The rollback failed because the TEST_TRAFFIC_SHIFT stage timed out."
	f.expectReason(why)
	f.expectWeights("100 100, 0 0")
	if !slices.ContainsFunc(f.messages(), func(m string) bool { return strings.HasSuffix(m, "deployment failed: "+why) }) {
		t.Errorf("events: %q", f.messages())
	}
	f.desire(3)
	f.crash()
	f.goOn()
	f.expectState("back TEST_TRAFFIC_SHIFT, ROLLBACK_FAILED, live 100/0, test 100/0, PRIMARY FAILED in green 3/3, ACTIVE FAILED in blue 3/3")
	f.release()
	f.pass(time.Hour)
	if got := f.record().Shift.Stage; got != types.ServiceDeploymentLifecycleStageScaleUp { // its tasks are in the same group
		t.Errorf("the next deployment is at %s", got)
	}
	f.nowhere = ""
	f.pass(time.Hour)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 3/3")
}

// All traffic has been on the new tasks since the bake time. Old ones may stay for any reason and for any time:
// the deployment is not undone.
func TestOldTasksThatStayUndoNoDeployment(t *testing.T) {
	for name, keep := range map[string]func(f *shiftFixture, old *state.Task){
		"protected": func(f *shiftFixture, old *state.Task) {
			f.update(func(tx *store.Tx) { state.ProtectTask(tx, old.ARN, f.now.Add(48*time.Hour)) })
		},
		"its agent does not hear": func(f *shiftFixture, old *state.Task) { f.deaf = old.ARN },
	} {
		t.Run(name, func(t *testing.T) {
			f := newShiftFixture(t, blueGreen(), nil)
			f.pass(time.Hour)
			f.release()
			f.goOn()
			old := f.tasksOf(f.service().Deployments[1])[0]
			keep(f, old)
			f.pass(5*time.Minute + 24*time.Hour - time.Second)
			if r := f.record(); r.Status != types.ServiceDeploymentStatusInProgress || r.Shift.Stage != types.ServiceDeploymentLifecycleStageCleanUp {
				t.Fatal(f.state())
			}
			f.pass(time.Second)
			f.expectReason("The CLEAN_UP stage timed out. Tasks of the old revision that are left stop as soon as they can.")
			f.desire(3)
			f.goOn()
			shown, want := f.state(), "CLEAN_UP, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 3/3"
			if !strings.HasPrefix(shown, want) || !slices.ContainsFunc(f.tasks(), func(task *state.Task) bool { return task.ARN == old.ARN }) {
				t.Fatalf("%s: with %d tasks", shown, len(f.tasks()))
			}
			f.deaf = ""
			f.pass(25 * time.Hour)
			f.expectState(want)
		})
	}
}

// Old tasks that stay, and serve no more, keep none of the new ones from being replaced.
func TestOldTasksThatStayDoNotStandForNewOnes(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), func(s *state.Service) { s.DesiredCount = 4 })
	f.pass(time.Hour)
	f.release()
	f.goOn()
	for _, old := range f.tasksOf(f.service().Deployments[1]) {
		f.update(func(tx *store.Tx) { state.ProtectTask(tx, old.ARN, f.now.Add(48*time.Hour)) })
	}
	f.pass(5*time.Minute + 24*time.Hour)
	f.desire(1)
	f.goOn()
	f.crash()
	f.goOn()
	f.expectState("CLEAN_UP, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 1/1, ACTIVE COMPLETED in green 3/0")
	f.pass(25 * time.Hour)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 1/1")
	if !f.service().Steady {
		t.Error("the service is not steady")
	}
}

// A rollback that has led all traffic back has succeeded as well, also if new tasks stay there.
func TestNewTasksThatStayKeepNoRollback(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.deaf = f.tasksOf(f.service().Deployments[0])[0].ARN
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.pass(24*time.Hour + time.Second)
	if r := f.record(); r.Status != types.ServiceDeploymentStatusRollbackSuccessful || r.StatusReason != record.ReasonUserRollback {
		t.Fatalf("%s: %q", f.state(), r.StatusReason)
	}
	f.deaf = ""
	f.goOn()
	f.expectState("back CLEAN_UP, " + rolledBackState)
}

// Nor do new tasks that stay after a rollback that failed.
func TestNewTasksThatStayDoNotStandForOldOnes(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), func(s *state.Service) { s.DesiredCount = 4 })
	f.pass(time.Hour)
	f.release()
	f.goOn()
	for _, task := range f.tasksOf(f.service().Deployments[0]) {
		f.update(func(tx *store.Tx) { state.ProtectTask(tx, task.ARN, f.now.Add(48*time.Hour)) })
	}
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.goOn()
	f.nowhere = f.green
	for _, task := range f.tasksOf(f.service().Primary()) {
		f.target(task, state.TargetUnused)
	}
	f.pass(24*time.Hour + time.Second)
	f.desire(1)
	f.goOn()
	f.crash()
	f.goOn()
	f.expectState("back CLEAN_UP, ROLLBACK_FAILED, live 0/100, test 0/100, PRIMARY FAILED in green 1/1, ACTIVE FAILED in blue 3/0")
	f.pass(25 * time.Hour)
	f.expectState("back CLEAN_UP, ROLLBACK_FAILED, live 0/100, test 0/100, PRIMARY FAILED in green 1/1")
}

// A rollback that fails after it has led traffic back shows it there.
func TestARollbackThatFailsShowsWhereTrafficIs(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.configureHooks(lambdaAt(types.DeploymentLifecycleHookStageTestTrafficShift))
	f.release()
	f.goOn()
	f.answer("")
	f.goOn()
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.goOn() // traffic is back, and the hook is asked
	f.nowhere = f.green
	for _, task := range f.tasksOf(f.service().Primary()) {
		f.target(task, state.TargetUnused)
	}
	f.pass(49 * time.Hour)
	f.expectReason("The rollback failed because the PRODUCTION_TRAFFIC_SHIFT stage timed out.")
	f.expectState("back PRODUCTION_TRAFFIC_SHIFT, ROLLBACK_FAILED, live 0/100, test 0/100, PRIMARY FAILED in green 2/2, ACTIVE FAILED in blue 2/2")
	f.expectWeights("0 0, 100 100")
}
