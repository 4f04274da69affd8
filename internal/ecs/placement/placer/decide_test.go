package placer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

var (
	scope      = arn.Scope{Region: "us-east-1", Account: "123456789012"}
	clusterARN = scope.Cluster("shop")
	start      = time.Unix(1_800_000_000, 0)
)

// world is a store with a cluster, whose container instances and tasks tests add.
type world struct {
	testing.TB
	store   *store.Store
	tasks   int
	engines engineroom.Board
}

func newWorld(t testing.TB, options store.Options) *world {
	t.Helper()
	s, err := state.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, store: s}
	w.update(func(tx *store.Tx) {
		state.Clusters.Put(tx, &state.Cluster{ARN: clusterARN, Name: "shop", Status: state.ClusterActive})
		taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String("web"), NetworkMode: types.NetworkModeBridge}, nil, scope.Root(), start)
	})
	return w
}

func (w *world) update(change func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// instance registers one of a capacity provider with so many CPU units.
func (w *world) instance(id, provider string, cpu int) string {
	w.Helper()
	c := &state.ContainerInstance{
		ARN: scope.ContainerInstance("shop", id), LaunchType: types.LaunchTypeEc2, Status: state.InstanceActive, AgentConnected: true,
		CapacityProvider: provider, Zone: "us-east-1a", Registered: state.Resources{CPU: cpu, Memory: 1 << 20},
	}
	w.update(func(tx *store.Tx) { state.PutContainerInstance(tx, c, start) })
	return c.ARN
}

// wait adds a task that waits since a time after the start for so many CPU units.
func (w *world) wait(provider string, cpu int, since time.Duration, change ...func(*state.Task)) string {
	w.Helper()
	w.tasks++
	t := &state.Task{
		ARN: scope.Task("shop", fmt.Sprintf("%04d", w.tasks)),
		Spec: &state.TaskSpec{
			ClusterARN: clusterARN, Family: "web", Revision: 1, Group: "family:web", LaunchType: types.LaunchTypeEc2,
			NetworkMode: types.NetworkModeBridge, Reserved: &state.Reservation{CPU: cpu, Memory: 1}, CreatedAt: start.Add(since),
		},
		Placement: &state.Placement{CapacityProvider: provider, Waiting: &state.Waiting{}},
		Status:    state.TaskStatus{LastStatus: state.Provisioning},
	}
	for _, c := range change {
		c(t)
	}
	w.update(func(tx *store.Tx) { state.AddTask(tx, t) })
	return t.ARN
}

func (w *world) decide(after time.Duration) Plan {
	w.Helper()
	tx := w.store.Read()
	return Decide(Input{Waiting: state.AllWaitingTasks(tx, clusterARN), Pool: w.pool(), Demand: task.WaitingDemands(tx, nil), Now: start.Add(after)})
}

func (w *world) pool() *placement.Pool {
	tx := w.store.Read()
	return placement.NewPool(tx, state.Clusters.Get(tx, clusterARN), func(int) int { return 0 })
}

// short is a plan as text: "place 0001 0002; end 0003; expire 0004 RESOURCE:CPU".
func (p Plan) short() string {
	var parts []string
	add := func(what string, of func(yield func(string))) {
		text := what
		of(func(s string) { text += " " + s })
		if text != what {
			parts = append(parts, text)
		}
	}
	add("place", func(yield func(string)) {
		for _, at := range p.Place {
			yield(arn.Name(at.Task) + "@" + arn.Name(at.At.ContainerInstance))
		}
	})
	add("end", func(yield func(string)) {
		for _, end := range p.End {
			yield(arn.Name(end))
		}
	})
	for what, list := range map[string][]Reason{"explain": p.Explain, "expire": p.Expire} {
		add(what, func(yield func(string)) {
			for _, r := range list {
				yield(arn.Name(r.Task) + "=" + r.Reason)
			}
		})
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

func constrained(c types.PlacementConstraint) func(*state.Task) {
	return func(t *state.Task) { t.Placement.Waiting.Constraints = []types.PlacementConstraint{c} }
}

func TestDecide(t *testing.T) {
	group := func(name string) func(*state.Task) { return func(t *state.Task) { t.Spec.Group = name } }
	nextTo := constrained(types.PlacementConstraint{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("task:group == family:friend")})
	distinct := constrained(types.PlacementConstraint{Type: types.PlacementConstraintTypeDistinctInstance})
	for name, test := range map[string]struct {
		world func(w *world)
		after time.Duration
		want  string
		wake  time.Duration // after the start; 0: never
	}{
		"no instance": {func(w *world) { w.wait("a", 100, 0) }, 0, "explain 0001=EMPTY CAPACITY PROVIDER", patience},
		"the oldest first": {func(w *world) {
			w.wait("a", 600, time.Second)
			w.wait("a", 600, 0)
			w.instance("i", "a", 1000)
		}, time.Second, "explain 0001=RESOURCE:CPU; place 0002@i", time.Second + patience},
		"a big one keeps nothing from smaller ones": {func(w *world) {
			w.wait("a", 512, 0)
			w.wait("a", 2048, 1)
			w.wait("a", 256, 2)
			w.wait("a", 512, 3)
			w.instance("i", "a", 1024)
		}, time.Second, "explain 0002=RESOURCE:CPU 0004=RESOURCE:CPU; place 0001@i 0003@i", patience + 1},
		"on its provider alone": {func(w *world) {
			w.wait("a", 100, 0)
			w.wait("b", 100, 0)
			w.instance("i", "b", 1000)
		}, 0, "explain 0001=EMPTY CAPACITY PROVIDER; place 0002@i", patience},
		"told to stop": {func(w *world) {
			id := w.wait("a", 100, 0)
			w.instance("i", "a", 1000)
			w.update(func(tx *store.Tx) {
				state.StopTask(tx, id, state.Stop{Code: types.TaskStopCodeUserInitiated, At: start})
			})
		}, 0, "end 0001", 0},
		"its time is over": {func(w *world) {
			w.wait("a", 2000, 0)
			w.wait("b", 100, 0)
			w.wait("b", 100, time.Second)
			w.instance("i", "a", 1000)
		}, patience, "expire 0001=RESOURCE:CPU 0002=EMPTY CAPACITY PROVIDER; explain 0003=EMPTY CAPACITY PROVIDER", patience + time.Second},
		"room in the last moment": {func(w *world) { w.wait("a", 100, 0); w.instance("i", "a", 1000) }, patience, "place 0001@i", 0},
		"one on each instance": {func(w *world) {
			w.wait("a", 100, 0, distinct)
			w.wait("a", 100, 1, distinct)
			w.instance("i", "a", 1000)
		}, 1, "explain 0002=DistinctInstance placement constraint unsatisfied.; place 0001@i", patience + 1},
		"next to one that is younger": {func(w *world) {
			w.wait("a", 100, 0, nextTo)
			w.wait("a", 100, 1, group("family:friend"))
			w.instance("i", "a", 1000)
		}, 1, "place 0002@i 0001@i", 0},
		"next to one that is not there": {func(w *world) {
			w.wait("a", 100, 0, nextTo)
			w.instance("i", "a", 1000)
		}, 1, "explain 0001=MemberOf placement constraint unsatisfied.", look + 1},
		"its subnet is gone": {func(w *world) {
			w.wait("a", 100, 0, func(t *state.Task) { t.Placement.Waiting.Subnets = []string{"subnet-gone"} })
			w.instance("i", "a", 1000)
		}, 1, "explain 0001=LOCATION", patience},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, store.Options{})
			test.world(w)
			plan := w.decide(test.after)
			if got := plan.short(); got != test.want {
				t.Errorf("plan: %s, want %s", got, test.want)
			}
			var wake time.Time
			if test.wake > 0 {
				wake = start.Add(test.wake)
			}
			if !plan.WakeAt.Equal(wake) {
				t.Errorf("wakes at %v, want %v", plan.WakeAt, wake)
			}
		})
	}
}

