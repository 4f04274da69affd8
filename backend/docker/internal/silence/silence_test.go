package silence

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// hung is an engine that answers nothing until it is told to.
type hung struct{ answers bool }

func (h *hung) request(ctx context.Context) error {
	if h.answers {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestAnEngineThatHangsIsAwaitedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing, stop := context.WithCancel(t.Context())
		defer stop()
		engine := &hung{}
		s := New(closing, engine.request)
		const patience = 5 * time.Second
		for n, want := range []time.Duration{patience, 0, 0} {
			began := time.Now()
			err := s.Ask(t.Context(), patience, engine.request)
			if !errors.Is(err, ErrSilent) || !dockerapi.Lost(err) || time.Since(began) != want {
				t.Errorf("request %d: %v after %v; want it silent after %v", n, err, time.Since(began), want)
			}
		}
		engine.answers = true
		time.Sleep(pingPatience + pingPause)
		synctest.Wait()
		if err := s.Ask(t.Context(), patience, engine.request); err != nil {
			t.Errorf("the engine answers again: %v", err)
		}
	})
}

// One request may take long, or be lost, while the engine answers others.
func TestASlowRequestIsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(t.Context(), func(context.Context) error { return nil })
		lost := &hung{}
		if err := s.Ask(t.Context(), 5*time.Second, lost.request); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrSilent) {
			t.Errorf("a request that is lost: %v", err)
		}
		if s.Lasts() {
			t.Error("an engine that answers others is taken for silent")
		}
	})
}

// What refuses connections holds up no caller, and may be back at once.
func TestAnEngineThatRefusesIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("connection refused")
		s := New(t.Context(), func(context.Context) error { return refused })
		s.Doubt()
		synctest.Wait()
		if err := s.Ask(t.Context(), time.Second, func(context.Context) error { return refused }); !errors.Is(err, refused) || s.Lasts() {
			t.Errorf("it says %v, silent: %t", err, s.Lasts())
		}
	})
}

func TestACallerThatGivesUpHasItsOwnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing, stop := context.WithCancel(t.Context())
		defer stop()
		engine := &hung{}
		s := New(closing, engine.request)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Ask(ctx, 5*time.Second, engine.request); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrSilent) {
			t.Errorf("got %v", err)
		}
	})
}
