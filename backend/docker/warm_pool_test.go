package docker

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
	*warmPool

	mu        sync.Mutex
	number    int
	there     []string // ids of those made and not discarded or claimed
	takes     time.Duration
	failCause error
	halfCause error // comes with a sandbox that is there
}

// newKitchen is for a bubble of testing/synctest.
func newKitchen(t *testing.T, size int) *kitchen {
	k := &kitchen{T: t, warmPool: newWarmPool(size, slog.New(slog.DiscardHandler)), takes: 250 * time.Millisecond}
	k.create = func(_ context.Context, use warmUse) (warmSandbox, error) {
		time.Sleep(k.takes)
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.failCause != nil {
			return warmSandbox{}, k.failCause
		}
		k.number++
		id := fmt.Sprint(use.shape.domain, k.number)
		k.there = append(k.there, id)
		return warmSandbox{id: id, name: id, ip: netip.AddrFrom4([4]byte{10, 0, 0, byte(k.number)}), shape: use.shape, limits: use.limits}, k.halfCause
	}
	k.discard = func(_ context.Context, w warmSandbox) error {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.failCause != nil {
			return k.failCause
		}
		k.there = slices.DeleteFunc(k.there, func(id string) bool { return id == w.id })
		return nil
	}
	t.Cleanup(func() {
		k.disable()
		k.empty(context.Background()) // waits for the one that is being made
		synctest.Wait()
	})
	return k
}

// start starts a task that takes a while; it reports the warm sandbox it got, if any.
func (k *kitchen) start(domain string) string {
	ended := k.starts()
	defer ended()
	w, ok := k.claim(k.Context(), warmShape{domain: domain}, warmLimits{})
	time.Sleep(100 * time.Millisecond)
	if !ok {
		return ""
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.there = slices.DeleteFunc(k.there, func(id string) bool { return id == w.id })
	return w.id
}

// startContainer starts a task as the engine does it: once the task has its sandbox, the
// engine is told to start its container.
func (k *kitchen) startContainer(domain string) (sandbox string) {
	ended := k.starts()
	w, _ := k.claim(k.Context(), warmShape{domain: domain}, warmLimits{})
	time.Sleep(20 * time.Millisecond)
	ended = k.told(ended)
	defer ended()
	time.Sleep(75 * time.Millisecond)
	return w.id
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
		time.Sleep(warmQuiet + 2*k.takes)
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
		time.Sleep(warmIdle)
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
			time.Sleep(warmQuiet / 2)
		}
		k.has()
		ended := k.starts()
		time.Sleep(time.Minute)
		k.has()
		ended()
		time.Sleep(warmQuiet - time.Millisecond)
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
		time.Sleep(warmQuiet + time.Second)
		began := time.Now()
		if id := k.start("a"); id != "" || time.Since(began) != warmPatience+100*time.Millisecond {
			t.Errorf("it has %q after %v", id, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if w, ok := k.claim(ctx, warmShape{domain: "a"}, warmLimits{}); ok {
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
		time.Sleep(warmQuiet + k.takes/2)
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
		time.Sleep(warmQuiet + k.takes + time.Millisecond)
		k.has("a4", "b7", "c3", "c6")
	})
}

func TestAStartComesFirstWhereTheNextTaskHasASandbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		time.Sleep(time.Minute)
		k.has("a1", "a2")
		ended := k.starts()
		k.claim(k.Context(), warmShape{domain: "a"}, warmLimits{})
		ended = k.told(ended)
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
		first, second := k.told(k.starts()), k.told(k.starts())
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
		k.lost("a1")
		time.Sleep(time.Minute)
		k.has("a2", "a3")
		w, _ := k.claim(k.Context(), warmShape{domain: "a"}, warmLimits{})
		k.bury(w)
		time.Sleep(time.Minute)
		k.has("a3", "a4")
	})
}

func TestATaskGetsTheWarmSandboxWithItsLimitsIfThereIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		shape, small, big := warmShape{domain: "a"}, warmLimits{256, 1 << 20}, warmLimits{1024, 1 << 30}
		k.claim(k.Context(), shape, small)
		time.Sleep(time.Minute)
		if w, _ := k.claim(k.Context(), shape, big); w.id != "a1" || w.limits != small {
			t.Errorf("claimed %+v, want the first to be changed", w)
		}
		time.Sleep(time.Minute)
		k.has("a1", "a2", "a3") // nobody has told that a1 is in use
		if w, _ := k.claim(k.Context(), shape, big); w.id != "a3" {
			t.Errorf("claimed %+v, want the one made with these limits", w)
		}
	})
}

func TestReleaseGivesUpWarmSandboxesAlsoTheOneBeingMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.start("a")
		time.Sleep(warmQuiet + k.takes + k.takes/2)
		k.has("a1")
		ended := k.starts()
		if !k.release(t.Context(), func(w warmSandbox) bool { return w.shape.domain == "a" }) {
			t.Error("nothing was released")
		}
		k.has()
		if k.number != 2 {
			t.Errorf("%d were made, want the second to be made and discarded", k.number)
		}
		if k.release(t.Context(), func(warmSandbox) bool { return true }) {
			t.Error("released what there isn't")
		}
		ended()
		time.Sleep(time.Minute)
		k.has("a3", "a4")
		k.empty(t.Context())
		time.Sleep(time.Minute)
		k.has()
	})
}

func TestAPoolWaitsForAnEngineThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 1)
		k.fail(errors.New("no"))
		k.start("a")
		time.Sleep(2 * warmRetry)
		k.fail(nil)
		time.Sleep(2 * warmRetry)
		k.has("a1")
		k.fail(errors.New("no"))
		k.empty(t.Context())
		k.has("a1")
		k.fail(nil)
		time.Sleep(2 * warmRetry)
		k.has()
	})
}

func TestASandboxThatIsHalfMadeIsDiscarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 1)
		k.halfCause = errors.New("not started")
		k.start("a")
		time.Sleep(warmQuiet + 2*k.takes)
		k.has("a1")
		k.mu.Lock()
		k.halfCause = nil
		k.mu.Unlock()
		time.Sleep(2 * warmRetry)
		k.has("a2")
	})
}

// TestAShapeWhoseNetworkIsGoneKeepsNoOtherWaiting: somebody has removed the network, and
// the next task has made another.
func TestAShapeWhoseNetworkIsGoneKeepsNoOtherWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKitchen(t, 2)
		k.fail(&backend.NotFoundError{Kind: backend.KindNetwork, Err: errors.New("another one now")})
		k.start("gone")
		time.Sleep(warmQuiet + 2*k.takes)
		k.fail(nil)
		k.start("a")
		time.Sleep(warmQuiet + 3*k.takes)
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
						k.release(t.Context(), func(w warmSandbox) bool { return w.shape.domain == "b" })
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
