package operation_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
)

// TestAFailedCreateGoesOn: a stack whose create has failed is updated, if that is not rolled back either (CFN0051).
func TestAFailedCreateGoesOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := body(resource("A", "T0", `"P":"1"`, ""), resource("B", "T0", `"R":{"Ref":"A"}`, ""), resource("C", "T0", `"R":{"Ref":"B"}`, ""))
	f.world.fault = failing("B", cloudformation.Create)
	f.mustBegin("s", f.creates(g, doNothing))
	f.ends(cloudformation.CreateFailed)
	if err := f.begin("s", f.updates(g, rollback)); err == nil || !strings.HasPrefix(err.Error(), "This stack is currently in a non-terminal [CREATE_FAILED] state.") {
		t.Errorf("an update with rollback: %v", err)
	}

	// It fails once more, and is taken back.
	f.mustBegin("s", f.updates(g, doNothing))
	f.ends(cloudformation.UpdateFailed)
	f.world.fault = nil
	other := f.updates(body(resource("A", "T0", `"P":"2"`, ""), resource("C", "T0", "", "")), doNothing)
	n := len(f.events("s"))
	f.mustBegin("s", other)
	f.ends(cloudformation.UpdateComplete)
	f.tells(n, "* UPDATE_IN_PROGRESS User Initiated", "A UPDATE_IN_PROGRESS", "C CREATE_IN_PROGRESS", "A UPDATE_COMPLETE",
		"C CREATE_IN_PROGRESS Resource creation Initiated", "C CREATE_COMPLETE", "* UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "B DELETE_COMPLETE", "* UPDATE_COMPLETE")
	if got, want := f.world.read(nil), fresh(t, body(resource("A", "T0", `"P":"2"`, ""), resource("C", "T0", "", ""))); got != want {
		t.Errorf("there is\n%s\nwant\n%s", got, want)
	}

	// From now on there is something to return to.
	f.world.fault = failing("C", cloudformation.Update)
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"P":"3"`, ""), resource("C", "T0", `"P":"3","R":{"Ref":"A"}`, "")), rollback))
	f.runUntil("s", func() bool { return f.stack("s").Status == cloudformation.UpdateRollbackInProgress })
	f.world.fault = nil
	f.ends(cloudformation.UpdateRollbackComplete)
}

// TestAFailedCreateIsTakenBack: all goes, also after an update that has failed, as there was never anything that worked.
func TestAFailedCreateIsTakenBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := body(resource("A", "T0", "", ""), resource("B", "T0", `"R":{"Ref":"A"}`, ""))
	f.world.fault = failing("B", cloudformation.Create)
	f.mustBegin("s", f.creates(g, doNothing))
	f.ends(cloudformation.CreateFailed)
	f.mustBegin("s", f.updates(g, doNothing))
	f.ends(cloudformation.UpdateFailed)
	f.mustBegin("s", operation.Order{Kind: cloudformation.Rollback})
	f.ends(cloudformation.RollbackComplete)
	if got := f.world.read(nil); got != "" {
		t.Errorf("%s is left", got)
	}
}

// TestWhatIsNotUpdated: a stack that was created with OnFailure DO_NOTHING, and what would be replaced without a rollback (CFN0051).
func TestWhatIsNotUpdated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := body(resource("A", "T0", `"K":"1"`, ""))
	f.world.fault = failing("A", cloudformation.Create)
	o := f.creates(g, doNothing)
	o.NamedOnFailure = doNothing
	f.mustBegin("s", o)
	f.ends(cloudformation.CreateFailed)
	if err := f.begin("s", f.updates(g, doNothing)); err == nil || !strings.HasPrefix(err.Error(), "This stack cannot be updated from [CREATE_FAILED] state because it contains [on-failure: DO_NOTHING].") {
		t.Error(err)
	}

	f = newFixture(t)
	n := f.create(g, cloudformation.CreateComplete)
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"K":"2"`, "")), doNothing))
	f.ends(cloudformation.UpdateFailed)
	f.tells(n, "* UPDATE_IN_PROGRESS User Initiated", "A UPDATE_FAILED Replacement type updates not supported on stack with disable-rollback.",
		"* UPDATE_FAILED The following resource(s) failed to update: [A].")
	f.mustBegin("s", operation.Order{Kind: cloudformation.Rollback})
	f.ends(cloudformation.UpdateRollbackComplete)
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"K":"2"`, "")), rollback))
	f.ends(cloudformation.UpdateComplete)
}
