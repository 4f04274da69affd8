package operation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	rollback  = cloudformation.OnFailureRollback
	doNothing = cloudformation.OnFailureDoNothing
)

// body is a template of resources, by their names and what else they have.
func body(parts ...string) graphOf {
	return graphOf{body: `{"Resources":{` + strings.Join(parts, ",") + `}}`}
}

func resource(name, kind, properties, rest string) string {
	return `"` + name + `":{"Type":"Test::T::` + kind + `","Properties":{` + properties + `}` + rest + `}`
}

// failing has calls of one action on a resource fail for good.
func failing(logicalID string, action cloudformation.Action) func(operation.Call) fault {
	return func(c operation.Call) fault {
		if c.LogicalID == logicalID && c.Action == action {
			return fails
		}
		return works
	}
}

// since are the events after n.
func (f *fixture) since(n int) []string { return f.events("s")[n:] }

func (f *fixture) tells(n int, want ...string) {
	f.t.Helper()
	if got := f.since(n); !slices.Equal(got, want) {
		f.t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (f *fixture) create(g graphOf, want cloudformation.StackStatus) int {
	f.t.Helper()
	f.mustBegin("s", f.creates(g, rollback))
	f.ends(want)
	return len(f.events("s"))
}

func (f *fixture) ends(want cloudformation.StackStatus) *cloudformation.Stack {
	f.t.Helper()
	s := f.run("s")
	if s.Status != want {
		f.t.Fatalf("the stack is %s, want %s\n%s", s.Status, want, f.describe("s"))
	}
	return s
}

// cut leaves ids out of reasons.
func cut(events []string) []string {
	for i, e := range events {
		if before, _, found := strings.Cut(e, " (RequestToken"); found {
			events[i] = before
		}
	}
	return events
}

func (f *fixture) tellsCut(n int, want ...string) {
	f.t.Helper()
	if got := cut(f.since(n)); !slices.Equal(got, want) {
		f.t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestEventsOfACreate: CFN-24, 25, 28, 29.
func TestEventsOfACreate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(body(resource("A", "T0", `"P":5`, ""), resource("B", "T0", `"R":{"Ref":"A"}`, "")), cloudformation.CreateComplete)
	f.tells(0, "* CREATE_IN_PROGRESS User Initiated",
		"A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS Resource creation Initiated", "A CREATE_COMPLETE",
		"B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS Resource creation Initiated", "B CREATE_COMPLETE", "* CREATE_COMPLETE")
	s, ids := f.stack("s"), map[string]bool{}
	for e := range cloudformation.Events(f.store.Read(), s.ID) {
		ids[e.ID] = true
		switch {
		case e.Number == 1 && (e.ID != e.OperationID || e.PhysicalID != s.ID):
			t.Errorf("the first event: %+v", e)
		case e.Number == 2 && (e.PhysicalID != "" || e.Properties != `{"P":"5"}`):
			t.Errorf("the first of a resource: %+v", e)
		case e.Number == 7 && (e.PhysicalID != "p2" || e.Properties != `{"R":"p1"}` || !strings.HasPrefix(e.ID, "B-CREATE_COMPLETE-2026-11-29T12:00:")):
			t.Errorf("the last of a resource: %+v", e)
		}
	}
	if len(ids) != 8 {
		t.Errorf("two events have one id: %v", ids)
	}
	if len(s.LastOperations) != 1 || s.LastOperations[0].Kind != cloudformation.CreateStack || s.Operation != "" {
		t.Errorf("the stack: %+v", s)
	}
}

// TestEventsOfAReplacement: CFN-27, 48, 49, 51, 53, 65.
func TestEventsOfAReplacement(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.create(body(resource("A", "T0", `"K":"1"`, ""), resource("B", "T0", `"R":{"Ref":"A"}`, ""), resource("C", "T0", "", ""), resource("D", "T0", "", `,"DeletionPolicy":"Retain"`)), cloudformation.CreateComplete)
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"K":"2"`, ""), resource("B", "T0", `"R":{"Ref":"A"}`, "")), rollback))
	f.ends(cloudformation.UpdateComplete)
	const replaced = "A UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one."
	f.tells(n, "* UPDATE_IN_PROGRESS User Initiated", replaced, "A UPDATE_IN_PROGRESS Resource creation Initiated", "A UPDATE_COMPLETE",
		"B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE", "* UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
		"A DELETE_IN_PROGRESS", "C DELETE_IN_PROGRESS", "D DELETE_SKIPPED", "A DELETE_COMPLETE", "C DELETE_COMPLETE", "* UPDATE_COMPLETE")
	for e := range cloudformation.Events(f.store.Read(), f.stack("s").ID) {
		if strings.HasPrefix(e.Status, "DELETE") && (e.Properties != "" || e.LogicalID == "A" && e.PhysicalID != "p1") {
			t.Errorf("an event of clean-up: %+v", e)
		}
		if e.Reason == strings.TrimPrefix(replaced, "A UPDATE_IN_PROGRESS ") && (e.PhysicalID != "p1" || e.Properties != `{"K":"2"}`) {
			t.Errorf("the replacement: %+v", e)
		}
	}
	var names []string
	for _, r := range cloudformation.Resources(f.store.Read(), f.stack("s").ID) {
		names = append(names, r.LogicalID+" "+string(r.Status)+" "+r.PhysicalID)
	}
	if want := []string{"A UPDATE_COMPLETE p5", "B UPDATE_COMPLETE p4"}; !slices.Equal(names, want) {
		t.Errorf("resources: %v, want %v", names, want)
	}
}

// TestARolledBackCreate: CFN-30, 56, 60.
func TestARolledBackCreate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.world.fault = failing("B", cloudformation.Create)
	o := f.creates(body(resource("A", "T0", "", ""), resource("B", "T0", `"R":{"Ref":"A"}`, ""), resource("C", "T0", `"R":{"Ref":"B"}`, "")), rollback)
	o.Token = "token"
	f.mustBegin("s", o)
	s := f.ends(cloudformation.RollbackComplete)
	f.tellsCut(7-2, "B CREATE_FAILED no", "* ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested by user.",
		"B DELETE_COMPLETE", "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "* ROLLBACK_COMPLETE")
	for e := range cloudformation.Events(f.store.Read(), s.ID) {
		if rolledBack := e.Number > 6; e.Token != "token" || rolledBack != (e.OperationID == s.LastOperations[0].ID) {
			t.Errorf("an event: %+v", e)
		}
	}
	if len(s.LastOperations) != 2 || s.LastOperations[0].Kind != cloudformation.Rollback {
		t.Errorf("operations: %+v", s.LastOperations)
	}
	for _, r := range cloudformation.Resources(f.store.Read(), s.ID) {
		if r.Status != cloudformation.ResourceDeleteComplete || r.LogicalID == "C" {
			t.Errorf("a resource: %+v", r)
		}
	}
	if err := f.begin("s", f.updates(body(resource("A", "T0", "", "")), rollback)); err == nil || err.Error() != "Stack:"+s.ID+" is in ROLLBACK_COMPLETE state and can not be updated." {
		t.Errorf("an update: %v", err)
	}
}

// TestCancelledResources: when one fails, those that only have to get stable are not waited for (CFN-61).
func TestCancelledResources(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tries := 0
	f.world.fault = func(c operation.Call) fault {
		switch {
		case c.LogicalID == "A" && c.Action == cloudformation.Create:
			return isLost
		case c.LogicalID == "B" && c.Action == cloudformation.Create:
			if tries++; tries > 3 {
				return fails
			}
			return polls
		default:
			return works
		}
	}
	f.mustBegin("s", f.creates(body(resource("A", "T0", "", ""), resource("B", "T0", "", "")), doNothing))
	s := f.ends(cloudformation.CreateFailed)
	f.tellsCut(3, "B CREATE_FAILED no", "A CREATE_FAILED Resource creation cancelled", "* CREATE_FAILED The following resource(s) failed to create: [B, A].")
	if !strings.HasSuffix(s.Reason, "[B, A]. ") { // CFN-62
		t.Errorf("the reason is %q", s.Reason)
	}
	f.mustBegin("s", operation.Order{Kind: cloudformation.Rollback})
	f.ends(cloudformation.RollbackComplete)
	if got := f.world.read(nil); got != "" {
		t.Errorf("%s is left", got)
	}
}

// TestARolledBackUpdate: CFN-57.
func TestARolledBackUpdate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := body(resource("A", "T0", `"P":"1"`, ""), resource("B", "T0", `"K":"1"`, ""))
	n := f.create(before, cloudformation.CreateComplete)
	f.world.fault = failing("C", cloudformation.Create)
	o := f.updates(body(resource("A", "T0", `"P":"2"`, ""), resource("B", "T0", `"K":"2"`, ""), resource("C", "T0", `"R":{"Ref":"A"},"V":{"Ref":"B"}`, "")), rollback)
	f.mustBegin("s", o)
	s := f.ends(cloudformation.UpdateRollbackComplete)
	events := cut(f.since(n))
	want := []string{
		"C CREATE_FAILED no", "* UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [C].",
		"A UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE", "A UPDATE_COMPLETE", "* UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
		"B DELETE_IN_PROGRESS", "C DELETE_COMPLETE", "B DELETE_COMPLETE", "* UPDATE_ROLLBACK_COMPLETE",
	}
	if at := slices.Index(events, want[0]); at < 0 || !sameSet(events[at:], want) {
		t.Errorf("events\n%s", strings.Join(events, "\n"))
	}
	if s.Body != before.body || s.Stable != nil {
		t.Errorf("the stack's template is %s", s.Body)
	}
	if cloudformation.FindResource(f.store.Read(), s.ID, "C") != nil {
		t.Error("what has failed is still described")
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// TestCleanUpThatFails is tried three times, three minutes apart (CFN-52).
func TestCleanUpThatFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.create(body(resource("A", "T0", `"K":"1"`, "")), cloudformation.CreateComplete)
	f.world.fault = failing("A", cloudformation.Delete)
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"K":"2"`, "")), rollback))
	began := f.now
	s := f.ends(cloudformation.UpdateComplete)
	f.tellsCut(n+5, "A DELETE_IN_PROGRESS", "A DELETE_FAILED no", "A DELETE_IN_PROGRESS", "A DELETE_FAILED no", "A DELETE_IN_PROGRESS", "A DELETE_FAILED no",
		"* UPDATE_COMPLETE Update successful. One or more resources could not be deleted.")
	if took := f.now.Sub(began); took < 6*time.Minute || took > 7*time.Minute {
		t.Errorf("took %v", took)
	}
	if r := cloudformation.FindResource(f.store.Read(), s.ID, "A"); r.Status != cloudformation.ResourceUpdateComplete || len(r.Leaving) > 0 {
		t.Errorf("the resource: %+v", r)
	}
}