// TestWaitingTasksArePlacedInOrder: with any tasks and instances, no instance is overbooked, a task that is
// passed over has no room left, and an older one of the same size never waits while a younger one is placed.
func TestWaitingTasksArePlacedInOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t, store.Options{})
		type waits struct {
			provider string
			cpu      int
			since    time.Duration
		}
		all, free := map[string]waits{}, map[string]int{}
		for range rapid.IntRange(1, 20).Draw(r, "tasks") {
			one := waits{rapid.SampledFrom([]string{"a", "b"}).Draw(r, "provider"), rapid.IntRange(1, 4).Draw(r, "cpu") * 100, time.Duration(rapid.IntRange(0, 5).Draw(r, "since"))}
			all[w.wait(one.provider, one.cpu, one.since)] = one
		}
		of := map[string]string{}
		for i := range rapid.IntRange(0, 6).Draw(r, "instances") {
			provider, cpu := rapid.SampledFrom([]string{"a", "b", ""}).Draw(r, "of"), rapid.IntRange(1, 10).Draw(r, "has")*100
			id := w.instance(fmt.Sprint("i", i), provider, cpu)
			free[id], of[id] = cpu, provider
		}
		plan := w.decide(time.Second)
		placed := map[string]bool{}
		for _, at := range plan.Place {
			one, on := all[at.Task], at.At.ContainerInstance
			if free[on] -= one.cpu; free[on] < 0 || of[on] != one.provider || placed[at.Task] {
				r.Fatalf("%s is placed on %s, which has %d left and is of %q", at.Task, on, free[on], of[on])
			}
			placed[at.Task] = true
		}
		for id, one := range all {
			if placed[id] {
				continue
			}
			for on, left := range free {
				if of[on] == one.provider && left >= one.cpu {
					r.Fatalf("%s waits for %d, and %s has %d left", id, one.cpu, on, left)
				}
			}
			for other, two := range all {
				older := cmp.Or(cmp.Compare(one.since, two.since), cmp.Compare(id, other)) < 0
				if placed[other] && older && one.provider == two.provider && one.cpu <= two.cpu {
					r.Fatalf("%s, which needs no more and is older, waits while %s is placed", id, other)
				}
			}
		}
	})
}

func BenchmarkPlace2000On100(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b, store.Options{})
		for range 2000 {
			w.wait("a", 50, 0)
		}
		b.StartTimer()
		for i := range 100 {
			w.instance(fmt.Sprint(i), "a", 1000)
			for {
				plan := w.decide(time.Second)
				if plan.changes() == 0 {
					break
				}
				w.update(func(tx *store.Tx) { apply(tx, plan, start) })
			}
		}
		if n := len(state.AllWaitingTasks(w.store.Read(), clusterARN)); n > 0 {
			b.Fatalf("%d tasks wait", n)
		}
	}
}
