package imagecache_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func TestAStuckRemovalHoldsUpItsImageAloneAndNotForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t, 1)
		s.pull("", "a")
		goOn := make(chan struct{})
		s.removing = func(context.Context, string) error { <-goOn; return nil }
		s.cleans = func(f func(context.Context)) { go f(t.Context()) }
		s.pull("", "b")
		synctest.Wait()

		began := time.Now()
		look := func(ctx context.Context, id string) (looks int) {
			s.cache.Look(ctx, "", func() string { looks++; return id })
			return looks
		}
		if looks := look(t.Context(), "b"); looks != 1 || time.Since(began) != 0 {
			t.Errorf("the look for another image takes %v", time.Since(began))
		}
		canceled, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if look(canceled, "a"); time.Since(began) != time.Second {
			t.Errorf("a task that is stopped looks for %v", time.Since(began))
		}
		s.cache.Begin(canceled).End(canceled, "", backend.PullSpec{}, "", false)
		if time.Since(began) != time.Second {
			t.Errorf("a pull that is stopped begins after %v", time.Since(began))
		}
		if look(t.Context(), "a"); time.Since(began) > time.Minute {
			t.Errorf("a task looks for %v", time.Since(began))
		}
		waited := time.Now()
		s.cache.Begin(t.Context()).End(t.Context(), "", backend.PullSpec{}, "", false)
		if time.Since(waited) == 0 || time.Since(waited) > time.Minute {
			t.Errorf("a pull begins after %v", time.Since(waited))
		}

		looked := make(chan int)
		go func() { looked <- look(t.Context(), "a") }()
		synctest.Wait()
		close(goOn)
		if looks := <-looked; looks != 2 {
			t.Errorf("after the removal it looks %d times, want 2", looks)
		}
		synctest.Wait()
		s.expect("after the removal", "b")
	})
}

func TestWhatIsPulledForATaskThatIsStoppedIsKnown(t *testing.T) {
	s := newShelf(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	pull := s.cache.Begin(ctx)
	s.name("a", "a:1", "a@sha256:"+strings.Repeat("0", 64))
	cancel()
	pull.End(ctx, "", backend.PullSpec{Ref: "a:1"}, "a", true)
	s.pull("", "b")
	s.expect("after another pull", "b")
}

func TestOneCleanWaitsAtMost(t *testing.T) {
	s := newShelf(t, 0)
	var waiting []func(context.Context)
	s.cleans = func(f func(context.Context)) { waiting = append(waiting, f) }
	for range 3 {
		s.pull("", "a")
	}
	if len(waiting) != 1 {
		t.Fatalf("%d wait", len(waiting))
	}
	s.asked = func() { s.pull("", "b") }
	waiting[0](t.Context())
	s.expect("when a pull has ended during the clean")
	s.pull("", "c")
	if len(waiting) != 2 {
		t.Errorf("%d clean, want another one", len(waiting))
	}
}

func TestAnImageThatCannotGoIsToldOfOnce(t *testing.T) {
	s := newShelf(t, 0)
	s.removing = func(context.Context, string) error { return errors.New("conflict") }
	for range 3 {
		s.pull("", "a")
	}
	if told := strings.Count(s.log.String(), "conflict"); told != 1 {
		t.Errorf("it is told %d times:\n%s", told, s.log.String())
	}
}

func TestTimesOfUse(t *testing.T) {
	s := newShelf(t, 10)
	s.tick = time.Second
	s.pull("", "a")
	first := s.cache.RowUsedAt("a")
	look := func() { s.cache.Look(t.Context(), "", func() string { return "a" }) }
	look()
	s.pull("", "b")
	if now := s.cache.RowUsedAt("a"); !now.Equal(first) {
		t.Errorf("the row is written after %v", now.Sub(first))
	}
	s.now = s.now.Add(time.Minute)
	look()
	s.pull("", "b")
	if now := s.cache.RowUsedAt("a"); now.Sub(first) < time.Minute {
		t.Errorf("the row is behind by more than a minute: %v", now.Sub(first))
	}
	s.unname("a")
	s.pull("", "b")
	s.cache.Look(t.Context(), "", func() string { return "never there" })
	s.pull("", "b")
	if n := s.cache.UsedTimes(); n != 1 {
		t.Errorf("it knows the times of %d images, want 1", n)
	}
}
