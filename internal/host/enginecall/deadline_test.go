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

// An engine may go on in the background with the context of a call that has come to its deadline.
func TestWhatOutlivesALateCallStaysCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Tracker
		f := calls.Begin(nil, CutOff)
		defer f.End()
		var kept context.Context
		late, err := Until(f, time.Second, func(ctx context.Context) error {
			kept = ctx
			<-ctx.Done()
			return ctx.Err()
		})
		if !late || !errors.Is(err, context.Canceled) || kept.Err() == nil {
			t.Errorf("late: %v, %v; what outlives the call has the error %v", late, err, kept.Err())
		}
		if f.Err() != nil || kept.Value(backend.ClockWaiterKey) != any(f) {
			t.Errorf("the call has ended with the call: %v", f.Err())
		}
	})
}

// An engine that is closed ends calls that no caller has cut off; to make them
// again at once would be a loop without end.
func TestACallThatTheEngineCutsOffMeansThatItIsLost(t *testing.T) {
	engine := New(closing{}, &Tracker{}, slog.New(slog.DiscardHandler))
	if err := engine.Start(t.Context(), "id"); !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("Start: %v", err)
	}
}

type closing struct{ backend.Engine }

func (closing) Start(context.Context, string) error { return context.Canceled }

func TestCountersThatDoNotCome(t *testing.T) {
	for what, answers := range map[string]bool{"of an engine that answers": true, "of one that does not": false} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := New(withoutStats{answers: answers}, &Tracker{}, slog.New(slog.DiscardHandler))
				engine.Found(0)
				begun, want := time.Now(), statsTimeout
				_, err := engine.Stats(t.Context(), "id")
				if late := (*TimeoutError)(nil); errors.As(err, &late) != answers {
					t.Errorf("Stats: %v", err)
				}
				if !answers {
					want += infoTimeout
				}
				if took := time.Since(begun); took != want {
					t.Errorf("it took %s, want %s", took, want)
				}
				if errors.Is(err, backend.ErrUnavailable) == answers || errors.Is(engine.Health(), backend.ErrUnavailable) == answers {
					t.Errorf("Stats: %v; the engine is lost: %v", err, engine.Health())
				}
			})
		})
	}
}

// withoutStats is an engine that hangs when it is asked for counters, or for anything.
type withoutStats struct {
	backend.Engine
	answers bool
}

func (withoutStats) Stats(ctx context.Context, _ string) (backend.Stats, error) {
	select {
	case <-ctx.Done():
		return backend.Stats{}, ctx.Err()
	case <-time.After(time.Hour):
		return backend.Stats{}, nil
	}
}

func (e withoutStats) Info(ctx context.Context) (backend.Info, error) {
	if !e.answers {
		<-ctx.Done()
	}
	return backend.Info{}, ctx.Err()
}

func TestLostErrorKeepsItsCause(t *testing.T) {
	cause := errors.New("no such host")
	if err := lostError(cause); !errors.Is(err, cause) || !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("lostError(%v) = %v", cause, err)
	}
}
