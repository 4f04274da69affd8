package warm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// kitchen is a pool whose sandboxes are made in no engine.
type kitchen struct {
	*testing.T
	*Pool

	mu        sync.Mutex
	number    int
	there     []string // ids of those made and not discarded or claimed
	takes     time.Duration
	failCause error
	halfCause error // comes with a sandbox that is there
}

// newKitchen is for a bubble of testing/synctest.
func newKitchen(t *testing.T, size int) *kitchen {
	k := &kitchen{T: t, Pool: New(size, nil, nil, slog.New(slog.DiscardHandler)), takes: 250 * time.Millisecond}
	k.create = func(_ context.Context, use Use) (Sandbox, error) {
		time.Sleep(k.takes)
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.failCause != nil {
			return Sandbox{}, k.failCause
		}
		k.number++
		id := fmt.Sprint(use.Shape.Domain, k.number)
		k.there = append(k.there, id)
		return Sandbox{ID: id, Name: id, IP: netip.AddrFrom4([4]byte{10, 0, 0, byte(k.number)}), Shape: use.Shape, Limits: use.Limits}, k.halfCause
	}
	k.remove = func(_ context.Context, w Sandbox) error {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.failCause != nil {
			return k.failCause
		}
		k.there = slices.DeleteFunc(k.there, func(id string) bool { return id == w.ID })
		return nil
	}
	t.Cleanup(func() {
		k.Disable()
		k.Empty(context.Background()) // waits for the one that is being made
		synctest.Wait()
	})
	return k
}

// start starts a task that takes a while; it reports the warm sandbox it got, if any.
func (k *kitchen) start(domain string) string {
	ended := k.TaskStarts()
	defer ended()
	w, ok := k.Claim(k.Context(), Shape{Domain: domain}, Limits{})
	time.Sleep(100 * time.Millisecond)
	if !ok {
		return ""
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.there = slices.DeleteFunc(k.there, func(id string) bool { return id == w.ID })
	return w.ID
}

// startContainer starts a task as the engine does it: once the task has its sandbox, the
// engine is told to start its container.
func (k *kitchen) startContainer(domain string) (sandbox string) {
	ended := k.TaskStarts()
	w, _ := k.Claim(k.Context(), Shape{Domain: domain}, Limits{})
	time.Sleep(20 * time.Millisecond)
	ended = k.ContainerStarts(ended)
	defer ended()
	time.Sleep(75 * time.Millisecond)
	return w.ID
}

// fail has the engine fail from now on, or no more.
func (k *kitchen) fail(cause error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failCause = cause
}

func (k *kitchen) has(want ...string) {
	k.Helper()
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	if slices.Sort(k.there); !slices.Equal(k.there, want) {
		k.Errorf("there are %v, want %v", k.there, want)
	}
}

func TestWarmSandboxesAreOfShapesUsedLately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		time.Sleep(time.Hour)
		k.has()
		if id := k.start("a"); id != "" {
			t.Errorf("the first task has a warm sandbox: %s", id)
		}
		time.Sleep(quietTime + 2*k.takes)
		k.has("a1", "a2")
		if id := k.start("a"); id != "a1" {
			t.Errorf("the second task has %q, want the oldest warm sandbox", id)
		}
		if id := k.start("b"); id != "" {
			t.Errorf("a task of another shape has %q", id)
		}
		time.Sleep(time.Minute)
		k.has("a2", "a4", "b3", "b5")
		for _, domain := range []string{"c", "d"} {
			k.start(domain)
		}
		time.Sleep(time.Minute)
		k.has("b3", "b5", "c6", "c8", "d7", "d9")
		time.Sleep(idleTime)
		k.has()
		if k.tending != nil {
			t.Error("an empty pool has a goroutine")
		}
	})
}

func TestWarmSandboxesAreMadeWhileNoTaskStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		for range 20 {
			k.start("a")
			time.Sleep(quietTime / 2)
		}
		k.has()
		ended := k.TaskStarts()
		time.Sleep(time.Minute)
		k.has()
		ended()
		time.Sleep(quietTime - time.Millisecond)
		k.has()
		time.Sleep(2*k.takes + 2*time.Millisecond)
		k.has("a1", "a2")
	})
}

func TestTasksOneAfterTheOtherHaveWarmSandboxes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		time.Sleep(time.Minute)
		began := time.Now()
		for n := range 12 {
			if id, want := k.startContainer("a"), fmt.Sprint("a", n+1); id != want {
				t.Errorf("task %d has %q, want %s", n+1, id, want)
			}
		}
		// The first two are there; each of the others takes as long as its making.
		if took, most := time.Since(began), 2*95*time.Millisecond+10*(k.takes+20*time.Millisecond); took > most {
			t.Errorf("12 tasks took %v, want %v at most", took, most)
		}
	})
}

