package imagepull_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// failingEngine answers pulls with errors, one after the other, and then with success.
type failingEngine struct {
	backend.Engine
	errs  []error
	pulls int
}

func (e *failingEngine) Pull(context.Context, backend.PullSpec) error {
	e.pulls++
	if e.pulls > len(e.errs) {
		return nil
	}
	return e.errs[e.pulls-1]
}

func (*failingEngine) Image(_ context.Context, ref, _ string) (backend.Image, error) {
	return backend.Image{ID: "sha256:1"}, nil
}

// A task that is told to stop in a rest has no pull that failed.
func TestAStopInARest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := &backend.BrokenPullError{Begun: true, Err: errors.New("unexpected EOF")}
		engine := &failingEngine{errs: []error{broken, broken, broken}}
		p := imagepull.Puller{Engine: enginecall.New(engine, &enginecall.Tracker{}, slog.New(slog.DiscardHandler))}
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
		defer stop()
		_, err := p.Pull(ctx, imagepull.Agent{Behavior: imagepull.Always}, imagepull.Choice{Ref: "app:1"}, backend.PullSpec{})
		if errors.As(err, new(*backend.BrokenPullError)) || !errors.Is(err, context.DeadlineExceeded) || engine.pulls != 2 {
			t.Errorf("after %d pulls it ends with %v", engine.pulls, err)
		}
	})
}

func TestPullsThatBreakOffAreMadeAgain(t *testing.T) {
	broken := &backend.BrokenPullError{Begun: true, Err: errors.New("unexpected EOF")}
	full := &backend.BrokenPullError{Begun: true, Err: errors.New("write /layer: no space left on device")}
	final := errors.New("manifest unknown")
	for name, c := range map[string]struct {
		errs  []error
		pulls int
		err   error
		takes time.Duration
	}{
		"once":         {[]error{broken}, 2, nil, 1100 * time.Millisecond},
		"always":       {[]error{broken, broken, broken, broken, broken, broken}, 5, broken, 12700 * time.Millisecond},
		"a final one":  {[]error{final}, 1, final, 0},
		"on full disk": {[]error{full}, 1, full, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			engine, began := &failingEngine{errs: c.errs}, time.Now()
			p := imagepull.Puller{Engine: enginecall.New(engine, &enginecall.Tracker{}, slog.New(slog.DiscardHandler))}
			_, err := p.Pull(t.Context(), imagepull.Agent{Behavior: imagepull.Always}, imagepull.Choice{Ref: "app:1"}, backend.PullSpec{})
			if !errors.Is(err, c.err) || engine.pulls != c.pulls || time.Since(began) != c.takes {
				t.Errorf("%s: %v after %d pulls and %s; want %v after %d and %s", name, err, engine.pulls, time.Since(began), c.err, c.pulls, c.takes)
			}
		})
	}
}
