package operation_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	here = arn.Scope{Region: "eu-central-1", Account: "000000000000"}
	noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
)

// fataler is a test.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// fixture has stacks, and does what the controller does.
type fixture struct {
	t     fataler
	store *store.Store
	world *world
	now   time.Time
	ids   int
	// crashes is whether the emulator dies now, between two transactions.
	crashes func() bool
	// order is in which order results come.
	order func(n int) int
	most  int
	pause time.Duration
	alarm func(alarmARN string) (alarm, found bool)
	steps int
}

func newFixture(t fataler) *fixture {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatalf("open a store: %v", err)
	}
	f := &fixture{
		t: t, store: s, now: noon, world: &world{things: map[string]*thing{}},
		crashes: func() bool { return false }, order: func(int) int { return 0 },
	}
	f.world.kept = func(id string) bool { return f.kept("s")[id] }
	f.world.signals = func(of cloudformation.Source) int {
		return len(cloudformation.HeardSignals(f.store.Read(), f.stack("s").ID, of))
	}
	return f
}

func (f *fixture) id() string {
	f.ids++
	return fmt.Sprintf("id-%d", f.ids)
}

type environment struct{ tx *store.Tx }

func (environment) Parameter(string) (string, bool, error)     { return "", false, nil }
func (environment) Exists(string, string) (bool, error)        { return true, nil }
func (environment) Zones(string) ([]string, error)             { return nil, nil }
func (environment) HasAttribute(string, string) bool           { return true }
func (environment) All(string) ([]string, error)               { return nil, nil }
func (environment) Attribute(_, _, _ string) ([]string, error) { return nil, nil }
func (e environment) Export(name string) (string, bool, error) {
	if found := cloudformation.FindExport(e.tx, here, name); found != nil {
		return found.Value, true, nil
	}
	return "", false, nil
}

func (f *fixture) resolve(body string, parameters map[string]string) *template.Stack {
	f.t.Helper()
	t, err := template.Parse(body)
	if err != nil {
		f.t.Fatalf("%s: %v", body, err)
	}
	s, err := t.Resolve(template.Input{Parameters: parameters, Environment: environment{f.store.Read()}})
	if err != nil {
		f.t.Fatalf("%s: %v", body, err)
	}
	return s
}

// exports are those in a transaction.
type exports struct {
	tx    *store.Tx
	alarm func(alarmARN string) (alarm, found bool)
}

func (e exports) InAlarm(alarmARN string) (alarm, found bool) {
	if e.alarm == nil {
		return false, true
	}
	return e.alarm(alarmARN)
}

func (e exports) Export(name string) *cloudformation.Export {
	return cloudformation.FindExport(e.tx, here, name)
}
func (e exports) Importers(name string) []string { return cloudformation.Importers(e.tx, here, name) }

func (f *fixture) view(tx *store.Tx, name string) operation.View {
	s := f.find(tx, name)
	return operation.View{
		Stack: s, Operation: cloudformation.FindOperation(tx, s.ID), Resources: cloudformation.AllResources(tx, s.ID), Types: types{},
		ID: f.id, Most: f.most, Pause: f.pause,
	}
}

// find is the newest stack with a name, deleted or not.
func (f *fixture) find(tx *store.Tx, name string) *cloudformation.Stack {
	if s := cloudformation.FindStack(tx, here, name); s != nil {
		return s
	}
	all := cloudformation.Stacks(tx, here)
	for _, s := range slices.Backward(all) {
		if s.Name == name {
			return s
		}
	}
	return nil
}

func (f *fixture) stack(name string) *cloudformation.Stack { return f.find(f.store.Read(), name) }

// begin begins an operation.
func (f *fixture) begin(name string, o operation.Order) error {
	o.ID, o.At = f.id(), f.now
	return f.store.Update(func(tx *store.Tx) error {
		v := operation.View{ID: f.id, Types: types{}}
		if o.Kind == cloudformation.CreateStack {
			v.Stack = &cloudformation.Stack{
				Scope: here, Name: name, ID: fmt.Sprintf("%s%s/%04d", cloudformation.StackPrefix(here), name, f.ids), CreatedAt: f.now,
			}
		} else {
			v = f.view(tx, name)
		}
		changes, err := operation.Begin(v, o)
		if err != nil {
			return err
		}
		return changes.Apply(tx, v.Stack)
	})
}

func (f *fixture) mustBegin(name string, o operation.Order) {
	f.t.Helper()
	if err := f.begin(name, o); err != nil {
		f.t.Fatalf("begin %s of %s in %s: %v", o.Kind, name, f.stack(name).Status, err)
	}
}

