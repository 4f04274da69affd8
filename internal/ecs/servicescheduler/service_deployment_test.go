package servicescheduler

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// records are the service's service deployments, newest first.
func (f *fixture) records() []*state.ServiceDeployment {
	list := state.ServiceDeployments(f.store.Read(), serviceARN)
	slices.SortFunc(list, func(a, b *state.ServiceDeployment) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return list
}

// expectRecords compares them, newest first: status, then requested and running tasks of
// the target and of each source, then the reason.
func (f *fixture) expectRecords(want ...string) {
	f.t.Helper()
	var got []string
	for _, r := range f.records() {
		line := fmt.Sprintf("%s %d/%d", r.Status, r.Target.Requested, r.Target.Running)
		for _, source := range r.Sources {
			line += fmt.Sprintf(" %d/%d", source.Requested, source.Running)
		}
		if r.StatusReason != "" {
			line += " " + r.StatusReason
		}
		got = append(got, line)
	}
	if !slices.Equal(got, want) {
		f.t.Fatalf("service deployments\n  %q\nwant\n  %q", got, want)
	}
}

func (f *fixture) stopDeployment(how types.StopServiceDeploymentStopType) {
	f.t.Helper()
	f.update(func(tx *store.Tx) { state.StopServiceDeployment(tx, f.records()[0], how, f.now) })
}

func (f *fixture) later() { f.now = f.now.Add(time.Second) }

func TestServiceDeploymentSucceeds(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.expectRecords("PENDING 0/0")
	f.later()
	f.schedule()
	f.expectRecords("IN_PROGRESS 0/0") // counts are those at the end
	r := f.records()[0]
	if !r.StartedAt.Equal(f.now) || r.CircuitBreaker.Status != "MONITORING" || r.CircuitBreaker.Threshold != 3 {
		t.Errorf("%+v", r)
	}
	f.settle()
	f.expectRecords("SUCCESSFUL 1/1")
	r = f.records()[0]
	if !r.Ended() || !r.UpdatedAt.Equal(r.FinishedAt) || r.CircuitBreaker.Status != "MONITORING_COMPLETE" || !r.StoppedAt.IsZero() {
		t.Errorf("%+v", r)
	}
	f.later()
	f.deploy(false)
	f.settle()
	f.expectRecords("SUCCESSFUL 1/1 0/0", "SUCCESSFUL 1/1")
	if old, revision := f.records()[1], f.records()[0].Sources[0].ARN; old.RetiredAt.IsZero() || revision != old.Target.ARN {
		t.Errorf("%+v, replaced %s", old, revision)
	}
}

func TestServiceDeploymentIsSuperseded(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	f.later()
	f.deploy(false)
	f.schedule()
	f.later()
	f.deploy(false)
	f.schedule()
	f.expectRecords("IN_PROGRESS 0/0 0/0 0/0", "STOP_REQUESTED 0/0 0/0", "SUCCESSFUL 2/2")
	f.settle()
	f.expectRecords("SUCCESSFUL 2/2 0/0 0/0", "STOPPED 0/0 0/2 "+record.ReasonSuperseded, "SUCCESSFUL 2/2")
	if r := f.records()[1]; r.StoppedAt.IsZero() || !r.StoppedAt.Equal(r.FinishedAt) {
		t.Errorf("%+v", r)
	}
}

// ECS0105: the rollback is a part of the service deployment that failed.
func TestServiceDeploymentRollsBack(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.settle()
	good := f.service().Primary()
	f.later()
	f.deploy(false)
	for range 3 {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
	}
	f.schedule()
	f.expectRecords("ROLLBACK_IN_PROGRESS 0/0 0/0 "+record.ReasonBreakerRollback, "SUCCESSFUL 1/1")
	r := f.records()[0]
	if r.Rollback.Reason != record.ReasonBreakerRollback || r.Rollback.RevisionARN != good.Revision.ARN ||
		r.CircuitBreaker != (state.CircuitBreaker{Status: "TRIGGERED", FailureCount: 3, Threshold: 3}) {
		t.Errorf("%+v, rollback %+v", r, r.Rollback)
	}
	if front := f.service().Primary(); front.Revision.ARN != good.Revision.ARN || front.ServiceDeploymentARN != r.ARN {
		t.Errorf("%+v", front)
	}
	f.settle()
	f.expectRecords("ROLLBACK_SUCCESSFUL 0/0 0/0 "+record.ReasonBreakerRollback, "SUCCESSFUL 1/1")
	if row := state.FindServiceRevision(f.store.Read(), good.Revision.ARN); !row.RetiredAt.IsZero() {
		t.Error("the revision that was rolled back to is in use")
	}
}

func TestServiceDeploymentFails(t *testing.T) {
	for _, test := range []struct {
		rollback bool
		want     string
	}{
		{false, "STOPPED 0/0 " + record.ReasonBreakerStop},
		{true, "ROLLBACK_FAILED 0/0 " + record.ReasonNoCandidate}, // ECS0105
	} {
		f := newFixture(t, withBreaker(test.rollback))
		for range 3 {
			f.schedule()
			f.failNew(types.TaskStopCodeTaskFailedToStart)
		}
		f.settle()
		f.expectRecords(test.want)
		if r := f.records()[0]; r.CircuitBreaker.Status != "TRIGGERED" || !r.Ended() || r.StoppedAt.IsZero() == !test.rollback {
			t.Errorf("%+v", r)
		}
	}
}

func TestStopServiceDeployment(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	good := f.service().Primary()
	f.later()
	f.deploy(false)
	seen := len(f.messages())
	f.schedule()
	f.stopDeployment(types.StopServiceDeploymentStopTypeRollback)
	f.expectRecords("ROLLBACK_REQUESTED 0/0 0/0", "SUCCESSFUL 2/2")
	f.schedule()
	f.expect("IN_PROGRESS desired 2 pending 0 running 0 failed 0", // there is no room yet
		"FAILED desired 0 pending 2 running 0 failed 0",
		"COMPLETED desired 0 pending 0 running 2 failed 0")
	f.stopDeployment(types.StopServiceDeploymentStopTypeAbort) // the rollback goes on
	f.expectRecords("ROLLBACK_IN_PROGRESS 0/0 0/0 "+record.ReasonUserRollback, "SUCCESSFUL 2/2")
	f.settle()
	f.expectRecords("ROLLBACK_SUCCESSFUL 0/0 0/0 "+record.ReasonUserRollback, "SUCCESSFUL 2/2")
	if front := f.service().Primary(); front.Revision.TaskDefinition != good.Revision.TaskDefinition {
		t.Errorf("%+v", front.Revision)
	}
	if got := f.messages()[seen+2]; got != (event.RollingBack{Deployment: good.ID}).Message("web") {
		t.Error(got)
	}
}

func TestAbortServiceDeployment(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	f.later()
	f.deploy(false)
	f.stopDeployment(types.StopServiceDeploymentStopTypeAbort) // before it has started
	f.expectRecords("STOP_REQUESTED 0/0 0/0", "SUCCESSFUL 2/2")
	f.settle()
	f.expectRecords("STOPPED 0/0 2/2 "+record.ReasonUserStop, "SUCCESSFUL 2/2")
	f.expect("FAILED desired 0 pending 0 running 0 failed 0", "COMPLETED desired 2 pending 0 running 2 failed 0")
}

// Tasks of a superseded deployment stay when the one after it fails. Its service deployment
// ends all the same.
func TestSupersededServiceDeploymentEndsThoughItsTasksStay(t *testing.T) {
	f := newFixture(t, nil)
	f.schedule()
	f.obey()
	f.later()
	f.deploy(false)
	f.schedule()
	f.expectRecords("IN_PROGRESS 0/0 0/0", "STOP_REQUESTED 0/0")
	f.stopDeployment(types.StopServiceDeploymentStopTypeAbort)
	f.settle()
	f.expect("FAILED desired 0 pending 0 running 0 failed 0", "IN_PROGRESS desired 0 pending 0 running 2 failed 0")
	f.expectRecords("STOPPED 0/0 0/2 "+record.ReasonUserStop, "STOPPED 0/2 "+record.ReasonSuperseded)
}

func TestStoppedServiceDeploymentOfADeletedServiceDoesNotSucceed(t *testing.T) {
	for _, how := range types.StopServiceDeploymentStopType("").Values() {
		f := newFixture(t, nil)
		f.schedule()
		f.stopDeployment(how)
		f.change(func(s *state.Service) { s.DesiredCount, s.DeletedAt = 0, f.now })
		for range 3 {
			f.schedule()
			f.obey()
		}
		f.expectRecords("STOPPED 0/0 " + record.ReasonUserStop)
	}
}

func TestDeletedServiceEndsItsServiceDeployment(t *testing.T) {
	f := newFixture(t, nil)
	f.schedule()
	f.change(func(s *state.Service) { s.DesiredCount, s.DeletedAt = 0, f.now })
	for range 3 {
		f.schedule()
		f.obey()
	}
	f.expect("COMPLETED desired 0 pending 0 running 0 failed 0")
	f.expectRecords("SUCCESSFUL 0/0")
}

// A file of an older format knows of a rollback, but not of which service deployment.
func TestRollbackFromAnOlderFormatSucceeds(t *testing.T) {
	f := newFixture(t, nil)
	f.change(func(s *state.Service) { s.Primary().RestoresID = "ecs-svc/1" })
	f.settle()
	f.expectRecords("SUCCESSFUL 2/2")
}
