package controller_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	three = `{"Resources":{"A":{"Type":"T::T::T","Properties":{"P":"1"}},
		"B":{"Type":"T::T::T","Properties":{"P":{"Fn::GetAtt":["A","Arn"]}}},"C":{"Type":"T::T::T","DependsOn":"B"}}}`
	changed = `{"Resources":{"A":{"Type":"T::T::T","Properties":{"P":"2","K":"new"}},
		"B":{"Type":"T::T::T","Properties":{"P":{"Fn::GetAtt":["A","Arn"]}}}}}`
)

func TestAStackComesChangesAndGoes(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.begin(cloudformation.CreateStack, three)
		w.settles(cloudformation.CreateComplete)
		if got, want := w.all(), `a{"P":"1"} b{"P":"arn:a-1"} c{}`; got != want {
			t.Errorf("there are %s, want %s", got, want)
		}
		w.begin(cloudformation.UpdateStack, changed)
		w.settles(cloudformation.UpdateComplete)
		if got, want := w.all(), `a{"K":"new","P":"2"} b{"P":"arn:a-4"}`; got != want && got != `a{"P":"2","K":"new"} b{"P":"arn:a-4"}` {
			t.Errorf("there are %s, want %s", got, want)
		}
		w.begin(cloudformation.DeleteStack, "")
		w.settles(cloudformation.DeleteComplete)
		if got := w.all(); got != "" {
			t.Errorf("%s is left", got)
		}
	})
}

// TestDeaths: the emulator ends at many points, and with it the calls that are under way, which may have taken effect.
func TestDeaths(t *testing.T) {
	for seed := range uint64(7) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			var atRandom atomic.Int32
			inBubble(t, store.Options{Path: filepath.Join(t.TempDir(), "state")}, func(w *world) {
				w.stop()
				w.before = func(ctx context.Context, _ handler.Request) *handler.Result {
					if atRandom.Add(-1) == 0 { // this one hangs until the emulator ends
						<-ctx.Done()
					}
					return nil
				}
				w.start()
				for _, each := range []struct {
					kind cloudformation.Kind
					body string
				}{{cloudformation.CreateStack, three}, {cloudformation.UpdateStack, changed}, {cloudformation.UpdateStack, three}, {cloudformation.DeleteStack, ""}} {
					w.begin(each.kind, each.body)
					for range 4 {
						atRandom.Store(int32(1 + r.IntN(4)))
						_ = w.clock.Advance(context.Background(), time.Duration(r.IntN(1500))*time.Millisecond)
						w.stop()
						w.must(w.store.Close())
						w.open()
						w.start()
					}
					atRandom.Store(0)
					w.ends()
				}
				if got := w.status(); got != cloudformation.DeleteComplete || w.all() != "" {
					t.Errorf("the stack is %s, left is %s\n%s", got, w.all(), strings.Join(w.events(), "\n"))
				}
				if w.made != 3+1+2 {
					t.Errorf("%d were made", w.made)
				}
				if got, want := w.announced(), w.events(); !slices.Equal(got, want) {
					t.Errorf("announced are\n%s\nand the events\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		})
	}
}

// TestADeleteStopsACreate, also one whose call hangs.
func TestADeleteStopsACreate(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.stop()
		w.before = func(ctx context.Context, r handler.Request) *handler.Result {
			if r.LogicalID == "B" && r.Action == handler.Create {
				<-ctx.Done()
				return &handler.Result{Failure: &handler.Failure{Message: ctx.Err().Error()}}
			}
			return nil
		}
		w.start()
		w.begin(cloudformation.CreateStack, three)
		w.must(w.clock.Advance(context.Background(), time.Minute))
		w.begin(cloudformation.DeleteStack, "")
		synctest.Wait()
		if got := w.status(); got != cloudformation.DeleteInProgress {
			t.Errorf("the stack is %s", got)
		}
		w.settles(cloudformation.DeleteComplete)
		if w.all() != "" || slices.ContainsFunc(w.events(), func(e string) bool { return strings.HasPrefix(e, "C ") }) {
			t.Errorf("left is %q\n%s", w.all(), strings.Join(w.events(), "\n"))
		}
	})
}

// TestACallThatAlwaysHangsFails, and the stack is rolled back.
func TestACallThatAlwaysHangsFails(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.stop()
		w.before = func(ctx context.Context, r handler.Request) *handler.Result {
			if r.LogicalID == "B" && r.Action == handler.Create {
				<-ctx.Done()
				return &handler.Result{Again: time.Second}
			}
			return nil
		}
		w.start()
		w.begin(cloudformation.CreateStack, three)
		w.settles(cloudformation.RollbackComplete)
		if w.all() != "" || strings.Count(w.log.String(), "hangs") != 4 {
			t.Errorf("left is %q, the log: %s", w.all(), w.log.String())
		}
	})
}

