package stats

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// slowEngine takes its time for what it tells, and counts.
type slowEngine struct {
	takes       time.Duration
	asked       atomic.Int64
	now, atOnce atomic.Int64
}

func (s *slowEngine) stats(ctx context.Context, _ string) (backend.Stats, error) {
	s.asked.Add(1)
	now := s.now.Add(1)
	defer s.now.Add(-1)
	s.atOnce.Store(max(now, s.atOnce.Load()))
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return backend.Stats{}, ctx.Err()
	}
	return backend.Stats{Read: time.Now()}, nil
}

// Who asks is answered from what is known, which is asked for anew meanwhile; the first one waits,
// but not for ever.
func TestSamplesAreToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &slowEngine{takes: 5 * time.Second}
		samples := newSamples(t.Context(), engine.stats)
		took := func() (backend.Stats, time.Duration, error) {
			began := time.Now()
			s, err := samples.take(t.Context(), "app", networkPatience)
			return s, time.Since(began), err
		}
		if _, after, err := took(); !errors.Is(err, errNotSampled) || after != networkPatience {
			t.Errorf("the first ones: %v after %s", err, after)
		}
		time.Sleep(engine.takes)
		synctest.Wait()
		first, after, err := took()
		if err != nil || after != 0 || engine.asked.Load() != 1 {
			t.Errorf("once they are there: %v after %s, asked %d times", err, after, engine.asked.Load())
		}
		time.Sleep(sampleFresh)
		if old, after, err := took(); err != nil || after != 0 || !old.Read.Equal(first.Read) {
			t.Errorf("while newer ones are on their way: %v, %v after %s", old.Read, err, after)
		}
		time.Sleep(engine.takes)
		synctest.Wait()
		if newer, after, err := took(); err != nil || after != 0 || !newer.Read.After(first.Read) || engine.asked.Load() != 2 {
			t.Errorf("then: %v, %v after %s, asked %d times", newer.Read, err, after, engine.asked.Load())
		}
		time.Sleep(sampleStale)
		if _, _, err := took(); !errors.Is(err, errNotSampled) {
			t.Errorf("after a minute: %v", err)
		}
		synctest.Wait()
	})
}

// What is told of a container that is gone by then is not kept.
func TestSamplesOfWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &slowEngine{takes: time.Second}
		samples := newSamples(t.Context(), engine.stats)
		_, _ = samples.take(t.Context(), "app", networkPatience)
		samples.forget("app")
		time.Sleep(engine.takes)
		synctest.Wait()
		if len(samples.latest) > 0 {
			t.Errorf("kept are %v", samples.latest)
		}
	})
}

func TestFewSamplesAreAskedForAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &slowEngine{takes: time.Second}
		samples := newSamples(t.Context(), engine.stats)
		for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
			go samples.take(t.Context(), id, samplePatience) //nolint:errcheck // it is counted
		}
		time.Sleep(sampleTimeout)
		if engine.asked.Load() != 6 || engine.atOnce.Load() != mostSampled {
			t.Errorf("asked %d times, %d at once", engine.asked.Load(), engine.atOnce.Load())
		}
	})
}
