package operation_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// graphOf is a template of up to eight resources of ten types, which refer to each other.
type graphOf struct {
	body string
	tags []cloudformation.Tag
}

func drawGraph(t *rapid.T, kinds map[string]string) graphOf {
	resources := map[string]any{}
	names := rapid.Permutation([]string{"A", "B", "C", "D", "E", "F", "G", "H"}).Draw(t, "order")[:rapid.IntRange(1, 8).Draw(t, "resources")]
	for i, name := range names {
		if kinds[name] == "" {
			kinds[name] = fmt.Sprintf("Test::T::T%d", rapid.IntRange(0, 9).Draw(t, "type"))
		}
		properties := map[string]any{"P": rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "P")}
		if rapid.Bool().Draw(t, "has K") {
			properties["K"] = rapid.SampledFrom([]string{"1", "2"}).Draw(t, "K")
		}
		r := map[string]any{"Type": kinds[name], "Properties": properties}
		if i > 0 {
			other := func(what string) string { return names[rapid.IntRange(0, i-1).Draw(t, what)] }
			switch rapid.IntRange(0, 4).Draw(t, "refers") {
			case 0:
				properties["R"] = map[string]any{"Ref": other("R")}
			case 1:
				properties["R2"] = map[string]any{"Ref": other("R2")}
			case 2:
				properties["V"] = map[string]any{"Fn::GetAtt": []string{other("V"), "Value"}}
			case 3:
				r["DependsOn"] = []string{other("DependsOn")}
				properties["R"] = map[string]any{"Ref": other("R")}
			}
		}
		if policy := rapid.SampledFrom([]string{"", "", "", "Retain", "RetainExceptOnCreate"}).Draw(t, "policy"); policy != "" {
			r["DeletionPolicy"] = policy
		}
		if rapid.IntRange(0, 5).Draw(t, "replace policy") == 0 {
			r["UpdateReplacePolicy"] = "Retain"
		}
		resources[name] = r
	}
	body, _ := json.Marshal(map[string]any{"Resources": resources})
	tags := []cloudformation.Tag(nil)
	if rapid.IntRange(0, 3).Draw(t, "tagged") == 0 {
		tags = []cloudformation.Tag{{Key: "a", Value: "1"}}
	}
	return graphOf{string(body), tags}
}

// fresh is what all reads are in a fresh stack of a template.
func fresh(t fataler, g graphOf) string {
	f := newFixture(t)
	f.mustBegin("s", f.creates(g, cloudformation.OnFailureRollback))
	if s := f.run("s"); s.Status != cloudformation.CreateComplete {
		t.Fatalf("a fresh stack is %s: %s", s.Status, s.Reason)
	}
	return f.world.read(nil)
}

func (f *fixture) creates(g graphOf, onFailure cloudformation.OnFailure) operation.Order {
	f.t.Helper()
	return operation.Order{
		Kind: cloudformation.CreateStack, Template: f.resolve(g.body, nil), Settings: cloudformation.Settings{Body: g.body, Tags: g.tags},
		OnFailure: onFailure,
	}
}

func (f *fixture) updates(g graphOf, onFailure cloudformation.OnFailure) operation.Order {
	f.t.Helper()
	o := f.creates(g, onFailure)
	o.Kind = cloudformation.UpdateStack
	return o
}

// TestAnyCallMayFail: after a success, all reads are as for a fresh stack of the same template; after a rollback, those from
// before; after a delete, there is nothing; and each operation ends. Calls fail for good, for a while, or after they took effect;
// the emulator dies between any two transactions; callers delete and cancel meanwhile. Some resources wait for signals, none of which
// is lost, and of which none stays.
func TestAnyCallMayFail(t *testing.T) {
	t.Parallel()
	for range 4 { // times a hundred stacks
		rapid.Check(t, oneStack)
	}
}

