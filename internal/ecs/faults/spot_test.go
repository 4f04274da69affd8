package faults

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var spotScope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// spotWorld is a kit over a store with tasks.
type spotWorld struct {
	*testing.T
	store *store.Store
	clock *clock.Clock
	kit   *Kit
	names map[string]string // of tasks, by their ARNs
}

type noExecAgents struct{}

func (noExecAgents) Begin(Fault) string { return "" }
func (noExecAgents) End(string)         {}
func (noExecAgents) Settle()            {}

func newSpotWorld(t *testing.T) *spotWorld {
	t.Helper()
	s, err := state.Open(store.Options{Path: filepath.Join(t.TempDir(), "state.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &spotWorld{T: t, store: s, clock: clock.New(clock.Options{}), names: map[string]string{}}
	t.Cleanup(w.clock.Close)
	w.kit = New(Options{Store: s, Clock: w.clock, Log: slog.New(slog.DiscardHandler), ExecAgents: noExecAgents{}, Scope: spotScope})
	return w
}

func (w *spotWorld) update(change func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// task adds a task whose name tells its family, its capacity provider and its zone: web/FARGATE_SPOT/us-east-1a.
func (w *spotWorld) task(name, status string) (taskARN string) {
	w.Helper()
	parts := strings.Split(name, "/")
	taskARN = spotScope.Task("shop", arn.NewID())
	w.names[taskARN] = name
	time.Sleep(time.Second)
	w.update(func(tx *store.Tx) {
		state.AddTask(tx, &state.Task{
			ARN: taskARN, Spec: &state.TaskSpec{ClusterARN: spotScope.Cluster("shop"), Family: parts[0], CreatedAt: w.clock.Now()},
			Placement: &state.Placement{CapacityProvider: parts[1], Zone: parts[2]}, Status: state.TaskStatus{LastStatus: status},
		})
	})
	return taskARN
}

// interrupted are the names of the tasks that are interrupted, in the order of the events that say so.
func (w *spotWorld) interrupted() (names []string) {
	w.Helper()
	events, _, _ := outbox.Since(w.store, 0)
	for _, e := range events {
		if f := outbox.As[state.FaultChange](e); f != nil && f.Change == state.FaultActed {
			t := state.FindTask(w.store.Read(), f.Hit)
			if t.Stop == nil || t.Stop.Code != "SpotInterruption" || t.Stop.Reason != "Your Spot Task was interrupted." {
				w.Errorf("%s was hit and stops for %+v", w.names[f.Hit], t.Stop)
			}
			names = append(names, w.names[f.Hit])
		}
	}
	return names
}

func (w *spotWorld) advance(d time.Duration) {
	w.Helper()
	if err := w.clock.Advance(context.Background(), d); err != nil {
		w.Fatal(err)
	}
}

func TestASpotInterruptionIsAboutSomeTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for want, f := range map[string]Fault{
			"[web/FARGATE_SPOT/us-east-1a web/FARGATE_SPOT/us-east-1b api/FARGATE_SPOT/us-east-1a]":                         {},
			"[web/FARGATE_SPOT/us-east-1a web/FARGATE_SPOT/us-east-1b]":                                                     {Family: "w*", Cluster: "shop"},
			"[web/FARGATE_SPOT/us-east-1b]":                                                                                 {Zone: "us-east-1b"},
			"there is no task on FARGATE_SPOT that is RUNNING and no Spot Instance that is running that the fault is about": {Cluster: "other"},
			`"for" of a fault of the kind spot-interruption needs "rate": without that it interrupts once`:                  {For: time.Hour},
			`a fault of the kind spot-interruption does not take "times": it takes task, `:                                  {Times: 2},
		} {
			w := newSpotWorld(t)
			w.task("web/FARGATE_SPOT/us-east-1a", state.Running)
			w.task("web/FARGATE/us-east-1a", state.Running)
			w.task("web/FARGATE_SPOT/us-east-1b", state.Running)
			w.task("api/FARGATE_SPOT/us-east-1a", state.Running)
			w.task("api/FARGATE_SPOT/us-east-1c", state.Pending)
			f.Kind = SpotInterruption
			_, err := w.kit.Add(f)
			got := fmt.Sprint(w.interrupted())
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, want) {
				t.Errorf("%+v: %s, want %s", f, got, want)
			}
		}
	})
}

func TestASpotInterruptionOfOneTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSpotWorld(t)
		w.task("web/FARGATE_SPOT/us-east-1a", state.Running)
		one := w.task("api/FARGATE_SPOT/us-east-1a", state.Running)
		for _, name := range []string{one, arn.Name(one)} {
			_, err := w.kit.Add(Fault{Kind: SpotInterruption, Task: name})
			if (err == nil) != (name == one) { // it stops already
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := fmt.Sprint(w.interrupted()); got != "[api/FARGATE_SPOT/us-east-1a]" {
			t.Errorf("interrupted: %s", got)
		}
	})
}

// With a rate the fault hits a share each minute of the clock, the same one with the same seed, also in a jump
// of the clock, and none once it has ended.
func TestAShareIsInterruptedEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := func(steps ...time.Duration) []string {
			w := newSpotWorld(t)
			for n := range 40 {
				w.task(fmt.Sprintf("f%02d/FARGATE_SPOT/us-east-1a", n), state.Running)
			}
			if _, err := w.kit.Add(Fault{Kind: SpotInterruption, Rate: 0.25, Seed: 7, For: 150 * time.Second}); err != nil {
				t.Fatal(err)
			}
			counts := []string{fmt.Sprint(len(w.interrupted()))}
			for _, d := range steps {
				w.advance(d)
				counts = append(counts, fmt.Sprint(len(w.interrupted())))
			}
			t.Log("interrupted after each step: " + strings.Join(counts, " "))
			return w.interrupted()
		}
		slowly := run(59*time.Second, time.Second, time.Minute, 30*time.Second, time.Hour)
		if at := run(time.Hour); fmt.Sprint(at) != fmt.Sprint(slowly) {
			t.Errorf("in one jump\n%v\nstep by step\n%v", at, slowly)
		}
		if len(slowly) < 10 || len(slowly) > 35 {
			t.Errorf("%d of 40 tasks are interrupted in three minutes at a quarter each", len(slowly))
		}
	})
}

func TestARateBeginsWithoutTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSpotWorld(t)
		if _, err := w.kit.Add(Fault{Kind: SpotInterruption, Rate: 1}); err != nil {
			t.Fatal(err)
		}
		w.task("web/FARGATE_SPOT/us-east-1a", state.Running)
		w.advance(time.Minute)
		if len(w.interrupted()) != 1 {
			t.Error("the task of the first minute is not interrupted")
		}
		w.kit.ClearAll()
		w.task("web/FARGATE_SPOT/us-east-1a", state.Running)
		w.advance(time.Hour)
		if len(w.interrupted()) != 1 {
			t.Error("a fault that is cleared interrupts a task")
		}
	})
}

// instance adds an instance of a cluster, or of none, and its container instance.
func (w *spotWorld) instance(name, cluster string, spot bool) *ec2.Instance {
	w.Helper()
	i := &ec2.Instance{
		Scope: spotScope, ID: ec2.NewID("i-"), Zone: "us-east-1a", LaunchAt: w.clock.Now(), Wanted: "running", Reached: "running",
	}
	if spot {
		i.Spot = &ec2.Spot{RequestID: "sir-" + name}
	}
	time.Sleep(time.Second)
	w.update(func(tx *store.Tx) {
		if cluster != "" {
			i.ContainerInstance = spotScope.ContainerInstance(cluster, arn.NewID())
			state.PutContainerInstance(tx, &state.ContainerInstance{ARN: i.ContainerInstance, EC2InstanceID: i.ID, Status: state.InstanceActive}, w.clock.Now())
		}
		ec2.PutInstance(tx, i)
	})
	w.names[i.ARN()] = name
	return i
}

// noticed are the names of the instances of which events tell.
func (w *spotWorld) noticed() (names []string) {
	w.Helper()
	events, _, _ := outbox.Since(w.store, 0)
	for _, e := range events {
		if n := outbox.As[ec2.SpotNotice](e); n != nil {
			if i := ec2.FindInstance(w.store.Read(), spotScope, n.InstanceID); i.NoticeAt.IsZero() {
				w.Errorf("%s has no notice", n.InstanceID)
			}
			names = append(names, w.names[n.InstanceARN])
		}
	}
	return names
}

func TestASpotInterruptionIsAboutSomeInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for want, f := range map[string]func(one *ec2.Instance) Fault{
			"[one two three]":  func(*ec2.Instance) Fault { return Fault{} },
			"[one two]":        func(*ec2.Instance) Fault { return Fault{Cluster: "sho*"} },
			"[one two three] ": func(*ec2.Instance) Fault { return Fault{Zone: "us-east-1a"} },
			"[one]":            func(one *ec2.Instance) Fault { return Fault{Instance: one.ID} },
			"[one] ": func(one *ec2.Instance) Fault {
				return Fault{Instance: arn.Name(one.ContainerInstance), Cluster: "shop"}
			},
			"there is no task on FARGATE_SPOT that is RUNNING and no Spot Instance":                     func(*ec2.Instance) Fault { return Fault{Zone: "us-east-1b"} },
			`"instance" of a fault of the kind spot-interruption goes with neither "task" nor "family"`: func(one *ec2.Instance) Fault { return Fault{Instance: one.ID, Family: "web"} },
		} {
			w := newSpotWorld(t)
			one := w.instance("one", "shop", true)
			w.instance("two", "shop", true)
			w.instance("on demand", "shop", false)
			w.instance("three", "", true)
			wanted := f(one)
			wanted.Kind = SpotInterruption
			_, err := w.kit.Add(wanted)
			got := fmt.Sprint(w.noticed())
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, strings.TrimSpace(want)) {
				t.Errorf("%+v: %s, want %s", wanted, got, want)
			}
			if _, err := w.kit.Add(wanted); err == nil {
				t.Errorf("%+v: there is a second notice", wanted)
			}
		}
	})
}

// An instance runs on when its container instance is deregistered and, in time, forgotten.
func TestAContainerInstanceThatIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSpotWorld(t)
		i := w.instance("one", "shop", true)
		w.update(func(tx *store.Tx) {
			state.RemoveContainerInstance(tx, state.FindContainerInstance(tx, i.ContainerInstance))
		})
		if _, err := w.kit.Add(Fault{Kind: SpotInterruption, Cluster: "shop"}); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(w.noticed()); got != "[one]" {
			t.Errorf("noticed: %s", got)
		}
	})
}

// A fault that lasts some minutes interrupts at the beginning of each, and not at its end as well.
func TestTheEndOfAFaultInterruptsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, minutes := range []time.Duration{1, 2} {
			w := newSpotWorld(t)
			if _, err := w.kit.Add(Fault{Kind: SpotInterruption, Rate: 1, For: minutes * time.Minute}); err != nil {
				t.Fatal(err)
			}
			w.advance((minutes-1)*time.Minute + time.Second)
			w.task("web/FARGATE_SPOT/us-east-1a", state.Running)
			w.advance(time.Minute)
			if got := w.interrupted(); len(got) > 0 {
				t.Errorf("after %d minutes: %v", minutes, got)
			}
		}
	})
}
