package sim

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logbuffer"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

func TestAWatcherThatFallsBehindGetsResync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(Options{})
		blocked, cancel := make(chan struct{}), context.CancelFunc(nil)
		ctx, cancel := context.WithCancel(t.Context())
		var seen []backend.Event
		done := make(chan struct{})
		go func() {
			defer close(done)
			e.Watch(ctx, nil, func(event backend.Event) {
				seen = append(seen, event)
				<-blocked
			})
		}()
		synctest.Wait() // it has the first Resync in hand
		c := &container{id: "c"}
		e.mu.Lock()
		for range maxEvents + 5 {
			e.emit(c, backend.Event{Kind: backend.ContainerStarted})
		}
		e.mu.Unlock()
		close(blocked)
		synctest.Wait()
		cancel()
		<-done
		if len(seen) != 6 || seen[1].Kind != backend.Resync {
			t.Fatalf("%d events, want Resync, Resync and the last 4", len(seen))
		}
		for _, event := range seen[2:] {
			if event.Kind != backend.ContainerStarted {
				t.Errorf("after Resync came %+v", event)
			}
		}
	})
}

func TestLogsKeepTheLastLines(t *testing.T) {
	e := New(Options{})
	c := &container{id: "c"}
	e.containers["c"] = c
	for range 5*script.MaxLines - 1 {
		e.write(c, false, "line")
	}
	e.write(c, false, "last")
	if n := c.log.Len(); n < script.MaxLines || n > 2*script.MaxLines {
		t.Errorf("%d lines are kept, want %d to %d", n, script.MaxLines, 2*script.MaxLines)
	}
	lines, next := c.log.From(0)
	if next != 5*script.MaxLines || lines[len(lines)-1].Text != "last" {
		t.Errorf("the last of %d lines is %q", next, lines[len(lines)-1].Text)
	}
}

func TestSettleWaitsUntilEventsAreHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(Options{})
		if err := e.Settle(t.Context()); err != nil {
			t.Errorf("Settle without watchers: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		release, done := make(chan struct{}), make(chan struct{})
		handled := 0
		go func() {
			defer close(done)
			e.Watch(ctx, nil, func(backend.Event) {
				<-release
				handled++
			})
		}()
		synctest.Wait() // the Resync is being handled
		short, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := e.Settle(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Settle while an event is being handled: %v", err)
		}
		e.mu.Lock()
		e.emit(&container{id: "c"}, backend.Event{Kind: backend.ContainerStarted})
		e.mu.Unlock()
		close(release)
		if err := e.Settle(t.Context()); err != nil || handled != 2 {
			t.Errorf("Settle: %v with %d events handled, want 2", err, handled)
		}
		cancel()
		<-done
		if err := e.Settle(t.Context()); err != nil {
			t.Errorf("Settle after Watch: %v", err)
		}
	})
}

func TestFollowersThatGiveUpAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(Options{})
		c := &container{id: "c", state: backend.Running, log: logbuffer.New(script.MaxLines)}
		e.containers["c"] = c
		ctx, cancel := context.WithCancel(t.Context())
		for _, ctx := range []context.Context{ctx, t.Context(), ctx} {
			go func() { _ = e.Logs(ctx, "c", backend.LogOptions{Follow: true}) }()
		}
		awaiting := func() int {
			synctest.Wait()
			e.mu.Lock()
			defer e.mu.Unlock()
			return c.log.Awaiting()
		}
		if n := awaiting(); n != 3 {
			t.Errorf("%d wait, want 3", n)
		}
		cancel()
		if n := awaiting(); n != 1 {
			t.Errorf("%d wait when two have given up, want 1", n)
		}
		e.mu.Lock()
		c.state = backend.Exited
		c.log.Announce()
		e.mu.Unlock()
	})
}

// Counters do not fall, however long a container runs.
func TestTrafficOfAYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(Options{})
		c := &container{id: "c", state: backend.Running, startedAt: time.Now()}
		c.meter.Begin(c.startedAt)
		c.net = &namespace{self: c, network: &network{}}
		e.containers["c"] = c
		for _, days := range []uint64{213, 1, 151} {
			time.Sleep(time.Duration(days) * 24 * time.Hour)
			s, err := e.Stats(t.Context(), "c")
			if want := uint64(time.Since(c.startedAt)/time.Second) * 1_000; err != nil || s.Networks["eth0"].RxBytes != want {
				t.Errorf("%+v, %v, want %d bytes", s.Networks, err, want)
			}
		}
	})
}