// TestADeleteThatFails: CFN-64, 66, 67.
func TestADeleteThatFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.create(body(resource("A", "T0", "", ""), resource("B", "T0", `"R":{"Ref":"A"}`, ""), resource("C", "T0", "", "")), cloudformation.CreateComplete)
	f.world.fault = failing("B", cloudformation.Delete)
	f.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack})
	s := f.ends(cloudformation.DeleteFailed)
	if s.Reason != "The following resource(s) failed to delete: [B]. " || s.DeletedAt.IsZero() {
		t.Errorf("the stack: %+v", s)
	}
	f.tellsCut(n, "* DELETE_IN_PROGRESS User Initiated", "B DELETE_IN_PROGRESS", "C DELETE_IN_PROGRESS", "B DELETE_FAILED no", "C DELETE_COMPLETE",
		"* DELETE_FAILED The following resource(s) failed to delete: [B].")
	n = len(f.events("s"))
	if err := f.begin("s", operation.Order{Kind: cloudformation.DeleteStack, Retain: []string{"C"}}); err == nil {
		t.Error("what is deleted is retained")
	}
	f.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack, Retain: []string{"B"}})
	f.ends(cloudformation.DeleteComplete)
	f.tells(n, "* DELETE_IN_PROGRESS User Initiated", "B DELETE_SKIPPED", "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "* DELETE_COMPLETE")
	if list := cloudformation.Resources(f.store.Read(), s.ID); len(list) != 3 { // CFN-68
		t.Errorf("%d resources are described", len(list))
	}
}

