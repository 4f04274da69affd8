package operation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// exporting is a template that exports the value of A's property under a name.
func exporting(p, name string) graphOf {
	return graphOf{body: fmt.Sprintf(`{"Resources":{"A":{"Type":"Test::T::T0","Properties":{"P":%q}}},
		"Outputs":{"O":{"Value":{"Fn::GetAtt":["A","Value"]},"Export":{"Name":%q}},"Q":{"Value":%q,"Export":{"Name":"q-%s"}}}}`, p, name, p, name)}
}

const importing = `{"Resources":{"A":{"Type":"Test::T::T0","Properties":{"P":{"Fn::ImportValue":"net"}}}}}`

func (f *fixture) createNamed(name string, g graphOf, want cloudformation.StackStatus) *cloudformation.Stack {
	f.t.Helper()
	f.mustBegin(name, f.creates(g, rollback))
	s := f.run(name)
	if s.Status != want {
		f.t.Fatalf("%s is %s (%s), want %s", name, s.Status, s.Reason, want)
	}
	return s
}

func (f *fixture) exported() (list []string) {
	for _, e := range cloudformation.Exports(f.store.Read(), here) {
		list = append(list, e.StackName+" "+e.Name+"="+e.Value)
	}
	return list
}

// TestAnExportInUseStays: CFN-69, 70, 71.
func TestAnExportInUseStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.createNamed("s", exporting("1", "net"), cloudformation.CreateComplete)
	f.createNamed("user", graphOf{body: importing}, cloudformation.CreateComplete)
	before := []string{"s net=v-1", "s q-net=1"}
	if got := f.exported(); !slices.Equal(got, before) {
		t.Errorf("exports: %v", got)
	}

	n := len(f.events("s"))
	f.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack})
	s := f.ends(cloudformation.CreateComplete)
	const inUse = " export net as it is in use by user."
	f.tells(n, "* DELETE_IN_PROGRESS User Initiated", "* CREATE_COMPLETE Delete canceled. Cannot delete"+inUse)
	if !s.DeletedAt.IsZero() || s.LastOperations[0].Kind != cloudformation.DeleteStack {
		t.Errorf("the stack: %+v", s)
	}

	n = len(f.events("s"))
	f.mustBegin("s", f.updates(exporting("1", "other"), rollback))
	f.ends(cloudformation.UpdateRollbackComplete)
	f.tells(n, "* UPDATE_IN_PROGRESS User Initiated", "* UPDATE_ROLLBACK_IN_PROGRESS Update canceled. Cannot update"+inUse,
		"* UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "* UPDATE_ROLLBACK_COMPLETE")

	// The value is known only when the resource has changed, which is taken back then.
	f.mustBegin("s", f.updates(exporting("2", "net"), rollback))
	f.ends(cloudformation.UpdateRollbackComplete)
	if got := f.exported(); !slices.Equal(got, before) || f.stack("s").Outputs[0].Value != "v-1" {
		t.Errorf("exports: %v", got)
	}

	f.mustBegin("user", operation.Order{Kind: cloudformation.DeleteStack})
	f.run("user")
	f.mustBegin("s", f.updates(exporting("2", "net"), rollback))
	f.ends(cloudformation.UpdateComplete)
	if got := f.exported(); !slices.Equal(got, []string{"s net=v-2", "s q-net=2"}) {
		t.Errorf("exports: %v", got)
	}
	f.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack})
	f.ends(cloudformation.DeleteComplete)
	if got := f.exported(); got != nil {
		t.Errorf("exports: %v", got)
	}
}

// TestATakenExport: CFN-72. Two stacks that find the name free at first cannot both have it.
func TestATakenExport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustBegin("a", f.creates(exporting("1", "net"), rollback))
	f.mustBegin("b", f.creates(exporting("1", "net"), rollback))
	f.run("b")
	s := f.run("a")
	want := "* ROLLBACK_IN_PROGRESS Export with name net is already exported by stack b. Rollback requested by user."
	if events := f.events("a"); s.Status != cloudformation.RollbackComplete || !slices.Contains(events, want) {
		t.Errorf("the second is %s\n%s", s.Status, strings.Join(events, "\n"))
	}
	if got := f.exported(); len(got) != 2 {
		t.Errorf("exports: %v", got)
	}
}