// run takes the operation of a stack to its end.
func (f *fixture) run(name string) *cloudformation.Stack {
	f.t.Helper()
	f.runUntil(name, func() bool { return false })
	return f.stack(name)
}

type answer struct {
	incarnation string
	result      operation.Result
}

// runUntil does so until something is so after a transaction.
func (f *fixture) runUntil(name string, so func() bool) {
	f.t.Helper()
	var d *operation.Decider
	var answers []answer
	for range 20_000 {
		f.steps++
		f.decide(name, &d)
		if d == nil || d.Over() || so() {
			return
		}
		if f.crashes() {
			d, answers = nil, nil
			continue
		}
		for _, c := range d.Calls(f.now, 100) {
			answers = append(answers, answer{c.Incarnation, f.world.call(c, f.now)})
		}
		if f.crashes() {
			d, answers = nil, nil
			continue
		}
		if len(answers) == 0 {
			at := d.Wake()
			if at.IsZero() {
				f.t.Fatalf("%s stands still in %s:\n%s", name, f.stack(name).Status, f.describe(name))
			}
			if f.signalled(name) {
				continue
			}
			if at.Sub(f.now) > longWait/2 {
				f.t.Fatalf("%s waits for a signal that was sent:\n%s", name, f.describe(name))
			}
			f.now = at
			continue
		}
		f.now = f.now.Add(100 * time.Microsecond) // many events come in one millisecond, which their ids tell
		i := f.order(len(answers))
		d.Done(answers[i].incarnation, answers[i].result, f.now)
		answers = slices.Delete(answers, i, i+1)
	}
	f.t.Fatalf("%s does not end:\n%s", name, f.describe(name))
}

// decide is one transaction.
func (f *fixture) decide(name string, d **operation.Decider) {
	f.t.Helper()
	err := f.store.Update(func(tx *store.Tx) error {
		s := f.find(tx, name)
		if cloudformation.FindOperation(tx, s.ID) == nil {
			return nil
		}
		if *d == nil {
			*d = operation.New(f.view(tx, name))
		}
		if r := cloudformation.FindRequest(tx, s.ID); r != nil {
			(*d).Heed(r, f.now)
		}
		(*d).Hear(cloudformation.NewSignals(tx, s.ID), f.now)
		(*d).Next(f.now, exports{tx, f.alarm})
		return (*d).Changes().Apply(tx, s)
	})
	if err != nil {
		f.t.Fatalf("decide about %s: %v", name, err)
	}
}

// events are a stack's, oldest first, as "LOGICAL STATUS REASON".
func (f *fixture) events(name string) (list []string) {
	for e := range cloudformation.Events(f.store.Read(), f.stack(name).ID) {
		text := strings.TrimRight(e.LogicalID+" "+e.Status+" "+e.Reason, " ")
		if e.Type == cloudformation.TypeStack {
			text = strings.TrimRight("* "+e.Status+" "+e.Reason, " ")
		}
		list = append(list, text)
	}
	slices.Reverse(list)
	return list
}

func (f *fixture) describe(name string) string {
	var b strings.Builder
	b.WriteString(strings.Join(f.events(name), "\n") + "\n")
	tx := f.store.Read()
	show := func(p *cloudformation.Physical) string {
		if p == nil {
			return "-"
		}
		return fmt.Sprintf("%s/%s %s uses %v %+v", p.Incarnation, p.ID, p.Shown, p.Uses, p.Step)
	}
	for _, r := range cloudformation.AllResources(tx, f.stack(name).ID) {
		fmt.Fprintf(&b, "%s %s %s fresh=%t dirty=%t removed=%t wanted=%t\n   now %s\n   next %s\n", r.LogicalID, r.Type, r.Status, r.Fresh, r.Dirty, r.Removed, r.Wanted != nil, show(r.Now), show(r.Next))
		if r.Before != nil {
			fmt.Fprintf(&b, "   before %s changed=%t gone=%t\n", show(r.Before.Physical), r.Before.Changed, r.Before.Gone)
		}
		for _, p := range r.Leaving {
			fmt.Fprintf(&b, "   leaving %s\n", show(p))
		}
	}
	op, _ := json.Marshal(cloudformation.FindOperation(tx, f.stack(name).ID))
	return b.String() + string(op)
}

// kept are the physical ids that events say have been let go of.
func (f *fixture) kept(name string) map[string]bool {
	kept := map[string]bool{}
	for e := range cloudformation.Events(f.store.Read(), f.stack(name).ID) {
		if e.Status == "DELETE_SKIPPED" {
			kept[e.PhysicalID] = true
		}
	}
	return kept
}

// chance is a source of it.
func chance(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