func TestTerminationProtection(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(body(resource("A", "T0", "", "")), cloudformation.CreateComplete)
	protected := *f.stack("s")
	protected.TerminationProtection = true
	f.put(&protected)
	if err := f.begin("s", operation.Order{Kind: cloudformation.DeleteStack}); err == nil || err.Error() != "Stack [s] cannot be deleted while TerminationProtection is enabled" {
		t.Error(err)
	}
}

func (f *fixture) put(s *cloudformation.Stack) {
	f.t.Helper()
	if err := f.store.Update(func(tx *store.Tx) error { cloudformation.PutStack(tx, s); return nil }); err != nil {
		f.t.Fatalf("%v", err)
	}
}

// TestATypeMayBeDeletedFirst (CFN-54), and a rollback makes it again, with those that refer to it.
func TestATypeMayBeDeletedFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.create(body(resource("A", "T9", `"K":"1"`, ""), resource("B", "T0", `"R":{"Ref":"A"}`, "")), cloudformation.CreateComplete)
	f.world.fault = failing("C", cloudformation.Create)
	f.mustBegin("s", f.updates(body(resource("A", "T9", `"K":"2"`, ""), resource("B", "T0", `"R":{"Ref":"A"}`, ""), resource("C", "T0", `"R":{"Ref":"B"}`, "")), rollback))
	f.ends(cloudformation.UpdateRollbackComplete)
	if got, want := f.world.read(nil), "A Test::T::T9 K=1\nB Test::T::T0 R=@A"; got != want || len(f.world.broken) > 0 {
		t.Errorf("there is\n%s\n%v\n%s", got, f.world.broken, strings.Join(f.since(n), "\n"))
	}
}

