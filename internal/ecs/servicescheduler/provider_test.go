package servicescheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// newProviderFixture is one whose service has a strategy of capacity providers: those whose names begin
// with s have managed scaling. There is no container instance.
func newProviderFixture(t fatal, desired int, strategy ...types.CapacityProviderStrategyItem) *fixture {
	t.Helper()
	f := newInstanceFixture(t, 0, func(s *state.Service) {
		s.DesiredCount = desired
		r := s.Deployments[0].Revision
		r.LaunchType, r.CapacityProviderStrategy = "", strategy
	})
	f.update(func(tx *store.Tx) {
		for _, item := range strategy {
			status := types.ManagedScalingStatusDisabled
			if strings.HasPrefix(*item.CapacityProvider, "s") {
				status = types.ManagedScalingStatusEnabled
			}
			capacityprovider.Providers.Put(tx, &capacityprovider.Provider{
				ARN: scope.CapacityProvider(*item.CapacityProvider), Name: *item.CapacityProvider, Status: types.CapacityProviderStatusActive,
				ManagedScaling: types.ManagedScaling{Status: status},
			})
		}
	})
	return f
}

func item(provider string, weight, base int32) types.CapacityProviderStrategyItem {
	return types.CapacityProviderStrategyItem{CapacityProvider: &provider, Weight: weight, Base: base}
}

// of makes a container instance one of a capacity provider.
func of(provider string) func(*state.ContainerInstance) {
	return func(c *state.ContainerInstance) { c.CapacityProvider = provider }
}