// TestAFullDisk holds a stack up, and nothing is made twice or lost.
func TestAFullDisk(t *testing.T) {
	var full atomic.Bool
	var left atomic.Int32
	o := store.Options{Path: filepath.Join(t.TempDir(), "state"), Fault: func() error {
		if full.Load() || left.Add(-1) == 0 {
			return errors.New("disk full")
		}
		return nil
	}}
	inBubble(t, o, func(w *world) {
		w.begin(cloudformation.CreateStack, three)
		for range 30 { // each time another write fails
			left.Store(2)
			_ = w.clock.Advance(context.Background(), 300*time.Millisecond)
			time.Sleep(time.Second)
		}
		full.Store(true)
		time.Sleep(time.Minute)
		full.Store(false)
		time.Sleep(time.Minute)
		w.settles(cloudformation.CreateComplete)
		if got, want := w.all(), `a{"P":"1"} b{"P":"arn:a-1"} c{}`; got != want || w.made != 3 {
			t.Errorf("there are %s, want %s", got, want)
		}
		if n := len(w.events()); n != 2+3*4 && n != 2+3*4+1 {
			t.Errorf("%d events:\n%s", n, strings.Join(w.events(), "\n"))
		}
	})
}

// TestALargeStackIsMadeBoundedly: no more calls are under way at once than there may be.
func TestALargeStackIsMadeBoundedly(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		var running, most atomic.Int32
		w.stop()
		w.before = func(context.Context, handler.Request) *handler.Result {
			n := running.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(10 * time.Millisecond)
			running.Add(-1)
			return nil
		}
		w.start()
		var b strings.Builder
		for i := range 300 {
			fmt.Fprintf(&b, `,"R%d":{"Type":"T::T::T"}`, i)
		}
		w.begin(cloudformation.CreateStack, `{"Resources":{`+b.String()[1:]+`}}`)
		w.settles(cloudformation.CreateComplete)
		if most.Load() > 64 || most.Load() < 8 || w.made != 300 {
			t.Errorf("%d at once, %d made", most.Load(), w.made)
		}
	})
}

// TestADeadlineIsKept: the last step comes when the resource has had its time, also if the pause before it would be longer.
func TestADeadlineIsKept(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		var began, last time.Time
		w.stop()
		w.before = func(_ context.Context, r handler.Request) *handler.Result {
			if r.LogicalID != "C" || r.Action != handler.Create {
				return nil
			}
			began, last = r.Began, r.Now
			if r.Now.Sub(r.Began) < 100*time.Second {
				return &handler.Result{PhysicalID: "c", Again: 30 * time.Second, Deadline: r.Began.Add(100 * time.Second)}
			}
			return &handler.Result{PhysicalID: "c"}
		}
		w.start()
		w.begin(cloudformation.CreateStack, three)
		w.settles(cloudformation.CreateComplete)
		if took := last.Sub(began); took != 100*time.Second {
			t.Errorf("the last step comes after %s", took)
		}
	})
}