func TestATaskWaitsForASandboxNoLongerThanToMakeOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 1)
		k.takes = 3 * time.Second
		k.start("a")
		time.Sleep(quietTime + time.Second)
		began := time.Now()
		if id := k.start("a"); id != "" || time.Since(began) != patience+100*time.Millisecond {
			t.Errorf("it has %q after %v", id, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if w, ok := k.Claim(ctx, Shape{Domain: "a"}, Limits{}); ok {
			t.Errorf("who waits no longer has %+v", w)
		}
		time.Sleep(k.takes)
		k.has("a1") // it is for the next task
		if id := k.start("a"); id != "a1" {
			t.Errorf("the next task has %q", id)
		}
	})
}

func TestASandboxThatFailsWhileATaskWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 1)
		k.start("a")
		k.fail(errors.New("no"))
		time.Sleep(quietTime + k.takes/2)
		began := time.Now()
		if id := k.start("a"); id != "" || time.Since(began) != k.takes/2+100*time.Millisecond {
			t.Errorf("it has %q after %v", id, time.Since(began))
		}
	})
}

func TestTheScarcestShapeIsMadeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		for _, domain := range []string{"a", "b", "c"} {
			k.start(domain)
		}
		time.Sleep(time.Minute)
		k.has("a1", "a4", "b2", "b5", "c3", "c6")
		k.start("b")
		k.start("a")
		k.start("b")
		time.Sleep(quietTime + k.takes + time.Millisecond)
		k.has("a4", "b7", "c3", "c6")
	})
}

func TestAStartComesFirstWhereTheNextTaskHasASandbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		time.Sleep(time.Minute)
		k.has("a1", "a2")
		ended := k.TaskStarts()
		k.Claim(k.Context(), Shape{Domain: "a"}, Limits{})
		ended = k.ContainerStarts(ended)
		time.Sleep(time.Minute)
		k.has("a1", "a2")
		ended()
		time.Sleep(k.takes + time.Millisecond)
		k.has("a1", "a2", "a3")
	})
}

func TestCrowdsKeepTheEngineToThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		first, second := k.ContainerStarts(k.TaskStarts()), k.ContainerStarts(k.TaskStarts())
		time.Sleep(time.Minute)
		k.has()
		first()
		time.Sleep(k.takes + time.Millisecond)
		k.has("a1")
		second()
	})
}

func TestAWarmSandboxThatDiesIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		time.Sleep(time.Minute)
		k.has("a1", "a2")
		k.Ended("a1")
		time.Sleep(time.Minute)
		k.has("a2", "a3")
		w, _ := k.Claim(k.Context(), Shape{Domain: "a"}, Limits{})
		k.Discard(w)
		time.Sleep(time.Minute)
		k.has("a3", "a4")
	})
}

func TestATaskGetsTheWarmSandboxWithItsLimitsIfThereIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		shape, small, big := Shape{Domain: "a"}, Limits{256, 1 << 20}, Limits{1024, 1 << 30}
		k.Claim(k.Context(), shape, small)
		time.Sleep(time.Minute)
		if w, _ := k.Claim(k.Context(), shape, big); w.ID != "a1" || w.Limits != small {
			t.Errorf("claimed %+v, want the first to be changed", w)
		}
		time.Sleep(time.Minute)
		k.has("a1", "a2", "a3") // the pool was not told that a1 is in use
		if w, _ := k.Claim(k.Context(), shape, big); w.ID != "a3" {
			t.Errorf("claimed %+v, want the one made with these limits", w)
		}
	})
}

func TestReleaseGivesUpWarmSandboxesAlsoTheOneBeingMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		time.Sleep(quietTime + k.takes + k.takes/2)
		k.has("a1")
		ended := k.TaskStarts()
		if !k.Release(t.Context(), func(w Sandbox) bool { return w.Shape.Domain == "a" }) {
			t.Error("nothing was released")
		}
		k.has()
		if k.number != 2 {
			t.Errorf("%d were made, want the second to be made and discarded", k.number)
		}
		if k.Release(t.Context(), func(Sandbox) bool { return true }) {
			t.Error("released what there isn't")
		}
		ended()
		time.Sleep(time.Minute)
		k.has("a3", "a4")
		k.Empty(t.Context())
		time.Sleep(time.Minute)
		k.has()
	})
}

func TestWhatMayHaveToBeReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 1)
		all, none := func(Sandbox) bool { return true }, func(Sandbox) bool { return false }
		may := func(when, network string, which func(Sandbox) bool, want bool) {
			t.Helper()
			synctest.Wait()
			if got := k.MayHave(network, which); got != want {
				t.Errorf("%s it may have some of %q: %v, want %v", when, network, got, want)
			}
		}
		may("in the beginning", "vpc", all, false)
		ended := k.TaskStarts()
		k.Claim(k.Context(), Shape{Network: "vpc"}, Limits{})
		ended()
		time.Sleep(quietTime + k.takes/2)
		may("while one is made", "vpc", none, true)
		may("while one is made", "other", none, false)
		time.Sleep(k.takes)
		may("when it is made", "vpc", all, true)
		may("when it is made", "vpc", none, false)
	})
}

func TestAPoolWaitsForAnEngineThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 1)
		k.fail(errors.New("no"))
		k.start("a")
		time.Sleep(2 * retryTime)
		k.fail(nil)
		time.Sleep(2 * retryTime)
		k.has("a1")
		k.fail(errors.New("no"))
		k.Empty(t.Context())
		k.has("a1")
		k.fail(nil)
		time.Sleep(2 * retryTime)
		k.has()
	})
}

func TestASandboxThatIsHalfMadeIsDiscarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 1)
		k.halfCause = errors.New("not started")
		k.start("a")
		time.Sleep(quietTime + 2*k.takes)
		k.has("a1")
		k.mu.Lock()
		k.halfCause = nil
		k.mu.Unlock()
		time.Sleep(2 * retryTime)
		k.has("a2")
	})
}

// TestAShapeWhoseNetworkIsGoneKeepsNoOtherWaiting: a user has removed the network, and
// the next task has made another.
func TestAShapeWhoseNetworkIsGoneKeepsNoOtherWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.fail(&backend.NotFoundError{Kind: backend.KindNetwork, Err: errors.New("another one now")})
		k.start("gone")
		time.Sleep(quietTime + 2*k.takes)
		k.fail(nil)
		k.start("a")
		time.Sleep(quietTime + 3*k.takes)
		k.has("a1", "a2")
		time.Sleep(time.Minute)
		k.has("a1", "a2")
	})
}

func TestAPoolOfNoneDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 0)
		k.start("a")
		time.Sleep(time.Minute)
		k.has()
	})
}

func TestConcurrentUseOfAPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 3)
		var wait sync.WaitGroup
		var mu sync.Mutex
		claimed := map[string]bool{}
		for n := range 8 {
			wait.Go(func() {
				for i := range 50 {
					time.Sleep(time.Duration(n*i) * 37 * time.Millisecond)
					id := k.start(string(rune('a' + i%2)))
					mu.Lock()
					if id != "" && claimed[id] {
						t.Errorf("%s was given to two tasks", id)
					}
					claimed[id] = true
					mu.Unlock()
					if i%10 == n {
						k.Release(t.Context(), func(w Sandbox) bool { return w.Shape.Domain == "b" })
					}
				}
			})
		}
		wait.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		k.mu.Lock()
		defer k.mu.Unlock()
		if len(k.there) != 6 || len(claimed) < 2 {
			t.Errorf("there are %v; %d were claimed", k.there, len(claimed))
		}
	})
}

func TestThePoolRestsForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		time.Sleep(time.Second)
		k.has("a1", "a2")
		k.Rest(time.Minute)
		time.Sleep(time.Second)
		k.has()
		if id := k.start("a"); id != "" {
			t.Errorf("a task meanwhile has %q", id)
		}
		time.Sleep(time.Minute)
		k.has()
		k.start("a")
		time.Sleep(time.Second)
		k.has("a3", "a4")
	})
}

func TestQuietIsWhenNoTaskStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 0)
		began := time.Now()
		ended := k.TaskStarts()
		quiet := make(chan error)
		go func() { quiet <- k.Quiet(t.Context()) }()
		time.Sleep(time.Minute)
		ended = k.ContainerStarts(ended)
		time.Sleep(time.Minute)
		ended()
		if err := <-quiet; err != nil || time.Since(began) < 2*time.Minute || time.Since(began) > 2*time.Minute+2*quietTime {
			t.Errorf("quiet after %v, %v", time.Since(began), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := k.Quiet(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("who waits no longer is told %v", err)
		}
	})
}
