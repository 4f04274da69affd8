package operation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	// signalledType is a type whose creates wait for so many signals, which are sent when nothing else is to be done.
	signalledType = "Test::T::T7"
	wantedSignals = 2
	longWait      = 12 * time.Hour
)

// signalled sends a signal to a create that has too few, and reports whether there is one.
func (f *fixture) signalled(name string) bool {
	tx := f.store.Read()
	for _, r := range cloudformation.AllResources(tx, f.stack(name).ID) {
		p := r.Next
		if p == nil || p.Step == nil || p.Step.Action != cloudformation.Create || p.Spec.Type != signalledType {
			continue
		}
		if n := f.world.signals(cloudformation.Source{LogicalID: r.LogicalID, Incarnation: p.Incarnation}); n < wantedSignals {
			f.send(name, r.LogicalID, p.Incarnation, fmt.Sprint("i-", n))
			return true
		}
	}
	return false
}

func (f *fixture) send(name, logicalID, incarnation, id string) {
	f.t.Helper()
	s := &cloudformation.Signal{StackID: f.stack(name).ID, LogicalID: logicalID, Incarnation: incarnation, UniqueID: id, At: f.now}
	if err := f.store.Update(func(tx *store.Tx) error { cloudformation.AddSignal(tx, s); return nil }); err != nil {
		f.t.Fatalf("send a signal: %v", err)
	}
}

// allSignals are the physical resources of a stack's rows that have signals.
func (f *fixture) allSignals(name string) (list []string) {
	tx := f.store.Read()
	stackID := f.stack(name).ID
	for incarnation, t := range f.world.things {
		if len(cloudformation.HeardSignals(tx, stackID, cloudformation.Source{LogicalID: t.logicalID, Incarnation: incarnation})) > 0 {
			list = append(list, t.logicalID)
		}
	}
	return list
}

// TestSignals: each is told once, the second one of an id is none, a resource that takes the place of another one has none of its
// signals, and all are forgotten with the end of the action.
func TestSignals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(body(resource("A", "T7", `"K":"1"`, ``)), cloudformation.CreateComplete)
	want := []string{
		"A CREATE_IN_PROGRESS Resource creation Initiated", "A CREATE_IN_PROGRESS Eventual consistency check initiated",
		"A CREATE_IN_PROGRESS Received SUCCESS signal with UniqueId i-0", "A CREATE_IN_PROGRESS Received SUCCESS signal with UniqueId i-1",
		"A CREATE_COMPLETE",
	}
	f.tellsOf("A", 1, want...)
	if f.now.Sub(noon) > time.Second {
		t.Errorf("a signal has woken nothing for %s", f.now.Sub(noon))
	}
	old := cloudformation.FindResource(f.store.Read(), f.stack("s").ID, "A").Now.Incarnation
	f.send("s", "A", old, "i-late")
	f.mustBegin("s", f.updates(body(resource("A", "T7", `"K":"2"`, ``)), rollback))
	f.ends(cloudformation.UpdateComplete)
	if left := f.allSignals("s"); len(left) > 0 {
		t.Errorf("signals are left of %v", left)
	}
	f.tellsOf("A", 6,
		"A UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
		"A UPDATE_IN_PROGRESS Resource creation Initiated", "A UPDATE_IN_PROGRESS Eventual consistency check initiated",
		"A UPDATE_IN_PROGRESS Received SUCCESS signal with UniqueId i-0", "A UPDATE_IN_PROGRESS Received SUCCESS signal with UniqueId i-1",
		"A UPDATE_COMPLETE", "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE")
}

// tellsOf checks the events of a resource after the first n.
func (f *fixture) tellsOf(logicalID string, n int, want ...string) {
	f.t.Helper()
	var got []string
	for _, e := range f.events("s") {
		if len(e) > len(logicalID) && e[:len(logicalID)+1] == logicalID+" " {
			got = append(got, e)
		}
	}
	if len(got) < n || fmt.Sprint(got[n:]) != fmt.Sprint(want) {
		f.t.Errorf("events\n%v\nwant\n%v", got, want)
	}
}