// TestATimeout ends a create.
func TestATimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.world.fault = func(c operation.Call) fault {
		if c.Action == cloudformation.Create {
			return polls
		}
		return works
	}
	o := f.creates(body(resource("A", "T0", "", "")), rollback)
	o.TimeoutInMinutes = 5
	f.mustBegin("s", o)
	f.ends(cloudformation.RollbackComplete)
	if took := f.now.Sub(noon); took < 5*time.Minute || took > 6*time.Minute {
		t.Errorf("took %v", took)
	}
	f.tells(2, "A CREATE_FAILED Resource creation cancelled", "* ROLLBACK_IN_PROGRESS Stack creation timed out. Rollback requested by user.", "A DELETE_COMPLETE", "* ROLLBACK_COMPLETE")
}

// TestAnUpdateWithoutChanges: CFN-36.
func TestAnUpdateWithoutChanges(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := body(resource("A", "T0", `"P":"1"`, ""))
	f.create(g, cloudformation.CreateComplete)
	if err := f.begin("s", f.updates(g, rollback)); err == nil || err.Error() != "No updates are to be performed." {
		t.Error(err)
	}
	g.tags = []cloudformation.Tag{{Key: "a", Value: "b"}}
	f.mustBegin("s", f.updates(g, rollback))
	f.ends(cloudformation.UpdateComplete)
	if r := cloudformation.FindResource(f.store.Read(), f.stack("s").ID, "A"); r.Status != cloudformation.ResourceUpdateComplete || len(r.Now.Tags) != 1 {
		t.Errorf("the resource: %+v", r)
	}
	if err := f.begin("s", f.updates(body(resource("A", "T1", "", "")), rollback)); err == nil || !strings.Contains(err.Error(), "[A]") {
		t.Errorf("another type: %v", err)
	}
}

// TestStability: CFN-4, 26.
func TestStability(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.world.slow = true
	f.mustBegin("s", f.creates(body(resource("A", "T0", "", ""), resource("B", "T0", "", "")), rollback))
	f.runUntil("s", func() bool { return f.stack("s").Detailed != "" })
	if s := f.stack("s"); s.Detailed != "CONFIGURATION_COMPLETE" || s.Status != cloudformation.CreateInProgress {
		t.Errorf("the stack: %s %s", s.Status, s.Detailed)
	}
	s := f.ends(cloudformation.CreateComplete)
	const check = "CREATE_IN_PROGRESS Eventual consistency check initiated"
	f.tells(3, "A CREATE_IN_PROGRESS Resource creation Initiated", "A "+check, "B CREATE_IN_PROGRESS Resource creation Initiated", "B "+check, "* "+check,
		"A CREATE_COMPLETE", "B CREATE_COMPLETE", "* CREATE_COMPLETE")
	if s.Detailed != "" {
		t.Errorf("the stack still has %s", s.Detailed)
	}
}