func oneStack(t *rapid.T) {
	r := chance(rapid.Uint64().Draw(t, "seed"))
	bad := rapid.SampledFrom([]float64{0, 0.02, 0.1, 0.3}).Draw(t, "bad")
	f := newFixture(t)
	f.most = rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "most")
	dies := rapid.SampledFrom([]float64{0, 0.05, 0.3}).Draw(t, "dies")
	f.crashes = func() bool { return r.Float64() < dies }
	f.order = r.IntN
	kinds := map[string]string{}
	story := &story{fixture: f, T: t, r: r, bad: bad}
	f.world.kept = func(id string) bool { return f.kept("s")[id] || slices.Contains(story.forgotten, id) }
	story.create(drawGraph(t, kinds))
	for range rapid.IntRange(0, 3).Draw(t, "updates") {
		if !story.update(drawGraph(t, kinds)) {
			break
		}
	}
	story.delete()
	ids := map[string]bool{}
	for e := range cloudformation.Events(f.store.Read(), f.stack("s").ID) {
		if ids[e.ID] {
			t.Fatalf("two events have the id %s\n%s", e.ID, f.describe("s"))
		}
		ids[e.ID] = true
	}
	if len(f.world.broken) > 0 && !story.unsure { // what was left out of a rollback may be gone
		t.Fatalf("%s\n%s", strings.Join(f.world.broken, "\n"), f.describe("s"))
	}
}

// story is what becomes of one stack.
type story struct {
	*fixture
	*rapid.T
	r      *rand.Rand
	bad    float64
	stable graphOf // what a rollback returns to
	// unsure says that a resource was left out of a rollback, so it need not be as before.
	unsure bool
	// lenient says that what could not be deleted may stay.
	lenient bool
	// forgotten are physical ids of what clean-up could not delete.
	forgotten []string
}

func (s *story) Helper() { s.T.Helper() }

// faulty has calls fail by chance from the next request on, which takes its time.
func (s *story) faulty(bad float64) {
	s.world.fault = faults(s.r, bad)
	s.now = s.now.Add(20 * time.Millisecond)
}

// run runs an operation, with a request in between by chance.
func (s *story) run(interrupt func()) *cloudformation.Stack {
	s.Helper()
	if interrupt != nil && s.r.IntN(4) == 0 {
		s.runUntil("s", func() bool { return s.r.IntN(10) == 0 })
		interrupt()
	}
	return s.fixture.run("s")
}

func (s *story) onFailure() cloudformation.OnFailure {
	return []cloudformation.OnFailure{
		cloudformation.OnFailureRollback, cloudformation.OnFailureRollback, cloudformation.OnFailureDoNothing, cloudformation.OnFailureDelete,
	}[s.r.IntN(4)]
}

func (s *story) create(g graphOf) {
	s.Helper()
	s.faulty(s.bad)
	s.stable = g
	s.mustBegin("s", s.creates(g, s.onFailure()))
	s.settle(s.run(func() {
		if s.stack("s").Operation != "" {
			s.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack})
		}
	}))
}

func (s *story) update(g graphOf) bool {
	s.Helper()
	failed := slices.Contains([]cloudformation.StackStatus{cloudformation.CreateFailed, cloudformation.UpdateFailed}, s.stack("s").Status)
	if s.unsure || !failed && !slices.Contains([]cloudformation.StackStatus{
		cloudformation.CreateComplete, cloudformation.UpdateComplete, cloudformation.UpdateRollbackComplete,
	}, s.stack("s").Status) {
		return false
	}
	s.faulty(s.bad)
	onFailure := s.onFailure()
	if onFailure == cloudformation.OnFailureDelete {
		onFailure = cloudformation.OnFailureDoNothing
	}
	if failed && onFailure == cloudformation.OnFailureRollback {
		if err := s.begin("s", s.updates(g, onFailure)); err == nil || !strings.Contains(err.Error(), "use the disable-rollback parameter") {
			s.T.Fatalf("an update with rollback of a failed stack: %v", err)
		}
		onFailure = cloudformation.OnFailureDoNothing
	}
	switch err := s.begin("s", s.updates(g, onFailure)); {
	case err == nil:
	case err.Error() == "No updates are to be performed." && fresh(s.T, g) == fresh(s.T, s.stable):
		return true
	default:
		s.T.Fatalf("update: %v", err)
	}
	done := s.run(func() {
		if changes, err := operation.Cancel(s.stack("s"), operation.Order{At: s.now}); err == nil {
			_ = s.store.Update(func(tx *store.Tx) error { return changes.Apply(tx, s.stack("s")) })
		}
	})
	if done.Status == cloudformation.UpdateComplete {
		s.stable = g
	}
	s.settle(done)
	return true
}

