package overview_test

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func stack(name string, status cloudformation.StackStatus) *cloudformation.Stack {
	return &cloudformation.Stack{Scope: scope, ID: cloudformation.StackPrefix(scope) + name + "/1", Name: name, Status: status}
}

// put writes stacks with the events that each has told, a second apart: of itself and of its resource Service.
func (w *world) put(s *cloudformation.Stack, told ...cloudformation.Event) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		cloudformation.PutStack(tx, s)
		var events []*cloudformation.Event
		for i, e := range told {
			if e.At = began.Add(time.Duration(i) * time.Second); e.LogicalID == "" {
				e.LogicalID, e.PhysicalID, e.Type = s.Name, s.ID, cloudformation.TypeStack
			}
			events = append(events, &e)
		}
		cloudformation.AppendEvents(tx, s.ID, events)
	})
}

func ofStack(status cloudformation.StackStatus, reason string) cloudformation.Event {
	return cloudformation.Event{Status: string(status), Reason: reason}
}

func ofResource(id string, status cloudformation.ResourceStatus, reason string) cloudformation.Event {
	return cloudformation.Event{LogicalID: id, PhysicalID: id + "-1", Type: "AWS::ECS::Service", Status: string(status), Reason: reason}
}

func TestStacksThatAreAsWantedAreNotShown(t *testing.T) {
	w := newWorld(t)
	for _, status := range []cloudformation.StackStatus{
		cloudformation.CreateComplete, cloudformation.UpdateComplete, cloudformation.DeleteComplete, cloudformation.ReviewInProgress,
	} {
		w.put(stack(string(status), status))
	}
	if view := w.read(overview.Options{}); len(view.Stacks) > 0 || view.NotAsWanted.Sum() > 0 || !view.Settled {
		t.Errorf("%+v, %+v", view.Stacks, view.NotAsWanted)
	}
}

func TestAStackIsSettledOnceNothingIsUnderWay(t *testing.T) {
	for status, settled := range map[cloudformation.StackStatus]bool{
		cloudformation.CreateInProgress: false, cloudformation.CreateFailed: true, cloudformation.RollbackInProgress: false,
		cloudformation.RollbackFailed: true, cloudformation.RollbackComplete: true, cloudformation.UpdateInProgress: false,
		cloudformation.UpdateCompleteCleanupInProgress: false, cloudformation.UpdateFailed: true, cloudformation.UpdateRollbackInProgress: false,
		cloudformation.UpdateRollbackFailed: true, cloudformation.UpdateRollbackCompleteInProgress: false,
		cloudformation.UpdateRollbackComplete: true, cloudformation.DeleteInProgress: false, cloudformation.DeleteFailed: true,
	} {
		w := newWorld(t)
		w.put(stack("web", status))
		view := w.read(overview.Options{})
		if len(view.Stacks) != 1 || view.NotAsWanted != (overview.Counts{Stacks: 1}) || view.Settled != settled {
			t.Errorf("%s: %+v, %+v, settled %t", status, view.Stacks, view.NotAsWanted, view.Settled)
		}
		if view := w.read(overview.Options{Cluster: "shop"}); len(view.Stacks) > 0 || view.NotAsWanted.Sum() > 0 {
			t.Errorf("of a cluster: %+v", view.Stacks)
		}
	}
}

