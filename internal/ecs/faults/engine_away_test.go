package faults

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// engines gives a world engines by these names.
func (w *spotWorld) engines(names ...string) {
	rules := fault.NewRules(1)
	for _, name := range names {
		w.kit.Engines = append(w.kit.Engines, Engine{name, fault.New(sim.New(sim.Options{}), fault.Options{Rules: rules})})
	}
}

// away are the names of the engines that do not answer.
func (w *spotWorld) away() (names string) {
	w.Helper()
	for _, e := range w.kit.Engines {
		if _, err := e.Info(w.Context()); err != nil {
			names += e.Name
		}
	}
	return names
}

func TestAFaultTakesOneEngineOrAll(t *testing.T) {
	two := []string{"a", "b"}
	for _, c := range []struct {
		there, faults []string
		away, refused string
	}{
		{two, []string{""}, "ab", ""},
		{two, []string{"b"}, "b", ""},
		{two, []string{"b", "a"}, "ab", ""},
		{two, []string{"b", "b"}, "b", "the engine b is away already"},
		{two, []string{"b", ""}, "b", "the engine b is away already"},
		{two, []string{"", "a"}, "ab", "the engine a is away already"},
		{two, []string{"c"}, "", `"engine" is unknown: c; there are a, b`},
		{[]string{""}, []string{"c"}, "", `"engine" is unknown: c; there is one engine, which has no name`},
	} {
		for _, kind := range []Kind{EngineAway, EngineDown} {
			synctest.Test(t, func(t *testing.T) {
				w := newSpotWorld(t)
				w.engines(c.there...)
				refused := ""
				for _, name := range c.faults {
					if _, err := w.kit.Add(Fault{Kind: kind, Engine: name}); err != nil {
						refused = err.Error()
					}
				}
				if away := w.away(); away != c.away || refused != c.refused {
					t.Errorf("%s of %q: away %q, refused %q; want %q, %q", kind, c.faults, away, refused, c.away, c.refused)
				}
				w.kit.ClearAll()
				if away := w.away(); away != "" {
					t.Errorf("%s of %q: %q away after the end", kind, c.faults, away)
				}
			})
		}
	}
}

func TestAnEngineIsDownForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSpotWorld(t)
		w.engines("a", "b")
		if _, err := w.kit.Add(Fault{Kind: EngineDown, Engine: "b", At: time.Minute, For: time.Minute}); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"", "b", "", ""} {
			if got := w.away(); got != want {
				t.Errorf("after %d minutes %q is away, want %q", i, got, want)
			}
			w.advance(time.Minute)
		}
	})
}
