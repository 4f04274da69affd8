package service

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"pgregory.net/rapid"
)

// TestWhateverHappensToContainerInstancesTheSchedulerKeepsItsPromises has instances come,
// drain, come back, lose their agent and die, beside all else that can happen. It converges
// once there is room.
func TestWhateverHappensToContainerInstancesTheSchedulerKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newInstanceFixture(t, rapid.IntRange(0, 4).Draw(t, "instances"), func(s *state.Service) {
			s.DesiredCount = rapid.IntRange(0, 6).Draw(t, "desired")
		})
		f.change(drawConfiguration(t))
		if rapid.Bool().Draw(t, "settled") {
			f.settle()
		}
		actions := f.ordealOfInstances()
		actions["scale"], actions["configure"] = f.scale, func(t *rapid.T) { f.change(drawConfiguration(t)) }
		t.Repeat(actions)
		f.instance(9, func(c *state.ContainerInstance) { c.Registered = state.Resources{CPU: 100_000, Memory: 100_000} })
		f.settle()
		f.checkConverged()
	})
}

// TestWhateverHappensToContainerInstancesDaemonsKeepTheirPromises: never two tasks on one
// instance, never fewer healthy ones by the scheduler's own doing than the minimum, and in
// the end one on each ACTIVE instance and none elsewhere.
func TestWhateverHappensToContainerInstancesDaemonsKeepTheirPromises(t *testing.T) {
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
		actions := f.ordealOfInstances()
		actions["configure"] = configure
		t.Repeat(actions)
		for i := range 5 {
			f.reconnect(i)
		}
		f.settle()
		f.checkConverged()
		f.checkOneOnEach()
	})
}

// ordealOfInstances is what can happen to a service on container instances.
func (f *fixture) ordealOfInstances() map[string]func(*rapid.T) {
	some := func(change func(i int)) func(*rapid.T) {
		return func(t *rapid.T) { change(rapid.IntRange(0, 4).Draw(t, "instance")) }
	}
	actions := f.ordeal()
	actions["deploy"] = func(t *rapid.T) { f.deployOnInstances(rapid.Bool().Draw(t, "checked")) }
	actions["come"] = some(func(i int) {
		f.instance(i, func(c *state.ContainerInstance) { c.Status, c.AgentConnected = state.InstanceActive, true })
	})
	actions["drain"] = some(func(i int) { f.changeRegistered(i, draining) })
	actions["activate"] = some(func(i int) { f.changeRegistered(i, active) })
	actions["disconnect"] = some(func(i int) { f.changeRegistered(i, disconnected) })
	actions["reconnect"] = some(f.reconnect)
	actions["die"] = some(func(i int) {
		if f.store.Read().ContainerInstance(instanceARN(i)) != nil {
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
	if c := f.store.Read().ContainerInstance(instanceARN(i)); c != nil && c.Status != state.InstanceInactive {
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