// TestAnExportThatGoesMeanwhile stops an import: it is claimed when the operation begins (CFN-73).
func TestAnExportThatGoesMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.createNamed("s", exporting("1", "net"), cloudformation.CreateComplete)
	o := f.creates(graphOf{body: importing}, rollback)
	f.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack})
	f.ends(cloudformation.DeleteComplete)
	if err := f.begin("user", o); err == nil || err.Error() != "No export named net found." {
		t.Error(err)
	}
}

// TestNoEcho: no event and no reason has the value (CFN-75), and the resource has it (CFN-77).
func TestNoEcho(t *testing.T) {
	t.Parallel()
	const body = `{"Parameters":{"Pin":{"Type":"String","NoEcho":true}},
		"Resources":{"A":{"Type":"Test::T::T0","Properties":{"P":{"Fn::Sub":"is ${Pin}"}}},
			"B":{"Type":"Test::T::T0","Properties":{"P":{"Fn::Select":[{"Fn::GetAtt":["A","Value"]},{"Fn::Split":["2",{"Ref":"Pin"}]}]}}}},
		"Outputs":{"O":{"Value":{"Fn::Select":[{"Fn::GetAtt":["A","Value"]},[{"Ref":"Pin"}]]}}}}`
	for _, text := range []string{body, strings.Replace(body, `"B":{"Type"`, `"B":{"Type":"Test::T::T0"},"C":{"Condition":"No","Type"`, 1)} {
		text = strings.Replace(text, `"Resources"`, `"Conditions":{"No":{"Fn::Equals":["a","b"]}},"Resources"`, 1)
		f := newFixture(t)
		o := operation.Order{Kind: cloudformation.CreateStack, Template: f.resolve(text, map[string]string{"Pin": "1234"}), OnFailure: rollback}
		f.mustBegin("s", o)
		f.ends(cloudformation.RollbackComplete)
		for e := range cloudformation.Events(f.store.Read(), f.stack("s").ID) {
			if strings.Contains(e.Properties+e.Reason, "1234") {
				t.Errorf("an event: %+v", e)
			}
		}
		if events := strings.Join(f.events("s"), "\n"); !strings.Contains(events, "Error") && !strings.Contains(events, "error") {
			t.Errorf("nothing fails:\n%s", events)
		}
	}
}

// TestReasonsOfHandlersAreMasked: what a service says of a value need not be told.
func TestReasonsOfHandlersAreMasked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	text := `{"Parameters":{"Pin":{"Type":"String","NoEcho":true}},"Resources":{"A":{"Type":"Test::T::T0","Properties":{"P":{"Ref":"Pin"}}}}}`
	f.world.refuses = `Value '1234' is "no"`
	f.mustBegin("s", operation.Order{
		Kind: cloudformation.CreateStack, Template: f.resolve(text, map[string]string{"Pin": "1234"}), OnFailure: rollback,
		Settings: cloudformation.Settings{Parameters: []cloudformation.Parameter{{Key: "Pin", Value: "1234", NoEcho: true}}},
	})
	f.ends(cloudformation.RollbackComplete)
	if got := cut(f.events("s"))[2]; got != `A CREATE_FAILED Value '****' is "no"` {
		t.Error(got)
	}
}

// TestACancelledUpdate goes back, and what it has changed as well.
func TestACancelledUpdate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.create(body(resource("A", "T0", `"P":"1"`, "")), cloudformation.CreateComplete)
	f.world.slow = true
	f.mustBegin("s", f.updates(body(resource("A", "T0", `"P":"2"`, "")), doNothing))
	f.runUntil("s", func() bool { return len(f.events("s")) > n+2 })
	changes, err := operation.Cancel(f.stack("s"), operation.Order{At: f.now})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.store.Update(func(tx *store.Tx) error { return changes.Apply(tx, f.stack("s")) }); err != nil {
		t.Fatal(err)
	}
	f.ends(cloudformation.UpdateRollbackComplete)
	if got := f.world.read(nil); got != "A Test::T::T0 P=1" {
		t.Errorf("there is %s\n%s", got, strings.Join(f.since(n), "\n"))
	}
	if _, err := operation.Cancel(f.stack("s"), operation.Order{}); err == nil {
		t.Error("what is over is cancelled")
	}
}
