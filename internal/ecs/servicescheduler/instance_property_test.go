package servicescheduler

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// TestTheSchedulerKeepsItsPromisesOnContainerInstancesThatComeAndGo has instances come,
// drain, come back, lose their agent and die, beside all else that can happen. It converges
// with room for D to 2D tasks, some of them unhealthy, and an update without failures completes
// there if it can move.
func TestTheSchedulerKeepsItsPromisesOnContainerInstancesThatComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newInstanceFixture(t, rapid.IntRange(0, 4).Draw(t, "instances"), func(s *state.Service) { s.DesiredCount = 0 })
		kind := rapid.SampledFrom(tasksOnInstances).Draw(t, "kind")
		f.deployOnInstances(false, kind.change)
		f.change(drawConfiguration(t))
		f.scale(t)
		if rapid.Bool().Draw(t, "settled") {
			f.settle()
		}
		actions := f.ordealOfInstances(kind)
		actions["scale"], actions["configure"] = f.scale, func(t *rapid.T) { f.change(drawConfiguration(t)) }
		t.Repeat(actions)
		room := 0
		for i := range 5 {
			f.reconnect(i)
			f.changeRegistered(i, active)
			if c := state.FindContainerInstance(f.store.Read(), instanceARN(i)); c != nil && c.Status == state.InstanceActive {
				room += kind.onEach
			}
		}
		desired := rapid.IntRange((room+1)/2, room).Draw(t, "desired of the room")
		f.change(func(s *state.Service) { s.DesiredCount = desired })
		f.settle()
		f.checkConverged()
		for _, task := range slices.DeleteFunc(f.tasks(), func(task *state.Task) bool { return !checked(task) || !rapid.Bool().Draw(t, "sick") }) {
			f.health(task, types.HealthStatusUnhealthy)
		}
		f.settle()
		f.checkConverged()
		f.checkUpdate(t, kind, room)
	})
}

// taskOnInstances is a kind of task, of which each container instance has room for some.
type taskOnInstances struct {
	change func(*types.TaskDefinition)
	onEach int
}

var tasksOnInstances = []taskOnInstances{
	{func(*types.TaskDefinition) {}, 4},
	{func(d *types.TaskDefinition) {
		d.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}}
	}, 1},
}

// checkUpdate: an update whose tasks do not fail completes with the circuit breaker on, if old
// tasks may stop or new ones start.
func (f *fixture) checkUpdate(t *rapid.T, kind taskOnInstances, room int) {
	p := plannerOf(f.input())
	if d := p.DesiredCount(); d > 0 && p.Lower() == d && (p.Upper() == d || room == d) {
		return
	}
	f.change(func(s *state.Service) { s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true) })
	f.deployOnInstances(rapid.Bool().Draw(t, "checked"), kind.change)
	id := f.service().Primary().ID
	f.settle()
	f.checkConverged()
	if d := f.service().Primary(); d.ID != id || d.RolloutState != types.DeploymentRolloutStateCompleted || d.FailedTasks > 0 {
		t.Fatalf("%s has not completed: %+v", id, d)
	}
}

// TestDaemonsKeepTheirPromisesOnContainerInstancesThatComeAndGo, and change their attributes: never two tasks on one
// instance, never fewer healthy ones by the scheduler's own doing than the minimum, and in
// the end one on each ACTIVE instance that satisfies the constraints, and none elsewhere.
func TestDaemonsKeepTheirPromisesOnContainerInstancesThatComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newInstanceFixture(t, rapid.IntRange(0, 4).Draw(t, "instances"), daemonService(0))
		configure := func(t *rapid.T) {
			f.change(drawConfiguration(t))
			f.change(func(s *state.Service) { *s.DeploymentConfiguration.MaximumPercent = 100 })
		}
		configure(t)
		if rapid.Bool().Draw(t, "settled") {
			f.settle()
		}
		actions := f.ordealOfInstances(rapid.SampledFrom(tasksOnInstances).Draw(t, "kind"))
		actions["configure"] = configure
		actions["constrain"] = func(t *rapid.T) {
			f.constrain(rapid.SampledFrom([]string{"", withoutEdge, "runningTasksCount < 1"}).Draw(t, "constraint"))
		}
		actions["attribute"] = func(t *rapid.T) {
			i, value := rapid.IntRange(0, 4).Draw(t, "instance"), rapid.SampledFrom([]string{"edge", "core"}).Draw(t, "role")
			f.changeRegistered(i, func(c *state.ContainerInstance) { c.Attributes = withRole(c.Attributes, value) })
		}
		t.Repeat(actions)
		for i := range 5 {
			f.reconnect(i)
		}
		f.settle()
		f.checkConverged()
		f.checkOneOnEach()
		f.checkOnlyWhereWanted()
	})
}