func (s *story) delete() {
	s.Helper()
	if s.stack("s").Status == cloudformation.DeleteComplete {
		return
	}
	s.faulty(s.bad)
	s.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack})
	s.settle(s.run(nil))
	if s.stack("s").Status == cloudformation.DeleteComplete {
		return
	}
	o := operation.Order{Kind: cloudformation.DeleteStack}
	switch s.r.IntN(3) {
	case 0:
		o.Force = true
	case 1:
		for _, r := range cloudformation.Resources(s.store.Read(), s.stack("s").ID) {
			if r.Status == cloudformation.ResourceDeleteFailed {
				o.Retain = append(o.Retain, r.LogicalID)
			}
		}
		if o.Retain == nil {
			s.T.Fatalf("nothing has failed:\n%s", s.describe("s"))
		}
	default:
		s.faulty(0)
	}
	s.lenient = o.Force || o.Retain != nil
	s.mustBegin("s", o)
	s.settle(s.run(nil))
	if status := s.stack("s").Status; status != cloudformation.DeleteComplete && o.Retain == nil || slices.ContainsFunc(o.Retain, s.stands) {
		s.T.Fatalf("the delete ends as %s\n%s", status, s.describe("s"))
	}
}

// stands is whether there is anything left of a resource, for its stack.
func (s *story) stands(logicalID string) bool {
	return len(cloudformation.FindResource(s.store.Read(), s.stack("s").ID, logicalID).Leaving) > 0
}

// settle checks what has become of an operation. What has failed is sometimes taken further.
func (s *story) settle(done *cloudformation.Stack) {
	s.Helper()
	want := ""
	switch done.Status {
	case cloudformation.CreateComplete, cloudformation.UpdateComplete, cloudformation.UpdateRollbackComplete:
		if s.unsure {
			return
		}
		want = fresh(s.T, s.stable)
	case cloudformation.RollbackComplete, cloudformation.DeleteComplete:
	case cloudformation.CreateFailed, cloudformation.UpdateFailed:
		if s.r.IntN(2) == 0 {
			s.faulty(s.bad)
			s.mustBegin("s", operation.Order{Kind: cloudformation.Rollback})
			s.settle(s.run(nil))
		}
		return
	case cloudformation.UpdateRollbackFailed:
		if s.r.IntN(3) == 0 {
			var skip []string
			for _, r := range cloudformation.Resources(s.store.Read(), done.ID) {
				if r.Status == cloudformation.ResourceUpdateFailed {
					skip = append(skip, r.LogicalID)
				}
			}
			s.unsure = true
			s.faulty(0)
			s.mustBegin("s", operation.Order{Kind: cloudformation.ContinueRollback, Skip: skip})
			if s.settle(s.run(nil)); s.stack("s").Status == cloudformation.UpdateRollbackFailed {
				s.T.Fatalf("the rollback does not end well:\n%s", s.describe("s"))
			}
		} else if s.r.IntN(2) == 0 {
			s.faulty(0)
			s.mustBegin("s", operation.Order{Kind: cloudformation.ContinueRollback})
			if s.settle(s.run(nil)); s.stack("s").Status == cloudformation.UpdateRollbackFailed {
				s.T.Fatalf("the rollback does not end well:\n%s", s.describe("s"))
			}
		}
		return
	case cloudformation.RollbackFailed, cloudformation.DeleteFailed:
		return
	default:
		s.T.Fatalf("the stack ends as %s", done.Status)
	}
	if left := s.allSignals("s"); len(left) > 0 {
		s.T.Fatalf("signals are left of %v\n%s", left, s.describe("s"))
	}
	kept := s.kept("s")
	if s.lenient || strings.HasSuffix(done.Reason, "could not be deleted.") { // its physical id need not have been known
		s.forgotten = append(s.forgotten, s.world.refused...)
	}
	for _, id := range s.forgotten {
		kept[id] = true
	}
	if got := s.world.read(kept); got != want {
		s.T.Fatalf("%s\n%s\n has\n%s\nwants\n%s", done.Status, s.describe("s"), got, want)
	}
}
