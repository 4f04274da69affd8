package servicescheduler

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// agent is a fake one: a task is RUNNING at once, or fails to start when it is bad;
// it stops at once when it shall.
type agent struct {
	store *store.Store
	clock *clock.Clock
	watch *store.Watch
	bad   func(*state.Task) bool
}

func newAgent(rows *store.Store, clk *clock.Clock, bad func(*state.Task) bool) *agent {
	return &agent{store: rows, clock: clk, watch: state.WatchTasks(rows), bad: bad}
}

// batch is how many tasks the agent moves in one transaction.
const batch = 64

func (a *agent) run(ctx context.Context) error {
	for {
		id, err := a.watch.Next(ctx)
		if err != nil {
			return err
		}
		ids := []string{id}
		for len(ids) < batch && a.ready() {
			if id, err = a.watch.Next(ctx); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		err = a.store.Update(func(tx *store.Tx) error {
			for _, id := range ids {
				a.step(tx, id)
			}
			return nil
		})
		for _, id := range ids {
			a.watch.Done(id)
		}
		if err != nil {
			return err
		}
	}
}

// ready reports whether Next would return at once.
func (a *agent) ready() bool {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	id, err := a.watch.Next(ctx)
	if err == nil {
		a.watch.Done(id)
		a.watch.Wake(id)
	}
	return err == nil
}

func (a *agent) step(tx *store.Tx, id string) {
	t := state.FindTask(tx, id)
	if t == nil || t.Ended() {
		return
	}
	status := t.Status.Clone()
	switch {
	case t.Stop != nil:
		status.LastStatus, status.StoppedAt = state.Stopped, a.clock.Now()
	case status.LastStatus == state.Running:
		return
	case a.bad != nil && a.bad(t):
		state.StopTask(tx, id, state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Reason: "no such image", At: a.clock.Now()})
		return
	default:
		status.LastStatus, status.StartedAt = state.Running, a.clock.Now()
	}
	if err := state.PutTaskStatus(tx, id, state.TaskStep{Status: status, Announced: true, At: a.clock.Now()}); err != nil {
		panic(err)
	}
}

// start runs a controller and an agent until the test ends.
func start(t testing.TB, rows *store.Store, clk *clock.Clock, bad func(*state.Task) bool) (*Controller, *agent) {
	c := New(Options{Store: rows, Clock: clk, Log: slog.New(slog.DiscardHandler)})
	a := newAgent(rows, clk, bad)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- c.Run(ctx) }()
	go func() { done <- a.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("run: %v", err)
			}
		}
	})
	return c, a
}

func TestControllerRollsOutAndRollsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(s *state.Service) {
			withBreaker(true)(s)
			s.DesiredCount = 3
		})
		clk := clock.New(clock.Options{})
		start(t, f.store, clk, func(task *state.Task) bool { return task.Spec.Revision == 2 })

		time.Sleep(30 * time.Second)
		f.expect("IN_PROGRESS desired 3 pending 0 running 3 failed 0")
		time.Sleep(12 * time.Second)
		f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
		good := f.service().Primary()

		f.deploy(false)
		time.Sleep(10 * time.Second)
		f.expect("IN_PROGRESS desired 3 pending 0 running 3 failed 0",
			"FAILED desired 0 pending 0 running 0 failed 3",
			"COMPLETED desired 0 pending 0 running 3 failed 0")
		time.Sleep(40 * time.Second)
		f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
		if s := f.service(); s.Primary().ID == good.ID || s.Primary().Revision != good.Revision || !s.Steady {
			t.Errorf("after the rollback: %+v", s.Primary())
		}

		steady := len(f.messages())
		time.Sleep(6*time.Hour + time.Second)
		f.expectMessages(steady, "(service web) has reached a steady state.")
		f.remove()
		time.Sleep(time.Minute)
		if got := f.service().Status(); got != state.ServiceInactive {
			t.Errorf("status %s", got)
		}
		time.Sleep(time.Hour)
		if f.service() != nil {
			t.Error("not forgotten")
		}
		if due, ok := clk.Next(); ok {
			t.Errorf("a timer is left for %v", due)
		}
	})
}

func TestControllerSpacesOutFailingStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
		start(t, f.store, clock.New(clock.Options{}), func(*state.Task) bool { return true })
		time.Sleep(time.Hour)
		// 3 without delay, then after 10, 30, 70, 150, 310, 630, 1270 and 2550 s.
		if got := len(state.AllTasks(f.store.Read())); got != 11 {
			t.Errorf("%d tasks in an hour", got)
		}
	})
}

