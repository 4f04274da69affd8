package enginecall

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// forgetful is an engine that does not answer the first calls.
type forgetful struct {
	backend.Engine
	unanswered int // how many
	asked      int
	takes      time.Duration // what it answers
	wait       func(ctx context.Context)
}

func (*forgetful) Info(context.Context) (backend.Info, error) { return backend.Info{}, nil }

func (e *forgetful) Inspect(ctx context.Context, id string) (backend.Container, error) {
	if e.asked++; e.asked <= e.unanswered {
		<-ctx.Done()
		return backend.Container{}, ctx.Err()
	}
	if e.wait != nil {
		e.wait(ctx)
	}
	select {
	case <-time.After(e.takes):
		return backend.Container{ID: id}, nil
	case <-ctx.Done():
		return backend.Container{}, ctx.Err()
	}
}

// withForgetful has a test make a call to such an engine.
func withForgetful(t *testing.T, e *forgetful, test func(t *testing.T, engine *Engine, call *Call)) {
	synctest.Test(t, func(t *testing.T) {
		var calls Tracker
		engine := New(e, &calls, slog.New(slog.DiscardHandler))
		engine.Found(0)
		call := calls.Begin(nil, CutOff)
		defer call.End()
		test(t, engine, call)
	})
}

func TestACallThatIsNotAnsweredIsMadeAgain(t *testing.T) {
	for _, c := range []struct {
		name       string
		unanswered int
		takes      time.Duration
		late       bool
		within     time.Duration
	}{
		{"answered at once", 0, 0, false, 0},
		{"lost once", 1, 0, false, 6 * time.Second},
		{"lost twice", 2, 0, false, 17 * time.Second},
		{"slow", 0, 12 * time.Second, false, 31 * time.Second},
		{"never answered", 99, 0, true, 34 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			withForgetful(t, &forgetful{unanswered: c.unanswered, takes: c.takes}, func(t *testing.T, engine *Engine, call *Call) {
				began := time.Now()
				seen, err := engine.Inspect(call, "id")
				if IsTimeout(err) != c.late || !c.late && (err != nil || seen.ID != "id") {
					t.Errorf("Inspect: %+v, %v", seen, err)
				}
				if took := time.Since(began); took > c.within {
					t.Errorf("it took %s, want at most %s", took, c.within)
				}
				if call.Err() != nil || engine.Health() != nil {
					t.Errorf("the call: %v; the engine: %v", call.Err(), engine.Health())
				}
				if left := engine.Unanswered(); left != nil {
					t.Errorf("it is said to be unanswered still: %v", left)
				}
			})
		})
	}
}

func TestACallThatIsCutOffAtADeadlineIsNotMadeAgain(t *testing.T) {
	engine := &forgetful{takes: time.Hour}
	withForgetful(t, engine, func(t *testing.T, of *Engine, call *Call) {
		engine.wait = func(ctx context.Context) {
			<-ctx.Done()
			call.CutOff()
		}
		if _, err := of.Inspect(call, "id"); !errors.Is(err, context.Canceled) || engine.asked != 1 {
			t.Errorf("Inspect: %v, asked %d times", err, engine.asked)
		}
	})
}

func TestWhatTheEngineHasNotAnsweredIsSaid(t *testing.T) {
	withForgetful(t, &forgetful{unanswered: 2}, func(t *testing.T, engine *Engine, call *Call) {
		go engine.Inspect(call, "id") //nolint:errcheck // it is answered later
		time.Sleep(time.Second)
		if said := engine.Unanswered(); said != nil {
			t.Errorf("before the first deadline: %v", said)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if said := engine.Unanswered(); len(said) != 1 || said[0] != "something is to be inspected: no answer for 6s" {
			t.Errorf("after it: %v", said)
		}
		time.Sleep(time.Minute)
	})
}

// A call that waits for the emulator's clock, which may stand still, is not late for that.
func TestTheDeadlineOfACallDoesNotCountItsWaitForTheClock(t *testing.T) {
	engine := &forgetful{wait: func(ctx context.Context) {
		over := backend.WaitForClock(ctx)
		time.Sleep(time.Hour)
		over()
	}}
	withForgetful(t, engine, func(t *testing.T, of *Engine, call *Call) {
		if _, err := of.Inspect(call, "id"); err != nil || engine.asked != 1 {
			t.Errorf("Inspect: %v, asked %d times", err, engine.asked)
		}
	})
}
