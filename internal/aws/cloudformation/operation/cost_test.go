package operation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// line is a template of n resources, of which each refers to the one ten before it.
func line(n int) graphOf {
	var parts []string
	for i := range n {
		properties := `"P":"1"`
		if i >= 10 {
			properties += fmt.Sprintf(`,"R":{"Ref":"R%d"}`, i-10)
		}
		parts = append(parts, resource(fmt.Sprintf("R%d", i), "T0", properties, ""))
	}
	return body(parts...)
}

// TestADecisionIsAsSmallAsWhatHasHappened: what it writes does not grow with the stack.
func TestADecisionIsAsSmallAsWhatHasHappened(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustBegin("s", f.creates(line(200), rollback))
	var d *operation.Decider
	f.decide("s", &d)
	for decisions := 0; !d.Over(); decisions++ {
		if decisions > 500 {
			t.Fatal("it does not end")
		}
		calls := d.Calls(f.now, 1)
		if len(calls) == 0 {
			t.Fatal("it stands still")
		}
		d.Done(calls[0].Incarnation, f.world.call(calls[0], f.now), f.now)
		err := f.store.Update(func(tx *store.Tx) error {
			d.Next(f.now, exports{tx, nil})
			changes := d.Changes()
			if n := len(changes.Put); n > 2 && !changes.Ended {
				t.Errorf("a decision writes %d resources", n)
			}
			return changes.Apply(tx, f.stack("s"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkEvent is what creating a resource costs, in stacks of two sizes: it is to be at most 1.3 times as much in the large one.
func BenchmarkEvent(b *testing.B) {
	for _, n := range []int{50, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := line(n)
			for b.Loop() {
				b.StopTimer()
				f := newFixture(b)
				f.mustBegin("s", f.creates(g, rollback))
				b.StartTimer()
				if s := f.run("s"); s.Status != cloudformation.CreateComplete {
					b.Fatal(s.Status)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/resource")
		})
	}
}

// BenchmarkUnchanged is an update that changes one resource of many.
func BenchmarkUnchanged(b *testing.B) {
	for _, n := range []int{50, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFixture(b)
			f.create(line(n), cloudformation.CreateComplete)
			changed := line(n)
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				at := strings.LastIndex(changed.body, `"P":"`)
				g := graphOf{body: changed.body[:at] + fmt.Sprintf(`"P":"x%d"`, i) + changed.body[at+len(`"P":"1"`):]}
				f.mustBegin("s", f.updates(g, rollback))
				b.StartTimer()
				if s := f.run("s"); s.Status != cloudformation.UpdateComplete {
					b.Fatal(s.Status)
				}
			}
		})
	}
}
