package engines_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/engines"
)

// world is a controller of the engines a and b, whose agent notes what it is told.
type world struct {
	*testing.T
	*engines.Controller
	clock *clock.Clock
	real  bool // engines are not simulated

	mu     sync.Mutex
	silent map[string]time.Time
	told   []string
}

func (w *world) Health(name string) error {
	if w.SilentSince(name).IsZero() {
		return nil
	}
	return errors.New("a cable is out")
}

func (w *world) SilentSince(name string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.silent[name]
}

func (w *world) EngineInfo(context.Context, string) backend.Info {
	return backend.Info{Simulated: !w.real}
}

func (w *world) SetAbsence(name string, is agent.Absence) {
	if !is.Since.Equal(w.SilentSince(name)) {
		w.Errorf("an absence of %s since %v", name, is.Since)
	}
	w.tell(name + ": " + is.Lost)
}

func (w *world) tell(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, what)
}

// in runs a story in a bubble of fake time.
func in(t *testing.T, o engines.Options, story func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, clock: clock.New(clock.Options{}), silent: map[string]time.Time{}}
		defer w.clock.Close()
		o.Store, o.Clock, o.Log, o.Agent = rows, w.clock, slog.New(slog.DiscardHandler), w
		if o.Names == nil {
			o.Names = []string{"a", "b"}
		}
		err = rows.Update(func(tx *store.Tx) error {
			for _, host := range []string{"a", "b"} {
				id := arn.Scope{Region: "us-east-1", Account: "123456789012"}.ContainerInstances("default") + host
				state.PutContainerInstance(tx, &state.ContainerInstance{ARN: id, EC2InstanceID: "i-" + host, Host: host}, w.clock.Now())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		o.WakeInstance = func(_ arn.Scope, id string) {
			silent, long := w.Silence(id[2:])
			w.tell(fmt.Sprintf("%s silent %v, long %v", id, silent, long))
		}
		w.Controller = engines.New(o)
		ctx, cancel := context.WithCancel(t.Context())
		go w.Controller.Run(ctx)
		defer func() { cancel(); synctest.Wait() }()
		synctest.Wait()
		story(w)
	})
}

// leave takes engines away, and back brings them back.
func (w *world) leave(name string) {
	w.mu.Lock()
	w.silent[name] = time.Now()
	w.mu.Unlock()
	w.Look(name)
	synctest.Wait()
}

func (w *world) back(name string) {
	w.mu.Lock()
	delete(w.silent, name)
	w.mu.Unlock()
	w.Look(name)
	synctest.Wait()
}

// after lets time pass, and expects what is told until then and how b fares.
func (w *world) after(d time.Duration, is engines.Status, told ...string) {
	w.Helper()
	time.Sleep(d)
	synctest.Wait()
	w.mu.Lock()
	if !slices.Equal(w.told, told) {
		w.Errorf("told %q, want %q", w.told, told)
	}
	w.told = nil
	w.mu.Unlock()
	if got, _ := w.Status("b"); got != is {
		w.Errorf("b is %s, want %s", got, is)
	}
}

func TestAnEngineIsLostAndComesBack(t *testing.T) {
	in(t, engines.Options{LostAfter: 5 * time.Minute}, func(w *world) {
		w.after(time.Hour, engines.Ready)
		began := w.clock.Now()
		w.leave("b")
		w.after(time.Minute-1, engines.Unavailable, "i-b silent true, long false")
		if _, since := w.Status("b"); !since.Equal(began) {
			t.Errorf("since %v, want %v", since, began)
		}
		w.after(1, engines.Unavailable, "b: ", "i-b silent true, long true")
		w.after(4*time.Minute-1, engines.Unavailable)
		w.after(1, engines.Lost, "b: ecs-emulator: the engine b has not answered for 5m0s.")
		w.after(time.Hour, engines.Lost)
		w.back("b")
		w.after(time.Hour, engines.Ready, "i-b silent false, long false")
	})
}

func TestAShortSilenceEndsNothing(t *testing.T) {
	in(t, engines.Options{LostAfter: 5 * time.Minute}, func(w *world) {
		w.leave("b")
		w.after(90*time.Second, engines.Unavailable, "i-b silent true, long false", "b: ", "i-b silent true, long true")
		w.back("b")
		w.after(0, engines.Ready, "i-b silent false, long false")
		w.leave("b") // anew: the time begins again
		w.after(4*time.Minute, engines.Unavailable, "i-b silent true, long false", "b: ", "i-b silent true, long true")
	})
}

// A task that was to be placed meanwhile waits for it, and is not looked at again for a minute.
func TestAnEngineIsBackBeforeItsSilenceIsLookedAt(t *testing.T) {
	var changed []string
	in(t, engines.Options{Changed: func(name string) { changed = append(changed, name) }}, func(w *world) {
		w.after(time.Hour, engines.Ready)
		changed = nil
		w.Look("b") // it was away until just now
		w.after(time.Hour, engines.Ready)
		if !slices.Equal(changed, []string{"b"}) {
			t.Errorf("%q have changed, want b", changed)
		}
	})
}

func TestAnEngineIsNeverLost(t *testing.T) {
	in(t, engines.Options{}, func(w *world) {
		w.leave("b")
		w.after(100*time.Hour, engines.Unavailable, "i-b silent true, long false", "b: ", "i-b silent true, long true")
	})
}

// TestAFastClockLosesNoEngineThatHiccups: containers live in real time.
func TestAFastClockLosesNoEngineThatHiccups(t *testing.T) {
	in(t, engines.Options{LostAfter: 5 * time.Minute}, func(w *world) {
		w.real = true
		if err := w.clock.SetSpeed(600); err != nil {
			t.Fatal(err)
		}
		w.leave("b")
		w.after(10*time.Second-1, engines.Unavailable, "i-b silent true, long false", "b: ", "i-b silent true, long true")
		w.after(1, engines.Lost, "b: ecs-emulator: the engine b has not answered for 5m0s.")
	})
}

func TestOneEngineWithoutANameIsLeftAlone(t *testing.T) {
	in(t, engines.Options{Names: []string{}, LostAfter: 5 * time.Minute}, func(w *world) {
		w.leave("")
		w.after(time.Hour, engines.Ready)
		if is, _ := w.Status(""); is != engines.Unavailable {
			t.Errorf("it is %s", is)
		}
		if silent, long := w.Silence(""); silent || long {
			t.Error("its agents are disconnected")
		}
	})
}

func TestTheTimeAfterWhichAnEngineIsLost(t *testing.T) {
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "off": -1, "": 0, "0": 0, "soon": 0, "-5m": 0, "10ms": 0} {
		if got, err := engines.ParseLostAfter(text); got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