// TestASignalDuringACallIsHeard: the handler is called again as soon as the call is over that has not had it; so it is with one that
// a handler has seen itself.
func TestASignalDuringACallIsHeard(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustBegin("s", f.creates(body(resource("A", "T0", ``, ``)), rollback))
	var d *operation.Decider
	f.decide("s", &d)
	calls := d.Calls(f.now, 1)
	if len(calls) != 1 || calls[0].Sources[0] != (cloudformation.Source{LogicalID: "A", Incarnation: calls[0].Incarnation}) {
		t.Fatalf("calls %+v", calls)
	}
	f.send("s", "A", calls[0].Incarnation, "one")
	f.send("s", "A", calls[0].Incarnation, "one") // is the same one
	f.decide("s", &d)
	if again := d.Calls(f.now, 1); len(again) != 0 {
		t.Fatalf("the call is made beside itself: %+v", again)
	}
	for _, seen := range [][]string{{"two"}, nil} {
		d.Done(calls[0].Incarnation, operation.Result{PhysicalID: "p", Due: f.now.Add(time.Hour), Signals: seen}, f.now)
		f.decide("s", &d)
		if wake := d.Wake(); seen != nil && wake.After(f.now) || seen == nil && !wake.After(f.now) {
			t.Errorf("after %v it is called at %s", seen, wake)
		}
		calls = append(calls[:1], d.Calls(f.now, 1)...)
	}
	if got := f.world.signals(calls[0].Sources[0]); got != 2 {
		t.Errorf("%d signals are heard", got)
	}
}

// TestSignalsAreMasked: a sender may choose an id with a value that is not shown.
func TestSignalsAreMasked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	text := `{"Parameters":{"Pin":{"Type":"String","NoEcho":true}},"Resources":{"A":{"Type":"Test::T::T0","Properties":{"P":{"Ref":"Pin"}}}}}`
	f.mustBegin("s", operation.Order{
		Kind: cloudformation.CreateStack, Template: f.resolve(text, map[string]string{"Pin": "1234"}), OnFailure: rollback,
		Settings: cloudformation.Settings{Parameters: []cloudformation.Parameter{{Key: "Pin", Value: "1234", NoEcho: true}}},
	})
	var d *operation.Decider
	f.decide("s", &d)
	f.send("s", "A", d.Calls(f.now, 1)[0].Incarnation, "for-1234")
	f.decide("s", &d)
	f.tellsOf("A", 1, "A CREATE_IN_PROGRESS Received SUCCESS signal with UniqueId for-****")
}

// TestSignalsOfAHandleStay: they wake what waits for them, and go with the handle.
func TestSignalsOfAHandleStay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	handle := `"H":{"Type":"` + cloudformation.TypeWaitConditionHandle + `"}`
	f.mustBegin("s", f.creates(body(handle, resource("W", "T0", `"R":{"Ref":"H"}`, ``)), rollback))
	f.world.fault = func(c operation.Call) fault {
		if c.LogicalID == "W" {
			return polls
		}
		return works
	}
	made := func() *cloudformation.Resource {
		return cloudformation.FindResource(f.store.Read(), f.stack("s").ID, "H")
	}
	f.runUntil("s", func() bool { r := made(); return r != nil && r.Now != nil && r.Now.Made })
	of := cloudformation.Source{LogicalID: "H", Incarnation: made().Now.Incarnation}
	var d *operation.Decider
	f.decide("s", &d)
	calls := d.Calls(f.now, 1)
	if len(calls) != 1 || len(calls[0].Sources) != 2 || calls[0].Sources[1] != of {
		t.Fatalf("calls %+v", calls)
	}
	d.Done(calls[0].Incarnation, operation.Result{PhysicalID: "w", Due: f.now.Add(time.Hour)}, f.now)
	f.decide("s", &d)
	f.send("s", "H", of.Incarnation, "one")
	f.decide("s", &d)
	if d.Wake().After(f.now) {
		t.Errorf("what waits for the signal looks at %s", d.Wake())
	}
	f.world.fault = nil
	f.ends(cloudformation.CreateComplete)
	if f.world.signals(of) != 1 {
		t.Error("the signal is gone before its handle")
	}
	f.mustBegin("s", operation.Order{Kind: cloudformation.DeleteStack})
	f.ends(cloudformation.DeleteComplete)
	if f.world.signals(of) != 0 {
		t.Error("the signal stays without its handle")
	}
}
