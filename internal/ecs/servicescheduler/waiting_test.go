package servicescheduler

import (
	"context"
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestServicesThatWaitForRoomAreWoken by an instance, by a task that gives back what it
// has, and those with tasks on an instance when it drains: no attempt is due meanwhile.
func TestServicesThatWaitForRoomAreWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newInstanceFixture(t, 0, func(s *state.Service) { s.DesiredCount = 4 })
		start(t, f.store, clock.New(clock.Options{}), nil)
		time.Sleep(time.Second)
		f.instance(0, draining)
		other := f.standalone(0)
		f.instance(0, active)
		time.Sleep(time.Second)
		f.expectOn("i0 4")
		f.end(other, types.TaskStopCodeUserInitiated)
		time.Sleep(time.Second)
		f.expectOn("i0 4")
		f.instance(1, nil)
		f.instance(0, draining)
		time.Sleep(time.Second)
		f.expectOn("i0 4, i1 4")
		time.Sleep(time.Minute)
		f.expectOn("i1 4")
	})
}

// TestServicesThatWaitForRoomAreWokenWhenADaemonIsDeleted, which has yet to start its task and
// wants none any more: no task gives anything back then.
func TestServicesThatWaitForRoomAreWokenWhenADaemonIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newInstanceFixture(t, 1, daemonService(0))
		f.change(func(s *state.Service) {
			s.Primary().Throttle = state.Throttle{Failures: 9, Until: time.Now().Add(time.Hour)}
		})
		f.replica(5)
		start(t, f.store, clock.New(clock.Options{}), nil)
		time.Sleep(time.Second)
		f.expectOn("i0 3")
		f.change(func(s *state.Service) { s.DeletedAt = time.Now() })
		time.Sleep(time.Second)
		f.expectOn("i0 4")
	})
}

// TestDaemonsAreWokenByInstances alone.
func TestDaemonsAreWokenByInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newInstanceFixture(t, 1, daemonService(0))
		start(t, f.store, clock.New(clock.Options{}), nil)
		time.Sleep(time.Second)
		f.instance(1, nil)
		time.Sleep(time.Second)
		f.expectOn("i0 1, i1 1")
	})
}

// TestServicesWithAllTheirTasksSleep, also while other tasks come and go on the instances.
func TestServicesWithAllTheirTasksSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newInstanceFixture(t, 2, nil)
		var looks atomic.Int32
		c := New(Options{Store: f.store, Clock: clock.New(clock.Options{}), Log: slog.New(slog.DiscardHandler)})
		c.RefusedRole = func(*store.Tx, *types.TaskDefinition) string { looks.Add(1); return "" }
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.Run(ctx) }()
		time.Sleep(time.Second)
		if looks.Load() == 0 {
			t.Fatal("the scheduler has not looked")
		}
		looks.Store(0)
		f.end(f.standalone(0), types.TaskStopCodeUserInitiated)
		time.Sleep(time.Second)
		if n := looks.Load(); n != 0 {
			t.Errorf("%d looks at a service with all its tasks", n)
		}
		cancel()
		<-done
	})
}

// BenchmarkPlace starts 1,000 tasks on 1,000 container instances.
func BenchmarkPlace(b *testing.B) {
	for _, n := range []int{10, 100, 1_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				f := newInstanceFixture(b, n, func(s *state.Service) { s.DesiredCount = n })
				b.StartTimer()
				for f.counts(0).Active < n {
					f.reconcile(serviceARN)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/service")
		})
	}
}
