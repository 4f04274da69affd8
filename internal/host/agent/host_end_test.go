package agent

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
)

// endingHost is a host of an agent that does not run.
func endingHost(t *testing.T) *host {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.New(clock.Options{})
	a := New(Options{
		Store: rows, Clock: c, Log: slog.New(slog.DiscardHandler),
		Hosts: []HostOptions{{Engine: sim.New(sim.Options{Clock: sim.ClockOf(c)})}},
	})
	return a.named[""]
}

// The clock's timers may look at a task while the agent ends. What they begin either
// ends before the host has, or never begins.
func TestNothingOfAHostRunsAfterItsEnd(t *testing.T) {
	for range 200 {
		h := endingHost(t)
		var running atomic.Int32
		var timers sync.WaitGroup
		for range 4 {
			timers.Go(func() {
				for h.Engine.Go(func() {
					running.Add(1)
					defer running.Add(-1)
				}) {
				}
			})
		}
		h.end()
		if n := running.Load(); n != 0 {
			t.Fatalf("%d goroutines run after the end", n)
		}
		timers.Wait()
		if n := running.Load(); n != 0 {
			t.Fatalf("%d goroutines have begun after the end", n)
		}
	}
}

func TestNoCallerWaitsForACallThatNeverBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := endingHost(t)
		h.end()
		w := &taskRunner{host: h}
		c := call{call: h.calls.Begin(nil, enginecall.Finish), run: func(context.Context) func() {
			t.Error("a call is made after the end")
			return func() {}
		}}
		w.startCalls(t.Context(), []call{c})
		begin := time.Now()
		if err := h.calls.Idle(t.Context(), time.Minute); err != nil || time.Since(begin) > 0 {
			t.Errorf("waited %v: %v", time.Since(begin), err)
		}
	})
}

// A user may ask for the ports of a task while the agent ends.
func TestNoPortIsOpenedAfterTheEnd(t *testing.T) {
	h := endingHost(t)
	h.end()
	mapping := hostport.Mapping{
		ContainerPort: 80, Protocol: types.TransportProtocolTcp, Leads: hostport.Target{Sandbox: "sandbox", Port: 80},
	}
	for _, port := range h.ports.Open(hostport.Owner{ID: "task"}, []hostport.Mapping{mapping}, true) {
		t.Errorf("%s is open", port.Address)
	}
}

// A task's end may reach the store while the host ends. What it leaves is for the next
// run, and no timer stays behind.
func TestNoLeftoverIsTimedAfterTheEnd(t *testing.T) {
	h := endingHost(t)
	h.leftovers.Add(t.Context(), leftover.Task{ARN: "before", IDs: []string{"a"}})
	h.end()
	h.leftovers.Add(t.Context(), leftover.Task{ARN: "after", IDs: []string{"b"}})
	if due, set := h.agent.Clock.Next(); set {
		t.Errorf("a timer is due at %v", due)
	}
}