const withoutEdge = "attribute:role != edge"

// constrain has the service ask for container instances by an expression, or without one for all.
func (f *fixture) constrain(expression string) {
	f.t.Helper()
	f.change(func(s *state.Service) {
		s.PlacementConstraints = nil
		if expression != "" {
			s.PlacementConstraints = []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: &expression}}
		}
	})
}

// withRole gives attributes another value of role.
func withRole(attributes []types.Attribute, value string) []types.Attribute {
	others := slices.DeleteFunc(slices.Clone(attributes), func(a types.Attribute) bool { return *a.Name == "role" })
	return append(others, types.Attribute{Name: aws.String("role"), Value: &value})
}

// checkOnlyWhereWanted: no task that shall run is on a container instance that drains, or by its attributes shall have none.
func (f *fixture) checkOnlyWhereWanted() {
	f.t.Helper()
	on := map[string]bool{}
	for _, task := range f.tasks() {
		c := state.FindContainerInstance(f.store.Read(), task.Placement.ContainerInstance)
		if task.Spec.ServiceARN != serviceARN || task.Stop != nil || c == nil {
			continue
		}
		on[c.ARN] = true
		if c.Status != state.InstanceActive || f.excluded(c) {
			f.t.Fatalf("a daemon on %s, which is %s, excluded: %v", c.ARN, c.Status, f.excluded(c))
		}
	}
	for i := range 5 {
		c := state.FindContainerInstance(f.store.Read(), instanceARN(i))
		if c != nil && c.Status == state.InstanceActive && !f.excluded(c) != on[c.ARN] && f.service().Steady {
			f.t.Fatalf("no daemon on %s", c.ARN)
		}
	}
}

// excluded reports whether a container instance is none for the service, by withoutEdge.
func (f *fixture) excluded(c *state.ContainerInstance) bool {
	constraints := f.service().PlacementConstraints
	return len(constraints) > 0 && *constraints[0].Expression == withoutEdge &&
		!slices.ContainsFunc(c.Attributes, func(a types.Attribute) bool { return *a.Name == "role" && *a.Value != "edge" })
}

// ordealOfInstances is what can happen to a service on container instances.
func (f *fixture) ordealOfInstances(kind taskOnInstances) map[string]func(*rapid.T) {
	some := func(change func(i int)) func(*rapid.T) {
		return func(t *rapid.T) { change(rapid.IntRange(0, 4).Draw(t, "instance")) }
	}
	actions := f.ordeal()
	actions["deploy"] = func(t *rapid.T) { f.deployOnInstances(rapid.Bool().Draw(t, "checked"), kind.change) }
	actions["come"] = some(func(i int) {
		f.instance(i, func(c *state.ContainerInstance) { c.Status, c.AgentConnected = state.InstanceActive, true })
	})
	actions["drain"] = some(func(i int) { f.changeRegistered(i, draining) })
	actions["activate"] = some(func(i int) { f.changeRegistered(i, active) })
	actions["disconnect"] = some(func(i int) { f.changeRegistered(i, disconnected) })
	actions["reconnect"] = some(f.reconnect)
	actions["die"] = some(func(i int) {
		if state.FindContainerInstance(f.store.Read(), instanceARN(i)) != nil {
			f.lose(i)
		}
	})
	return actions
}

func (f *fixture) reconnect(i int) {
	f.changeRegistered(i, func(c *state.ContainerInstance) { c.AgentConnected = true })
}

// changeRegistered changes an instance that is there.
func (f *fixture) changeRegistered(i int, change func(*state.ContainerInstance)) {
	if c := state.FindContainerInstance(f.store.Read(), instanceARN(i)); c != nil && c.Status != state.InstanceInactive {
		f.instance(i, change)
	}
}

// checkOneOnEach: no container instance has two tasks of the service, those included that
// have yet to stop.
func (f *fixture) checkOneOnEach() {
	f.t.Helper()
	on := map[string]bool{}
	for _, task := range f.tasks() {
		if task.Spec.ServiceARN != serviceARN {
			continue
		}
		if on[task.Placement.ContainerInstance] {
			f.t.Fatalf("two daemons on %s", task.Placement.ContainerInstance)
		}
		on[task.Placement.ContainerInstance] = true
	}
}