// spread tells how many tasks each provider has that shall run, and how many of them wait: "s 3 (2 wait)".
func (f *fixture) spread() string {
	all, waiting := map[string]int{}, map[string]int{}
	for _, t := range f.tasks() {
		if t.Stop == nil {
			all[t.Placement.CapacityProvider]++
			if t.Waits() {
				waiting[t.Placement.CapacityProvider]++
			}
		}
	}
	var list []string
	for name, n := range all {
		text := fmt.Sprintf("%s %d", name, n)
		if waiting[name] > 0 {
			text += fmt.Sprintf(" (%d wait)", waiting[name])
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func (f *fixture) expectSpread(want string) {
	f.t.Helper()
	if got := f.spread(); got != want {
		f.t.Fatalf("tasks by capacity provider: %s, want %s", got, want)
	}
}

// obeyPlaced is obey for the tasks that have a place; those that wait and shall stop end.
func (f *fixture) obeyPlaced() {
	f.t.Helper()
	for _, t := range f.tasks() {
		switch {
		case t.Waits():
			f.update(func(tx *store.Tx) { state.EndWaiting(tx, t.ARN, f.now) })
		case t.Stop != nil:
			f.end(t, "")
		case t.Status.LastStatus != state.Running:
			f.run(t)
		}
	}
}

// TestTasksOfAServiceWait: they are pending, at no time a failure, and the strategy counts them.
func TestTasksOfAServiceWait(t *testing.T) {
	f := newProviderFixture(t, 5, item("s1", 1, 1), item("s2", 3, 0))
	f.change(func(s *state.Service) { withBreaker(false)(s); s.DesiredCount = 5 })
	f.instance(0, of("s2"))
	f.schedule()
	f.expectSpread("s1 2 (2 wait), s2 3")
	f.expect("IN_PROGRESS desired 5 pending 5 running 0 failed 0")
	f.obeyPlaced()
	f.schedule()
	for range 60 {
		f.now = f.now.Add(observe.HealthyAfter)
		f.schedule()
	}
	f.expectSpread("s1 2 (2 wait), s2 3")
	f.expect("IN_PROGRESS desired 5 pending 2 running 3 failed 0")
	for _, message := range f.messages() {
		if strings.Contains(message, "unable to place") {
			t.Errorf("an event of tasks that wait: %s", message)
		}
	}
	// Their time is over: others come in their place, and that is no failure either.
	for range 5 {
		for _, task := range f.tasks() {
			if task.Waits() {
				f.update(func(tx *store.Tx) {
					state.StopTask(tx, task.ARN, state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Reason: placement.EmptyProvider, At: f.now})
					state.EndWaiting(tx, task.ARN, f.now)
				})
			}
		}
		f.schedule()
	}
	f.expectSpread("s1 2 (2 wait), s2 3")
	f.expect("IN_PROGRESS desired 5 pending 2 running 3 failed 0")
}

// TestScaleInByStrategy stops those of the provider that has most beyond its share, and of these first
// the tasks that wait.
func TestScaleInByStrategy(t *testing.T) {
	f := newProviderFixture(t, 8, item("s1", 1, 2), item("s2", 1, 0))
	f.instance(0, of("s1"))
	f.instance(1, of("s2"))
	f.instance(2, of("s2"))
	f.schedule()
	f.expectSpread("s1 5 (1 wait), s2 3")
	f.obeyPlaced() // ends nothing: the task waits on
	for _, step := range []struct {
		desired int
		want    string
	}{{7, "s1 4, s2 3"}, {4, "s1 3, s2 1"}, {2, "s1 2"}, {0, ""}} {
		f.change(func(s *state.Service) { s.DesiredCount = step.desired })
		f.schedule()
		f.expectSpread(step.want)
		f.obeyPlaced()
	}
}

// TestProvidersWithoutManagedScaling: tasks do not wait, others do not stand in, and events say why.
func TestProvidersWithoutManagedScaling(t *testing.T) {
	f := newProviderFixture(t, 4, item("fixed", 1, 0), item("other", 1, 0))
	f.instance(0, of("other"))
	f.schedule()
	f.expectSpread("other 2")
	f.expectMessages(0, "(service web) has started 2 tasks: (task T) (task T).",
		"(service web) was unable to place a task because no container instance met all of its requirements. The reason for failure is "+
			"No Container Instances were found in your capacity provider. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	action := f.lastAction()
	if action.Name != "SERVICE_TASK_PLACEMENT_FAILURE" || action.Reason != "EMPTY CAPACITY PROVIDER" || !slices.Equal(action.CapacityProviderARNs, []string{scope.CapacityProvider("fixed")}) {
		t.Errorf("%+v", action)
	}
	f.instance(1, func(c *state.ContainerInstance) { of("fixed")(c); c.Registered.CPU = 100 })
	f.now = f.now.Add(fulfil.RetryPlacement)
	f.schedule()
	if action := f.lastAction(); action.Reason != "RESOURCE:CPU" || len(action.CapacityProviderARNs) != 1 || action.ContainerInstanceARNs != nil {
		t.Errorf("%+v", action)
	}
	f.instance(1, func(c *state.ContainerInstance) { c.Registered.CPU = 1024 })
	f.schedule()
	f.expectSpread("fixed 2, other 2")
}

// lastAction is what EventBridge was told last of the service.
func (f *fixture) lastAction() *state.ServiceAction {
	f.t.Helper()
	events, _, _ := outbox.Since(f.store, 0)
	for _, e := range slices.Backward(events) {
		if outbox.As[state.ServiceAction](e) != nil {
			return outbox.As[state.ServiceAction](e)
		}
	}
	f.t.Fatalf("no service action")
	return nil
}

// TestOnlySoManyTasksWait in a cluster: an event says so, the deployment does not fail of it, and others
// come when tasks no longer wait.
func TestOnlySoManyTasksWait(t *testing.T) {
	f := newProviderFixture(t, 505, item("s", 1, 0))
	f.change(func(s *state.Service) { withBreaker(true)(s); s.DesiredCount = 505 })
	f.schedule()
	f.expectSpread("s 500 (500 wait)")
	const limit = "(service web) was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded."
	if messages := f.messages(); messages[len(messages)-1] != limit {
		t.Errorf("events end with %s", messages[len(messages)-1])
	}
	for range 10 {
		f.now = f.now.Add(fulfil.RetryPlacement)
		f.schedule()
	}
	f.expect("IN_PROGRESS desired 505 pending 500 running 0 failed 0")
	f.update(func(tx *store.Tx) {
		for _, waiting := range f.tasks()[:3] {
			f.putInstance(tx, 0, of("s"))
			place := state.Placement{ContainerInstance: instanceARN(0)}
			if !state.PlaceTask(tx, waiting.ARN, place, f.now) {
				t.Error("a task does not wait")
			}
		}
	})
	f.now = f.now.Add(fulfil.RetryPlacement)
	f.schedule()
	f.expectSpread("s 504 (500 wait)") // the instance has room for one more
}

// TestADeletedServiceHasNoTasksThatWait.
func TestADeletedServiceHasNoTasksThatWait(t *testing.T) {
	f := newProviderFixture(t, 3, item("s", 1, 0))
	f.schedule()
	f.expectSpread("s 3 (3 wait)")
	f.remove()
	f.schedule()
	f.expectSpread("")
	f.obeyPlaced()
	f.schedule()
	if got := f.service().Status(); got != state.ServiceInactive {
		t.Errorf("the service is %s", got)
	}
}

// TestServicesKeepTheirStrategy: out and in, from any count, each provider has its share.
func TestServicesKeepTheirStrategy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		strategy := []types.CapacityProviderStrategyItem{
			item("s1", rapid.Int32Range(0, 3).Draw(t, "weight 1"), rapid.Int32Range(0, 3).Draw(t, "base")),
			item("s2", rapid.Int32Range(1, 3).Draw(t, "weight 2"), 0), item("s3", rapid.Int32Range(0, 3).Draw(t, "weight 3"), 0),
		}
		f := newProviderFixture(t, 0, strategy...)
		for i := range rapid.IntRange(0, 3).Draw(t, "instances") {
			f.instance(i, of(fmt.Sprintf("s%d", i%3+1)))
		}
		for range 3 {
			n := rapid.IntRange(0, 40).Draw(t, "desired")
			f.change(func(s *state.Service) { s.DesiredCount = n })
			f.schedule()
			want, got := map[string]int{}, map[string]int{}
			for range n {
				want[placement.NextProvider(strategy, want)]++
			}
			for _, task := range f.tasks() {
				if task.Stop == nil {
					got[task.Placement.CapacityProvider]++
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%d tasks are %v, want %v", n, got, want)
			}
			for _, task := range f.tasks() {
				if task.Stop != nil && task.Waits() {
					f.update(func(tx *store.Tx) { state.EndWaiting(tx, task.ARN, f.now) })
				} else if task.Stop != nil {
					f.end(task, "")
				}
			}
		}
	})
}
