package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// usage is the usage of one container, which must run.
func (w *world) usage(id string) backend.Usage {
	w.Helper()
	all, err := w.Usage(w.Context(), []string{id})
	if err != nil || len(all) != 1 {
		w.Fatalf("Usage: %v, %v", all, err)
	}
	return all[id]
}

func (w *world) uses(id string, cpu, used float64, mib uint64) {
	w.Helper()
	u := w.usage(id)
	if got := float64(u.CPUStats.CPUUsage.TotalUsage) / 1e9; *u.Load != cpu || got != used || u.MemoryStats.Usage != mib<<20 {
		w.Errorf("%s: %g vCPU, %g s of CPU time, %d MiB; want %g, %g and %d", id, *u.Load, got, u.MemoryStats.Usage>>20, cpu, used, mib)
	}
}

// The counters are the sum of all steps, whenever a client looks.
func TestLoadBySteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		busy, plain := w.labelled("cpu", "0.2@5m, 0.05", "memory", "100,200@1m"), w.labelled()
		later := w.labelled("cpu", "1@5m")
		w.uses(busy, 0.05, 0, 100)
		time.Sleep(time.Minute)
		w.uses(busy, 0.05, 3, 200)
		w.uses(plain, 0.01, 0.6, 16)
		time.Sleep(9 * time.Minute)
		w.uses(busy, 0.2, 5*60*0.05+5*60*0.2, 200)
		w.uses(later, 1, 5*60*0.01+5*60, 16)
	})
}

// A container that starts again counts from there, but its steps go on.
func TestLoadAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		id := w.labelled("cpu", "0.5,1@2m")
		time.Sleep(3 * time.Minute)
		w.uses(id, 1, 120, 16)
		if err := w.Exit(id, 1); err != nil {
			t.Fatal(err)
		}
		if err := w.Start(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		w.uses(id, 1, 10, 16)
	})
}

// A function tells before labels do, and may ask the engine itself.
func TestLoadByFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		id := w.labelled("cpu", "0.5")
		other := w.run(backend.ContainerSpec{Labels: map[string]string{"other": "yes"}})
		began := time.Now()
		w.SetLoad(func(labels map[string]string, at time.Time) (sim.Load, bool) {
			if _, err := w.List(t.Context(), nil); err != nil {
				t.Error(err)
			}
			return sim.Load{CPU: at.Sub(began).Minutes(), Memory: 64}, labels["other"] == ""
		})
		time.Sleep(time.Minute)
		w.uses(id, 1, 60, 64)
		w.uses(other, 0.01, 0.6, 16)
		time.Sleep(time.Minute)
		w.uses(id, 2, 60+120, 64)
		w.SetLoad(nil)
		w.uses(id, 0.5, 180, 16)
	})
}

func TestLoadsThatAreNone(t *testing.T) {
	w := newWorld(t, sim.Options{})
	for _, value := range []string{"", "many", "-1", "1@", "1@-5m", "1,,2", "NaN", "inf"} {
		if _, err := w.Create(t.Context(), backend.ContainerSpec{Sandbox: w.sandbox, Image: "app", Labels: labels("cpu", value)}); err == nil {
			t.Errorf("created with a load of %q", value)
		}
	}
}
