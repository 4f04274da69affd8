package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

func TestContainersLiveByTheEmulatorsClock(t *testing.T) {
	clk := clock.New(clock.Options{})
	if err := clk.SetSpeed(0); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, sim.Options{Clock: sim.ClockOf(clk)})
	begin := clk.Now()
	id := w.run(backend.ContainerSpec{
		Command: []string{"sh", "-c", "echo up; sleep 1h; echo down; exit 3"},
		Health:  &backend.HealthCheck{Test: []string{"CMD", "true"}, Interval: 30 * time.Minute},
	})
	w.expectHealth(id, backend.Starting)
	if err := clk.Advance(t.Context(), 59*time.Minute); err != nil {
		t.Fatal(err)
	}
	w.expectRunning(id)
	w.expectHealth(id, backend.Healthy)
	w.expectOutput(id, "up")
	if err := clk.Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	w.expectExited(id, 3)
	w.expectOutput(id, "up", "down")
	c := w.inspect(id)
	if !c.StartedAt.Equal(begin) || c.ExitedAt.Sub(begin) != time.Hour {
		t.Errorf("lived from %v to %v, want an hour from %v on", c.StartedAt, c.ExitedAt, begin)
	}
}

func TestTheGraceOfStopIsRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clk := clock.New(clock.Options{Speed: 1000})
		w := newWorld(t, sim.Options{Clock: sim.ClockOf(clk)})
		id := w.command("ignore-term")
		begin := time.Now()
		if err := w.Stop(t.Context(), id, 30*time.Second); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 30*time.Second {
			t.Errorf("Stop took %v, want 30s", took)
		}
	})
}
