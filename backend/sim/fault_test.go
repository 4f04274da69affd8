package sim_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

func TestCallsUnderWayFailWithTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		w.Script("big", sim.Script{PullDelay: time.Hour})
		stubborn, slow := w.command("ignore-term"), w.create(backend.ContainerSpec{Labels: labels("start-delay", "1h")})
		write := func(time.Time, bool, string) error { return nil }
		calls := map[string]func() error{
			"Stop":  func() error { return w.Stop(t.Context(), stubborn, time.Minute) },
			"Start": func() error { return w.Start(t.Context(), slow) },
			"Pull":  func() error { return w.Pull(t.Context(), backend.PullSpec{Ref: "big"}) },
			"Logs": func() error {
				return w.Logs(t.Context(), stubborn, backend.LogOptions{Follow: true, Write: write})
			},
		}
		errs := make(chan error, len(calls))
		for _, call := range calls {
			go func() { errs <- call() }()
		}
		synctest.Wait()
		if len(errs) > 0 {
			t.Fatalf("a call returned early: %v", <-errs)
		}
		w.Disconnect(errors.New("gone"))
		w.Disconnect(errors.New("twice"))
		for range calls {
			if err := <-errs; !errors.Is(err, backend.ErrUnavailable) {
				t.Errorf("a call under way returned %v, want ErrUnavailable", err)
			}
		}
		for what, call := range calls {
			if err := call(); !errors.Is(err, backend.ErrUnavailable) || err.Error() != "container engine unavailable: gone" {
				t.Errorf("%s of a lost engine: %v", what, err)
			}
		}
		w.Reconnect()
		w.Reconnect()
		w.expectRunning(stubborn)
	})
}

func TestContainersLiveOnWhileTheEngineIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		id, killed := w.command("sleep", "5"), w.command("sleep", "50")
		w.Disconnect(nil)
		var kinds []backend.EventKind
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.Watch(ctx, nil, func(event backend.Event) { kinds = append(kinds, event.Kind) })
		}()
		time.Sleep(time.Minute)
		if err := w.Exit(killed, 9); err != nil { // it had exited by itself
			t.Error(err)
		}
		w.Reconnect()
		synctest.Wait()
		w.expectExited(id, 0)
		w.expectExited(killed, 0)
		cancel()
		<-done
		if len(kinds) != 2 || kinds[0] != backend.Disconnected || kinds[1] != backend.Resync {
			t.Errorf("Watch of a lost engine saw %v, want Disconnected and Resync", kinds)
		}
	})
}

func TestExitOfAnUnknownContainer(t *testing.T) {
	if err := sim.New(sim.Options{}).Exit("none", 1); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("Exit: %v", err)
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		stubborn, slow := w.command("ignore-term"), w.create(backend.ContainerSpec{Labels: labels("start-delay", "1h")})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		errs := make(chan error)
		go func() { errs <- w.Stop(ctx, stubborn, time.Minute) }()
		go func() { errs <- w.Start(ctx, slow) }()
		for range 2 {
			if err := <-errs; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a call beyond its context returned %v", err)
			}
		}
		w.expectRunning(stubborn)
		if c := w.inspect(slow); c.State != backend.Created {
			t.Errorf("a start given up made the container %s", c.State)
		}
		if _, err := w.Info(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Info: %v", err)
		}
	})
}

func TestAPowerCutEndsAllThatRuns(t *testing.T) {
	w := newWorld(t, sim.Options{})
	app, never := w.run(backend.ContainerSpec{}), w.create(backend.ContainerSpec{})
	if _, err := w.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc", Resolver: true}); err != nil {
		t.Fatal(err)
	}
	_, stream, err := w.RunResolver(t.Context(), "vpc")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.CutPower(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.expectExited(app, 137)
	w.expectExited(w.sandbox, 137)
	if c := w.inspect(never); c.State != backend.Created {
		t.Errorf("what did not run is %s", c.State)
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Errorf("the stream to the resolver: %v", err)
	}
}
