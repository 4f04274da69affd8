package operation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// world has the resources that handlers make. It stands for all services.
type world struct {
	things map[string]*thing // by incarnation, also those that are gone
	made   int
	broken []string // what no handler should have been asked
	// fault is what becomes of a call.
	fault func(operation.Call) fault
	// kept is whether a physical resource has been let go of.
	kept func(id string) bool
	// refused are physical resources that could not be deleted once.
	refused []string
	calls   int
	refuses string // what creates fail with, unless it is empty
	slow    bool   // what is made gets stable a second later
	// signals is how many signals a physical resource has got.
	signals func(cloudformation.Source) int
}

type thing struct {
	id, logicalID, kind string
	properties          *document.Value
	alive               bool
}

type fault uint8

const (
	works     fault = iota
	polls           // is not done yet
	isLost          // has taken effect, and the answer is lost
	failsLate       // has taken effect, and fails
	fails
)

// types is what decisions know of the ten types T0 to T9: a property K or R2 is create-only, and T8 and T9 are deleted first.
type types struct{}

func (types) Change(_ string, before, after, _ *document.Value) operation.Change {
	for _, name := range []string{"K", "R2"} {
		if !before.Get(name).Equal(after.Get(name)) {
			return operation.Replace
		}
	}
	return operation.InPlace
}

func (types) Taggable(kind string) bool     { return kind != "Test::T::T1" }
func (types) DeletesFirst(kind string) bool { return kind >= "Test::T::T8" }

// call does what a handler does.
func (w *world) call(c operation.Call, now time.Time) operation.Result {
	w.calls++
	f := works
	if w.fault != nil {
		f = w.fault(c)
	}
	again := operation.Result{Due: now.Add(time.Second), Progress: c.Step.Progress}
	failure := &operation.Failure{Code: "GeneralServiceException", Message: "no"}
	if w.refuses != "" && c.Action == cloudformation.Create {
		failure.Message = w.refuses
		f = fails
	}
	switch f {
	case polls:
		return again
	case fails:
		if t := w.things[c.Incarnation]; t != nil && c.Action == cloudformation.Delete {
			w.refused = append(w.refused, t.id)
		}
		return operation.Result{Failure: failure}
	}
	t, problem := w.act(c)
	switch {
	case problem != "":
		return operation.Result{Failure: &operation.Failure{Message: problem}}
	case f == isLost:
		return again
	case f == failsLate:
		return operation.Result{Failure: failure, PhysicalID: t.id}
	case c.Action == cloudformation.Delete:
		return operation.Result{}
	case c.Action == cloudformation.Create && c.Type == signalledType && w.signals(c.Sources[0]) < wantedSignals:
		return operation.Result{PhysicalID: t.id, Progress: c.Step.Progress, Due: now.Add(longWait), Configured: true}
	case w.slow && c.Step.Progress == "":
		return operation.Result{PhysicalID: t.id, Progress: "made", Due: now.Add(time.Second), Configured: true}
	default:
		return operation.Result{PhysicalID: t.id, Progress: c.Step.Progress, Attributes: map[string]*document.Value{"Value": document.NewText("v-" + t.properties.TextOf("P"))}}
	}
}

func (w *world) act(c operation.Call) (*thing, string) {
	t := w.things[c.Incarnation]
	switch c.Action {
	case cloudformation.Create:
		if t != nil {
			return t, ""
		}
		w.made++
		t = &thing{id: fmt.Sprintf("p%d", w.made), logicalID: c.LogicalID, kind: c.Type, properties: c.Properties, alive: true}
		if (types{}).DeletesFirst(c.Type) {
			for _, other := range w.things {
				if other.alive && other.logicalID == c.LogicalID && other.kind == c.Type && !w.kept(other.id) {
					w.broken = append(w.broken, c.LogicalID+" is made beside "+other.id)
				}
			}
		}
		w.things[c.Incarnation] = t
		w.checkReferences(t)
	case cloudformation.Update:
		if t == nil || !t.alive {
			w.broken = append(w.broken, c.LogicalID+" is changed, and not there")
			return nil, "it is not there"
		}
		t.properties = c.Properties
		w.checkReferences(t)
	default:
		if t == nil {
			return &thing{}, ""
		}
		t.alive = false
	}
	return t, ""
}

// checkReferences finds references to what is not there.
func (w *world) checkReferences(t *thing) {
	for _, m := range t.properties.Members {
		if id := m.Value.Text; strings.HasPrefix(m.Name, "R") && strings.HasPrefix(id, "p") && w.byID(id) == nil {
			w.broken = append(w.broken, t.logicalID+" refers to "+id+", which is not there")
		}
	}
}

func (w *world) byID(id string) *thing {
	for _, t := range w.things {
		if t.id == id && t.alive {
			return t
		}
	}
	return nil
}

// read is what all is, without what physical ids happen to be and without what was let go of.
func (w *world) read(kept map[string]bool) string {
	var lines []string
	for _, t := range w.things {
		if t.alive && !kept[t.id] {
			lines = append(lines, t.logicalID+" "+t.kind+" "+w.canonical(t))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (w *world) canonical(t *thing) string {
	var parts []string
	for _, m := range t.properties.Members {
		text := m.Value.Text
		if other := w.byID(text); other != nil {
			text = "@" + other.logicalID
		}
		parts = append(parts, m.Name+"="+text)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// faults has calls fail by chance, of which some are for good.
func faults(r *rand.Rand, bad float64) func(operation.Call) fault {
	return func(operation.Call) fault {
		switch {
		case r.Float64() < bad:
			return []fault{fails, failsLate}[r.IntN(2)]
		case r.Float64() < 0.3:
			return []fault{polls, isLost}[r.IntN(2)]
		default:
			return works
		}
	}
}