func TestAdvanceCarriesARollingUpdateThrough(t *testing.T) {
	f := newFixture(t, nil)
	clk := clock.New(clock.Options{})
	if err := clk.SetSpeed(0); err != nil {
		t.Fatal(err)
	}
	c, a := start(t, f.store, clk, nil)
	clk.SetQuiet(func(ctx context.Context) error {
		for last := -1; last != f.changes(); {
			last = f.changes()
			if err := errors.Join(c.Idle(ctx), a.watch.Idle(ctx)); err != nil {
				return err
			}
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for n := range 2 {
		if err := clk.Advance(ctx, 41*time.Second); err != nil {
			t.Fatal(err)
		}
		f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
		if n == 0 {
			f.deploy(false)
		}
	}
}

// changes is a number that grows with what tasks and service go through.
func (f *fixture) changes() int {
	n := len(f.messages())
	for _, task := range state.AllTasks(f.store.Read()) {
		n += int(task.Version)
	}
	return n
}

func TestControllerGoesOnAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	rows, err := state.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, nil)
	f.settle()
	f.deploy(false)
	f.schedule()
	f.obey()
	f.schedule()
	copyRows(t, f, rows)
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if f.store, err = state.Open(store.Options{Path: path}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.store.Close() })
	f.checkCounts()
	f.settle()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

func TestControllerGoesOnAfterTheDiskWasFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		rows, err := state.Open(store.Options{Path: filepath.Join(t.TempDir(), "state"), Fault: func() error {
			if full.Load() {
				return errors.New("no space left on device")
			}
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		f := newFixture(t, nil)
		copyRows(t, f, rows)
		f.store = rows
		full.Store(true)
		start(t, f.store, clock.New(clock.Options{}), nil)
		time.Sleep(time.Hour)
		f.expect("IN_PROGRESS desired 0 pending 0 running 0 failed 0")
		if len(f.messages()) > 0 {
			t.Errorf("events %q", f.messages())
		}
		full.Store(false)
		time.Sleep(reconcile.LastRetry + time.Second)
		f.expect("IN_PROGRESS desired 2 pending 0 running 2 failed 0")
	})
}

// copyRows writes what the fixture holds into another store.
func copyRows(t *testing.T, f *fixture, to *store.Store) {
	t.Helper()
	from := f.store.Read()
	err := to.Update(func(tx *store.Tx) error {
		cluster := state.Clusters.Get(from, scope.Cluster("c"))
		state.Clusters.Put(tx, cluster)
		for _, d := range taskdefinition.List(from, scope, "") {
			taskdefinition.Add(tx, scope, d.Definition(), d.Tags, scope.Root(), f.now)
		}
		state.PutService(tx, state.FindService(from, serviceARN))
		for _, task := range state.Tasks(from, cluster) {
			fresh := &state.Task{ARN: task.ARN, Spec: task.Spec, Placement: task.Placement, Stop: task.Stop, Status: task.Status.Clone()}
			fresh.Status.LastStatus = state.Provisioning
			state.AddTask(tx, fresh)
			if err := state.PutTaskStatus(tx, task.ARN, state.TaskStep{Status: task.Status}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkStart measures how long services of n tasks take until all run.
func BenchmarkStart(b *testing.B) {
	for _, size := range []struct{ services, tasks int }{{1, 1_000}, {1, 10_000}, {100, 100}} {
		b.Run(strconv.Itoa(size.services)+"x"+strconv.Itoa(size.tasks), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				f := newFixture(b, func(s *state.Service) { s.DesiredCount = 0 })
				b.StartTimer()
				start(b, f.store, clock.New(clock.Options{}), nil)
				arns := f.fill(size.services, size.tasks)
				waitFor(b, func() bool {
					tx := f.store.Read()
					return !slices.ContainsFunc(arns, func(arn string) bool {
						return state.FindServiceSummary(tx, arn).Of(state.FindService(tx, arn).Primary().ID).Running < size.tasks
					})
				})
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size.services*size.tasks), "µs/task")
		})
	}
}

// BenchmarkReplace measures a rolling update of one service of n tasks on a clock
// that runs a hundred times faster.
func BenchmarkReplace(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				f := newFixture(b, func(s *state.Service) { s.DesiredCount = n })
				start(b, f.store, clock.New(clock.Options{Speed: 100}), nil)
				completed := func() bool {
					d := f.service().Deployments
					return len(d) == 1 && d[0].RolloutState == types.DeploymentRolloutStateCompleted
				}
				waitFor(b, completed)
				b.StartTimer()
				f.deploy(false)
				waitFor(b, completed)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/task")
		})
	}
}

// fill adds services of n tasks each.
func (f *fixture) fill(services, n int) []string {
	f.t.Helper()
	var arns []string
	f.update(func(tx *store.Tx) {
		for i := range services {
			s := state.FindService(tx, serviceARN).Clone()
			s.Name = "web" + strconv.Itoa(i)
			s.ARN, s.DesiredCount = scope.Service("c", s.Name), n
			s.Deployments = []*state.Deployment{newDeployment(s.Primary().Revision.TaskDefinition, f.now)}
			state.PutService(tx, s)
			arns = append(arns, s.ARN)
		}
	})
	return arns
}

func waitFor(b *testing.B, done func() bool) {
	b.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-timeout:
			b.Fatal("not done in two minutes")
		}
	}
}