// TestASkippedRollback: ResourcesToSkip, after a rollback that fails.
func TestASkippedRollback(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(body(resource("A", "T0", `"P":"1"`, "")), cloudformation.CreateComplete)
	f.world.fault = func(c operation.Call) fault {
		if c.Action == cloudformation.Delete {
			return works
		}
		return fails
	}
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"P":"2"`, ""), resource("B", "T0", "", "")), rollback))
	s := f.ends(cloudformation.UpdateRollbackFailed)
	if s.Reason != "The following resource(s) failed to update: [A]. " {
		t.Errorf("the reason is %q", s.Reason)
	}
	if err := f.begin("s", operation.Order{Kind: cloudformation.ContinueRollback, Skip: []string{"Z"}}); err == nil {
		t.Error("what is not there is skipped")
	}
	f.mustBegin("s", operation.Order{Kind: cloudformation.ContinueRollback, Skip: []string{"A"}})
	f.ends(cloudformation.UpdateRollbackComplete)
	if r := cloudformation.FindResource(f.store.Read(), s.ID, "A"); r.Status != cloudformation.ResourceUpdateComplete || r.Dirty || r.Before != nil {
		t.Errorf("the resource: %+v", r)
	}
}

// TestTheFirstLook comes after a pause, if there is one; the reason is gone then (CFN-3, CFN-31).
func TestTheFirstLook(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.pause = 3 * time.Second
	f.mustBegin("s", f.creates(body(resource("A", "T0", "", "")), rollback))
	if s := f.stack("s"); s.Reason != "User Initiated" {
		t.Errorf("the reason is %q", s.Reason)
	}
	f.runUntil("s", func() bool { return len(f.events("s")) > 1 })
	if s := f.stack("s"); s.Reason != "" || f.now.Sub(noon) != f.pause {
		t.Errorf("the reason is %q after %v", s.Reason, f.now.Sub(noon))
	}
	f.ends(cloudformation.CreateComplete)
}

// TestPoliciesOfACall have the values of other resources.
func TestPoliciesOfACall(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	seen := ""
	f.world.fault = func(c operation.Call) fault {
		if c.LogicalID == "B" {
			seen += string(c.Action) + c.UpdatePolicy.JSON() + c.Metadata.JSON()
		}
		return works
	}
	const rest = `,"UpdatePolicy":{"X":{"Ref":"A"}},"Metadata":{"M":"1"}`
	f.create(body(resource("A", "T0", "", ""), resource("B", "T0", `"P":"1"`, rest)), cloudformation.CreateComplete)
	f.mustBegin("s", f.updates(body(resource("A", "T0", "", ""), resource("B", "T0", `"P":"2"`, rest)), rollback))
	f.ends(cloudformation.UpdateComplete)
	if want := `Create{"X":"p1"}{"M":"1"}Update{"X":"p1"}{"M":"1"}`; seen != want {
		t.Errorf("calls have %s, want %s", seen, want)
	}
}

// TestAStackPolicy: CFN-97.
func TestAStackPolicy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := body(resource("A", "T0", `"P":"1","K":"1"`, ""), resource("B", "T0", "", ""))
	f.create(before, cloudformation.CreateComplete)
	s := *f.stack("s")
	s.Policy = `{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"},
		{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":"*"}]}`
	f.put(&s)
	for _, g := range []graphOf{body(resource("A", "T0", `"P":"1","K":"2"`, ""), resource("B", "T0", "", "")), body(resource("A", "T0", `"P":"1","K":"1"`, ""))} {
		n := len(f.events("s"))
		f.mustBegin("s", f.updates(g, rollback))
		f.ends(cloudformation.UpdateRollbackComplete)
		if events := strings.Join(f.since(n), "\n"); !strings.Contains(events, "UPDATE_FAILED Action denied by stack policy: Statement [#2] does not allow [Update:Replace, Update:Delete] for resource [") {
			t.Errorf("events\n%s", events)
		}
	}
	if got := f.world.read(nil); got != "A Test::T::T0 K=1 P=1\nB Test::T::T0 " || f.world.made != 2 {
		t.Errorf("there is\n%s", got)
	}
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"P":"2","K":"1"`, ""), resource("B", "T0", "", "")), rollback))
	f.ends(cloudformation.UpdateComplete)
	o := f.updates(body(resource("A", "T0", `"P":"2","K":"2"`, "")), rollback)
	o.PolicyDuringUpdate = `{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}`
	f.mustBegin("s", o)
	if s := f.ends(cloudformation.UpdateComplete); s.Policy == o.PolicyDuringUpdate {
		t.Error("the policy of one update stays")
	}
}
