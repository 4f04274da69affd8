package fault_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// TestAPowerCutEndsAllAndTellsOfNoEnd: who watches learns of it when the engine is back.
func TestAPowerCutEndsAllAndTellsOfNoEnd(t *testing.T) {
	in(t, func(w *world) {
		web := w.run("web")
		if err := w.PowerOff("lightning"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := w.Info(w.Context()); !errors.Is(err, backend.ErrUnavailable) {
			w.Errorf("Info without power: %v", err)
		}
		for _, id := range []string{web, w.sandbox} {
			if c, _ := w.behind.Inspect(w.Context(), id); c.State != backend.Exited || c.ExitCode != 137 {
				w.Errorf("%s without power: %s, exit code %d", c.Name, c.State, c.ExitCode)
			}
		}
		w.Return()
		var kinds []backend.EventKind
		for _, e := range w.events {
			kinds = append(kinds, e.Kind)
		}
		if want := []backend.EventKind{backend.Disconnected, backend.Resync}; !slices.Equal(kinds, want) {
			w.Errorf("events %v, want %v", kinds, want)
		}
	})
}

// An engine has a power cut, and another one in the same VPCs goes on.
func TestAPowerCutIsOneEngines(t *testing.T) {
	vpcs := sim.NewVPCs()
	var engines []*fault.Engine
	var boxes []backend.Container
	for range 2 {
		e := fault.New(sim.New(sim.Options{Images: []string{"app"}, VPCs: vpcs}), fault.Options{})
		if _, err := e.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
			t.Fatal(err)
		}
		box, err := e.CreateSandbox(t.Context(), backend.SandboxSpec{Network: "vpc"})
		if err == nil {
			err = e.Start(t.Context(), box.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		engines, boxes = append(engines, e), append(boxes, box)
	}
	if err := engines[1].PowerOff("the rack is dark"); err != nil {
		t.Fatal(err)
	}
	list, err := engines[0].List(t.Context(), nil)
	if err != nil || !slices.ContainsFunc(list, func(c backend.Container) bool { return c.ID == boxes[0].ID && c.State == backend.Running }) {
		t.Errorf("List of the other engine: %+v, %v", list, err)
	}
	if _, err := engines[0].CreateSandbox(t.Context(), backend.SandboxSpec{Network: "vpc", IP: boxes[1].IP}); !errors.Is(err, backend.ErrAddressInUse) {
		t.Errorf("a sandbox with an address of the engine without power: %v", err)
	}
	engines[1].Return()
	if err := engines[1].Remove(t.Context(), boxes[1].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := engines[0].CreateSandbox(t.Context(), backend.SandboxSpec{Network: "vpc", IP: boxes[1].IP}); err != nil {
		t.Errorf("a sandbox with the address that the engine has given back: %v", err)
	}
}

// deaf is an engine that cannot end what it runs.
type deaf struct{ backend.Engine }

func TestWhereThePowerCannotBeCutTheEngineStays(t *testing.T) {
	e := fault.New(deaf{sim.New(sim.Options{})}, fault.Options{})
	if err := e.PowerOff("lightning"); err == nil {
		t.Error("a power cut that ends nothing succeeds")
	}
	if _, err := e.Info(t.Context()); err != nil {
		t.Errorf("Info afterwards: %v", err)
	}
}

func TestEnginesShareWhatARuleAppliesTo(t *testing.T) {
	rules := fault.NewRules(1)
	open := func() *fault.Engine {
		return fault.New(sim.New(sim.Options{Images: []string{"app"}}), fault.Options{Rules: rules})
	}
	a, b := open(), open()
	id, err := a.AddRule(fault.Rule{Call: fault.Image, Error: "no", Times: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		on    *fault.Engine
		fails bool
	}{{b, true}, {a, false}, {b, false}} {
		if _, err := c.on.Image(t.Context(), "app", ""); (err != nil) != c.fails {
			t.Errorf("call %d: %v", i, err)
		}
	}
	b.Leave("the cable is out")
	if _, err := a.Info(t.Context()); err != nil {
		t.Errorf("Info of the one that is there: %v", err)
	}
	if !b.RemoveRule(id) || len(a.Rules()) != 0 {
		t.Errorf("rules %v after the only one was removed", a.Rules())
	}
}