func TestAStackSaysWhatItWaitsFor(t *testing.T) {
	w := newWorld(t)
	s := stack("web", cloudformation.UpdateCompleteCleanupInProgress)
	w.put(s, ofStack(cloudformation.UpdateInProgress, "User Initiated"))
	physical := func(id string, step *cloudformation.Step) *cloudformation.Physical {
		return &cloudformation.Physical{ID: id, Spec: &cloudformation.Spec{Type: "T::" + id}, Step: step}
	}
	retry := physical("role", nil)
	retry.RetryAt = began.Add(2 * time.Hour)
	w.update(func(tx *store.Tx) {
		cloudformation.PutOperation(tx, &cloudformation.Operation{StackID: s.ID, Began: began, MonitoredUntil: began.Add(time.Minute)})
		for _, r := range []*cloudformation.Resource{
			{LogicalID: "A", Leaving: []*cloudformation.Physical{retry, physical("old", &cloudformation.Step{Action: cloudformation.Delete, Began: began.Add(2)})}},
			{LogicalID: "B", Now: physical("same", nil)},
			{LogicalID: "C", Next: physical("new", &cloudformation.Step{Action: cloudformation.Create, Began: began.Add(1), Stable: true}), Now: physical("same", nil)},
			{LogicalID: "D"},
		} {
			r.StackID = s.ID
			cloudformation.PutResource(tx, r)
		}
	})
	want := overview.Stack{
		ID: s.ID, Name: "web", Status: "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Since: began, MonitoredUntil: began.Add(time.Minute),
		NotAsWanted: "it is UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", WaitsFor: []overview.StackResource{
			{LogicalID: "C", PhysicalID: "new", Type: "T::new", Status: "CREATE_IN_PROGRESS", Since: began.Add(1), Stabilizing: true},
			{LogicalID: "A", PhysicalID: "old", Type: "T::old", Status: "DELETE_IN_PROGRESS", Since: began.Add(2)},
			{LogicalID: "A", PhysicalID: "role", Type: "T::role", Status: "DELETE_FAILED", RetryAt: began.Add(2 * time.Hour)},
		},
	}
	if got := w.read(overview.Options{}).Stacks[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAStackSaysWhatHasFailedFirst(t *testing.T) {
	before := []cloudformation.Event{
		ofStack(cloudformation.CreateInProgress, "User Initiated"), ofResource("Before", cloudformation.ResourceCreateFailed, "no"),
		ofStack(cloudformation.UpdateInProgress, "User Initiated"),
	}
	back := ofStack(cloudformation.UpdateRollbackInProgress, "The following resource(s) failed to create: [A, B]. ")
	for _, c := range []struct {
		why           string
		status        cloudformation.StackStatus
		told          []cloudformation.Event
		first, inBack string // logical id and reason
	}{
		{"under way", cloudformation.UpdateInProgress, nil, "", ""},
		{"the first of two", cloudformation.UpdateInProgress, []cloudformation.Event{
			ofResource("A", cloudformation.ResourceCreateFailed, "denied"), ofResource("B", cloudformation.ResourceCreateFailed, "Resource creation cancelled"),
		}, "A denied", ""},
		{"rolled back", cloudformation.UpdateRollbackComplete, []cloudformation.Event{
			ofResource("A", cloudformation.ResourceCreateFailed, "denied"), back, ofStack(cloudformation.UpdateRollbackComplete, ""),
		}, "A denied", ""},
		{"the rollback fails, too", cloudformation.UpdateRollbackFailed, []cloudformation.Event{
			ofResource("A", cloudformation.ResourceCreateFailed, "denied"), back, ofResource("B", cloudformation.ResourceUpdateFailed, "gone"),
			ofStack(cloudformation.UpdateRollbackFailed, "The following resource(s) failed to update: [B]. "),
		}, "A denied", "B gone"},
		{"no resource has failed", cloudformation.UpdateRollbackComplete, []cloudformation.Event{
			ofStack(cloudformation.UpdateRollbackInProgress, "Alarm went to ALARM"), ofStack(cloudformation.UpdateRollbackComplete, ""),
		}, "web Alarm went to ALARM", ""},
	} {
		w := newWorld(t)
		w.put(stack("web", c.status), append(before[:3:3], c.told...)...)
		got := w.read(overview.Options{}).Stacks[0]
		text := func(f *overview.StackFailure) string {
			if f == nil {
				return ""
			}
			return f.LogicalID + " " + f.Reason
		}
		if text(got.Failure) != c.first || text(got.RollbackFailure) != c.inBack {
			t.Errorf("%s: first %q, in the rollback %q", c.why, text(got.Failure), text(got.RollbackFailure))
		}
		if want := began.Add(time.Duration(2+len(c.told)) * time.Second); !got.Since.Equal(want) {
			t.Errorf("%s: since %s, not %s", c.why, got.Since, want)
		}
	}
}

// A stack that is as wanted is not looked at, however many events and resources it has.
func TestIdleStacksCostNothing(t *testing.T) {
	w := newWorld(t)
	empty := testing.AllocsPerRun(10, func() { w.read(overview.Options{}) })
	for n := range 200 {
		s := stack(strconv.Itoa(n), cloudformation.CreateComplete)
		w.put(s, ofStack(cloudformation.CreateInProgress, "User Initiated"), ofResource("A", cloudformation.ResourceCreateComplete, ""))
		w.update(func(tx *store.Tx) {
			cloudformation.PutResource(tx, &cloudformation.Resource{StackID: s.ID, LogicalID: "A", Status: cloudformation.ResourceCreateComplete})
		})
	}
	if got := testing.AllocsPerRun(10, func() { w.read(overview.Options{}) }); got > empty {
		t.Errorf("reading allocates %v times with 200 stacks, and %v without", got, empty)
	}
}
