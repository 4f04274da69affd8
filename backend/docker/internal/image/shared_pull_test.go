package image

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// source is what pulls in tests ask: each pull waits until it is let go.
type source struct {
	mu     sync.Mutex
	pulls  int
	ended  int
	closed []func()
	answer chan error
}

func (s *source) pull(ctx context.Context, closed func(), _ *progress) error {
	s.mu.Lock()
	s.pulls++
	s.closed = append(s.closed, closed)
	s.mu.Unlock()
	defer s.end()
	select {
	case err := <-s.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *source) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended++
}

// pulling are callers of one shared pull, with the number that have come back.
type pulling struct {
	shared  sharedPulls
	from    source
	mu      sync.Mutex
	answers []error
}

func (p *pulling) start(ctx context.Context, key string) {
	go func() {
		err := p.shared.do(ctx, key, func(*progress) {}, p.from.pull)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.answers = append(p.answers, err)
	}()
	synctest.Wait()
}

func withPulling(t *testing.T, f func(t *testing.T, p *pulling)) {
	synctest.Test(t, func(t *testing.T) {
		p := &pulling{from: source{answer: make(chan error)}}
		f(t, p)
		if p.from.ended != p.from.pulls || len(p.shared.open) != 0 {
			t.Errorf("%d of %d pulls have ended, and %d are open", p.from.ended, p.from.pulls, len(p.shared.open))
		}
	})
}

func TestCallersShareAPull(t *testing.T) {
	withPulling(t, func(t *testing.T, p *pulling) {
		refused := errors.New("refused")
		for range 20 {
			p.start(t.Context(), "web")
		}
		p.start(t.Context(), "web as another")
		if p.from.pulls != 2 {
			t.Fatalf("%d pulls, want one for each key", p.from.pulls)
		}
		p.from.answer <- refused
		p.from.answer <- refused
		synctest.Wait()
		if len(p.answers) != 21 || slices.ContainsFunc(p.answers, func(err error) bool { return !errors.Is(err, refused) }) {
			t.Errorf("answers: %v", p.answers)
		}
		p.start(t.Context(), "web") // after its end there is nothing to join
		p.from.answer <- nil
		synctest.Wait()
		if p.from.pulls != 3 || p.answers[21] != nil {
			t.Errorf("%d pulls, answers %v", p.from.pulls, p.answers)
		}
	})
}

func TestAPullThatIsClosedIsNotJoined(t *testing.T) {
	withPulling(t, func(t *testing.T, p *pulling) {
		p.start(t.Context(), "web")
		p.from.closed[0]()
		p.start(t.Context(), "web")
		p.start(t.Context(), "web")
		if p.from.pulls != 2 {
			t.Errorf("%d pulls, want 2", p.from.pulls)
		}
		p.from.closed[0]() // once more: the second one stays open
		p.start(t.Context(), "web")
		if p.from.pulls != 2 {
			t.Errorf("%d pulls, want 2", p.from.pulls)
		}
		p.from.answer <- nil
		p.from.answer <- nil
		synctest.Wait()
	})
}

// A task that is stopped takes no pull from another one.
func TestAPullEndsWithItsLastCaller(t *testing.T) {
	withPulling(t, func(t *testing.T, p *pulling) {
		first, stopFirst := context.WithCancelCause(t.Context())
		second, stopSecond := context.WithCancel(t.Context())
		p.start(first, "web")
		p.start(second, "web")
		stopped := errors.New("stopped")
		stopFirst(stopped)
		synctest.Wait()
		if len(p.answers) != 1 || !errors.Is(p.answers[0], stopped) || p.from.ended != 0 {
			t.Fatalf("answers %v; %d pulls have ended", p.answers, p.from.ended)
		}
		stopSecond()
		synctest.Wait()
		if len(p.answers) != 2 || !errors.Is(p.answers[1], context.Canceled) || p.from.ended != 1 {
			t.Fatalf("answers %v; %d pulls have ended", p.answers, p.from.ended)
		}
		p.start(t.Context(), "web")
		p.from.answer <- nil
		synctest.Wait()
		if p.answers[2] != nil {
			t.Errorf("a pull after them: %v", p.answers[2])
		}
	})
}
