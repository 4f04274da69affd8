package servicescheduler

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	cw "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// watching has a service name an alarm, slow, and one that is not there.
func watching(rollback bool) func(*state.Service) {
	return func(s *state.Service) {
		c := types.DeploymentConfiguration{}
		if s.DeploymentConfiguration != nil {
			c = *s.DeploymentConfiguration
		}
		c.Alarms = &types.DeploymentAlarms{Enable: true, Rollback: rollback, AlarmNames: []string{"slow", "gone"}}
		s.DeploymentConfiguration = &c
	}
}

func withPercentages(s *state.Service) { percentages(200, 100)(s) }

// alarm puts an alarm of five periods of a minute, and its state.
func (f *fixture) alarm(is cw.StateValue) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		if cloudwatch.Alarms.Find(tx, scope, "slow") == nil {
			a := &cloudwatch.Alarm{Scope: scope, Name: "slow", Settings: cloudwatch.Settings{Period: 60, EvaluationPeriods: 5}}
			a.Begin(f.now)
			cloudwatch.Alarms.Put(tx, a)
		}
		reason := "it is"
		alarmstate.Set(tx, cloudwatch.Alarms.Find(tx, scope, "slow"), alarmstate.State{Value: is, Reason: &reason, At: f.now})
	})
}

func TestARollingUpdateBakesForItsAlarms(t *testing.T) {
	f := newFixture(t, withPercentages)
	f.alarm(cw.StateValueOk)
	f.settle()
	f.change(watching(true))
	f.deploy(true)
	for f.schedule(); f.obey(); f.schedule() {
	}
	begin := f.now
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusInProgress || r.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusMonitoring ||
		!slices.Equal(r.Alarms.Names, []string{"slow", "gone"}) {
		t.Fatalf("%s, alarms %+v", r.Status, r.Alarms)
	}
	f.now = begin.Add(5*time.Minute - 1)
	f.schedule()
	f.expect("IN_PROGRESS desired 2 pending 0 running 2 failed 0")
	if !f.wakeAt.Equal(begin.Add(5 * time.Minute)) {
		t.Errorf("it wakes at %v", f.wakeAt.Sub(begin))
	}
	f.now = f.wakeAt
	f.schedule()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusSuccessful || r.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusMonitoringComplete {
		t.Errorf("%s, alarms %+v", r.Status, r.Alarms)
	}
	f.alarm(cw.StateValueAlarm)
	f.schedule()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

func TestAnAlarmEndsARollingUpdate(t *testing.T) {
	for rollback, want := range map[bool]types.ServiceDeploymentStatus{
		true: types.ServiceDeploymentStatusRollbackSuccessful, false: types.ServiceDeploymentStatusStopped,
	} {
		f := newFixture(t, withPercentages)
		f.alarm(cw.StateValueOk)
		f.settle()
		f.change(watching(rollback))
		f.deploy(true)
		for f.schedule(); f.obey(); f.schedule() { // it bakes
		}
		since := len(f.messages())
		f.alarm(cw.StateValueAlarm)
		f.settle()
		r := f.records()[0]
		if r.Status != want || r.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered || !slices.Equal(r.Alarms.Triggered, []string{"slow"}) {
			t.Errorf("rollback %t: %s, alarms %+v", rollback, r.Status, r.Alarms)
		}
		if got := anonymous(f.messages()[since]); got != "(service web) (deployment ecs-svc/1) deployment failed: alarm detected." {
			t.Errorf("%q", got)
		}
	}
}

// An alarm may leave ALARM before the scheduler looks at it: at the end of the minute in which a client has set it.
func TestAnAlarmThatIsOverEndsARollingUpdate(t *testing.T) {
	f := newFixture(t, withPercentages)
	f.alarm(cw.StateValueAlarm) // before the deployment
	f.alarm(cw.StateValueOk)
	f.settle()
	f.change(watching(true))
	f.deploy(true)
	for f.schedule(); f.obey(); f.schedule() { // it bakes
	}
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusInProgress {
		t.Fatalf("%s, alarms %+v", r.Status, r.Alarms)
	}
	f.alarm(cw.StateValueAlarm) // at the same time: the clock may stand still
	f.alarm(cw.StateValueOk)
	f.settle()
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusRollbackSuccessful || !slices.Equal(r.Alarms.Triggered, []string{"slow"}) {
		t.Errorf("%s, alarms %+v", r.Status, r.Alarms)
	}
}

// A composite alarm bakes for as long as the alarms that it follows.
func TestACompositeAlarmEndsARollingUpdate(t *testing.T) {
	f := newFixture(t, withPercentages)
	reason := "it is"
	set := func(is cw.StateValue) {
		f.update(func(tx *store.Tx) {
			alarmstate.Set(tx, cloudwatch.Alarms.Find(tx, scope, "errors"), alarmstate.State{Value: is, Reason: &reason, At: f.now})
		})
	}
	f.update(func(tx *store.Tx) {
		a := &cloudwatch.Alarm{Scope: scope, Name: "errors", Settings: cloudwatch.Settings{Period: 60, EvaluationPeriods: 5}}
		a.Begin(f.now)
		cloudwatch.Alarms.Put(tx, a)
		alarmstate.Configure(tx, nil, &cloudwatch.Composite{
			Scope: scope, Name: "slow", Children: []string{a.ARN()}, CompositeSettings: cloudwatch.CompositeSettings{Rule: "ALARM(errors)"},
		}, f.now)
	})
	set(cw.StateValueOk)
	f.settle()
	f.change(watching(true))
	f.deploy(true)
	for f.schedule(); f.obey(); f.schedule() { // it bakes
	}
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusInProgress {
		t.Fatalf("%s, alarms %+v", r.Status, r.Alarms)
	}
	set(cw.StateValueAlarm)
	f.settle()
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusRollbackSuccessful || !slices.Equal(r.Alarms.Triggered, []string{"slow"}) {
		t.Errorf("%s, alarms %+v", r.Status, r.Alarms)
	}
}

func TestAnAlarmBeforeTheStartIsNotWatched(t *testing.T) {
	f := newFixture(t, withPercentages)
	f.alarm(cw.StateValueAlarm)
	f.settle()
	f.change(watching(true))
	f.deploy(true)
	f.schedule()
	f.alarm(cw.StateValueOk)
	f.alarm(cw.StateValueAlarm)
	f.settle()
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusSuccessful || r.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusDisabled {
		t.Errorf("%s, alarms %+v", r.Status, r.Alarms)
	}
}

// An alarm leads traffic back at once; without rollback, all stays as it stands.
func TestAnAlarmInTheBakeTimeOfAShift(t *testing.T) {
	for rollback, want := range map[bool]string{
		true:  "back CLEAN_UP, " + rolledBackState,
		false: "BAKE_TIME, STOPPED, live 100/0, test 100/0, PRIMARY FAILED in blue 2/2, ACTIVE COMPLETED in green 2/2",
	} {
		f := newShiftFixture(t, blueGreen(), nil)
		f.alarm(cw.StateValueOk)
		f.pass(time.Hour)
		f.change(watching(rollback))
		f.release()
		f.goOn()
		since := len(f.messages())
		f.alarm(cw.StateValueAlarm)
		f.goOn()
		f.expectState(want)
		if r := f.record(); r.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered {
			t.Errorf("alarms %+v", r.Alarms)
		}
		if messages := strings.Join(f.messages()[since:], "\n"); !strings.Contains(messages, "deployment failed: alarm detected.") {
			t.Errorf("%s", messages)
		}
	}
}

// Only the deployment that names an alarm is looked at when it changes.
func TestAnAlarmWakesItsDeployment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newShiftFixture(t, blueGreen(), nil)
		f.alarm(cw.StateValueOk)
		f.pass(time.Hour)
		f.change(watching(true))
		f.release()
		f.goOn()
		time.Sleep(time.Until(f.now)) // of the bubble
		start(t, f.store, clock.New(clock.Options{}), nil)
		time.Sleep(time.Second)
		f.now = time.Now()
		f.alarm(cw.StateValueAlarm)
		time.Sleep(time.Second)
		if r := f.record(); r.Rollback == nil {
			t.Errorf("it is %s", f.state())
		}
	})
}
