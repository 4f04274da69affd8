package servicescheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestDaemonHasATaskOnEachInstance as instances come and go.
func TestDaemonHasATaskOnEachInstance(t *testing.T) {
	f := newInstanceFixture(t, 0, daemonService(0))
	f.settle()
	f.expect("COMPLETED desired 0 pending 0 running 0 failed 0")
	if f.awaits != plan.ForInstances {
		t.Errorf("a daemon awaits %d", f.awaits)
	}
	for i := range 3 {
		f.instance(i, nil)
	}
	f.settle()
	f.expectOn("i0 1, i1 1, i2 1")
	f.expectDaemons(3)
	f.instance(3, nil)
	f.schedule()
	f.expectOn("i0 1, i1 1, i2 1, i3 1")
	f.settle()
	f.lose(1)
	f.settle()
	f.expectOn("i0 1, i2 1, i3 1")
	f.expectDaemons(3)
	f.instance(2, disconnected)
	f.settle()
	f.expectOn("i0 1, i2 1, i3 1")
	f.expectDaemons(3)
	f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
	f.end(f.taskOn(0), types.TaskStopCodeEssentialContainerExited)
	f.end(f.taskOn(2), types.TaskStopCodeEssentialContainerExited)
	f.settle()
	f.expectOn("i0 1, i3 1") // nothing new where the agent is away
	f.expectDaemons(2)
}

// TestDaemonUpdateStopsTheOldTaskOfAnInstanceFirst, bounded by minimumHealthyPercent.
func TestDaemonUpdateStopsTheOldTaskOfAnInstanceFirst(t *testing.T) {
	for _, c := range []struct {
		minimum int32
		stopped int // at first
	}{{0, 4}, {50, 2}, {75, 1}, {100, 0}} {
		f := newInstanceFixture(t, 4, daemonService(c.minimum))
		f.settle()
		f.deployOnInstances(false)
		seen := len(f.messages())
		f.schedule()
		if old, started := f.counts(1), f.counts(0); old.Left-old.Active != c.stopped || started.Active != 0 {
			t.Fatalf("minimum %d: stopped %d, started %d", c.minimum, old.Left-old.Active, started.Active)
		}
		if c.stopped == 0 {
			f.expectMessages(seen, event.Deadlocked{}.Message("web"))
			continue
		}
		f.obey()
		f.schedule()
		if started := f.counts(0); started.Active != c.stopped {
			t.Fatalf("minimum %d: started %d", c.minimum, started.Active)
		}
		f.settle()
		f.expect("COMPLETED desired 4 pending 0 running 4 failed 0")
		f.expectOn("i0 1, i1 1, i2 1, i3 1")
	}
}

// TestDaemonLeavesADrainingInstanceLast: it stays while another task is there.
func TestDaemonLeavesADrainingInstanceLast(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(0))
	f.settle()
	replica := f.standalone(0)
	f.instance(0, draining)
	f.settle()
	f.expectDaemons(1)
	f.expectOn("i0 2, i1 1")
	f.expect("COMPLETED desired 1 pending 0 running 2 failed 0")
	if f.awaits != plan.ForRoom {
		t.Errorf("awaits %d", f.awaits)
	}
	f.end(replica, types.TaskStopCodeUserInitiated)
	f.settle()
	f.expectOn("i1 1")
	f.instance(0, active)
	f.settle()
	f.expectOn("i0 1, i1 1")
}

// TestDaemonDoesNotWaitForManagedDaemons, which stop after all others.
func TestDaemonDoesNotWaitForManagedDaemons(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(0))
	f.settle()
	replica := f.standalone(0)
	f.update(func(tx *store.Tx) {
		spec := *replica.Spec
		spec.Daemon, spec.Group = scope.Prefix()+"daemon/c/logs", "daemon:logs"
		state.AddTask(tx, &state.Task{ARN: scope.Task("c", "managed"), Spec: &spec, Placement: replica.Placement, Status: replica.Status.Clone()})
	})
	f.instance(0, draining)
	f.settle()
	f.expectOn("i0 3, i1 1")
	f.end(replica, types.TaskStopCodeUserInitiated)
	f.settle()
	f.expectOn("i0 1, i1 1")
	if left := f.taskOn(0); left.Spec.Daemon == "" {
		t.Errorf("left is %s", left.ARN)
	}
}

// TestDaemonFollowsTheAttributesOfInstances: it leaves one at once that no longer matches, also before others, and comes back.
func TestDaemonFollowsTheAttributesOfInstances(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(0))
	f.constrain("not(attribute:role == edge)")
	f.settle()
	f.standalone(0)
	f.expectOn("i0 2, i1 1")
	role := func(value string) {
		f.instance(0, func(c *state.ContainerInstance) { c.Attributes = withRole(c.Attributes, value) })
		f.settle()
	}
	role("edge")
	f.expectOn("i0 1, i1 1")
	f.expectDaemons(1)
	role("core")
	f.expectOn("i0 2, i1 1")
	f.expectDaemons(2)
}

// TestAPlacementFailureOfADaemonIsSaidOnce while it lasts, and again after six hours, as for other services.
func TestAPlacementFailureOfADaemonIsSaidOnce(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(0))
	full := f.standalone(0, func(r *state.Reservation) { r.CPU = 1000 })
	f.settle()
	first := f.now
	for f.now.Before(first.Add(13 * time.Hour)) { // other things happen, and it is looked at anew
		f.now = f.now.Add(20 * time.Minute)
		f.instance(1, func(c *state.ContainerInstance) { c.Attributes = withRole(c.Attributes, f.now.String()) })
		f.schedule()
	}
	var last time.Time
	n := 0
	for _, e := range slices.Backward(state.FindServiceEvents(f.store.Read(), serviceARN)) {
		if *e.Message != (event.NoPlace{Instance: "i0", Reason: placement.ResourceCPU}).Message("web") {
			continue
		}
		if n++; e.CreatedAt.Sub(last) < 6*time.Hour {
			t.Errorf("said at %v and at %v", last, e.CreatedAt)
		}
		last = *e.CreatedAt
	}
	if n < 3 {
		t.Errorf("said %d times", n)
	}
	f.end(full, types.TaskStopCodeUserInitiated)
	f.settle()
	f.expectOn("i0 1, i1 1")
}

// TestDaemonLeavesInstancesThatNoLongerMatch at once, and comes back.
func TestDaemonLeavesInstancesThatNoLongerMatch(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(0))
	f.settle()
	constrain := func(expression string) func(*state.Service) {
		return func(s *state.Service) {
			s.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf", Expression: &expression}}
		}
	}
	f.change(constrain("attribute:ecs.availability-zone == us-east-1b"))
	f.settle()
	f.expectOn("i1 1")
	f.expectDaemons(1)
	f.change(constrain("attribute:ecs.availability-zone != us-east-1c"))
	f.settle()
	f.expectOn("i0 1, i1 1")
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

// TestDaemonThatHasNoRoomOnAnInstance says so, and waits for it.
func TestDaemonThatHasNoRoomOnAnInstance(t *testing.T) {
	f := newInstanceFixture(t, 2, func(s *state.Service) { daemonService(0)(s) })
	full := f.standalone(0, func(r *state.Reservation) { r.CPU = 1000 })
	f.settle()
	f.expectOn("i0 1, i1 1") // the other task, and a daemon
	f.expectDaemons(2)
	if f.service().Steady {
		t.Error("steady, though a daemon is missing")
	}
	messages := f.messages()
	if last := messages[len(messages)-1]; last != (event.NoPlace{Instance: "i0", Reason: placement.ResourceCPU}).Message("web") {
		t.Errorf("last event %q", last)
	}
	f.end(full, types.TaskStopCodeUserInitiated)
	f.settle()
	f.expectOn("i0 1, i1 1")
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

// TestDaemonsHaveTheirResourcesReserved: a replica task that comes first to a new instance
// leaves room for the daemon.
func TestDaemonsHaveTheirResourcesReserved(t *testing.T) {
	f := newInstanceFixture(t, 0, daemonService(0))
	f.settle()
	replica := f.replica(5)
	f.instance(0, nil) // has room for four
	f.reconcile(replica)
	f.expectOn("i0 3")
	f.reconcile(serviceARN)
	f.expectOn("i0 4")
}

// TestDaemonIsRolledBack when its new tasks do not start.
func TestDaemonIsRolledBack(t *testing.T) {
	f := newInstanceFixture(t, 3, func(s *state.Service) {
		daemonService(50)(s)
		s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true)
	})
	f.settle()
	before := f.service().Primary().Revision.TaskDefinition
	f.deployOnInstances(false)
	update := f.service().Primary().ID
	for range 60 {
		f.schedule()
		for _, task := range f.tasks() {
			switch {
			case task.Stop != nil:
				f.end(task, "")
			case task.Spec.DeploymentID == update:
				f.end(task, types.TaskStopCodeTaskFailedToStart)
			}
		}
		if f.service().Primary().RestoresID != "" {
			break
		}
		if !f.wakeAt.IsZero() {
			f.now = f.wakeAt
		}
	}
	f.settle()
	f.expectOn("i0 1, i1 1, i2 1")
	if d := f.service().Primary(); d.RestoresID == "" || d.Revision.TaskDefinition != before || len(f.service().Deployments) != 1 {
		t.Errorf("not rolled back: %+v", d)
	}
}

// TestUnhealthyDaemonIsReplaced in its place.
func TestUnhealthyDaemonIsReplaced(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(50))
	f.deployOnInstances(true)
	f.settle()
	f.health(f.taskOn(1), types.HealthStatusUnhealthy)
	f.schedule()
	f.expectOn("i0 1")
	f.settle()
	f.expectOn("i0 1, i1 1")
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

// TestDeletedDaemonIsGone.
func TestDeletedDaemonIsGone(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(0))
	f.settle()
	f.change(func(s *state.Service) { s.DeletedAt = f.now })
	for range 10 {
		f.schedule()
		f.obey()
	}
	if s := f.service(); s.Status() != state.ServiceInactive || s.Daemons != 0 || f.on() != "" {
		t.Errorf("%s with %d daemons, tasks on %q", s.Status(), s.Daemons, f.on())
	}
}

// replica adds a REPLICA service beside that of the fixture.
func (f *fixture) replica(desired int) (serviceARN string) {
	f.t.Helper()
	replica := scope.Service("c", "replica")
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, scope.Service("c", "web")).Clone()
		s.ARN, s.Name, s.SchedulingStrategy, s.DesiredCount = replica, "replica", types.SchedulingStrategyReplica, desired
		s.Deployments = []*state.Deployment{f.instanceDeployment(tx, false)}
		state.PutService(tx, s)
	})
	return replica
}

// standalone adds a RUNNING task of no service.
func (f *fixture) standalone(i int, change ...func(*state.Reservation)) *state.Task {
	f.t.Helper()
	reserved := &state.Reservation{CPU: 128, Memory: 128}
	for _, each := range change {
		each(reserved)
	}
	t := &state.Task{
		ARN:       scope.Task("c", "standalone"),
		Spec:      &state.TaskSpec{ClusterARN: scope.Cluster("c"), Group: "family:job", LaunchType: types.LaunchTypeEc2, Reserved: reserved, CreatedAt: f.now},
		Placement: &state.Placement{ContainerInstance: instanceARN(i)},
		Status:    state.TaskStatus{LastStatus: state.Running, StartedAt: f.now, Containers: []state.Container{{Name: "job"}}},
	}
	f.update(func(tx *store.Tx) { state.AddTask(tx, t) })
	return t
}

func (f *fixture) taskOn(i int) *state.Task {
	f.t.Helper()
	tasks := state.InstanceTasks(f.store.Read(), instanceARN(i))
	if len(tasks) != 1 {
		f.t.Fatalf("%d tasks on instance %d", len(tasks), i)
	}
	return tasks[0]
}

func (f *fixture) expectDaemons(want int) {
	f.t.Helper()
	if got := f.service().Daemons; got != want {
		f.t.Fatalf("%d daemons wanted, not %d", got, want)
	}
}

// A constraint that looks at tasks means those of others: a daemon that got in its own way
// would be stopped and started for ever.
func TestADaemonIsNotInItsOwnWay(t *testing.T) {
	for _, expression := range []string{"runningTasksCount < 1", "not(task:group == service:web)", "not(task:group =~ service:.*) and runningTasksCount == 0"} {
		f := newInstanceFixture(t, 2, daemonService(0))
		f.change(func(s *state.Service) {
			s.PlacementConstraints = []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: &expression}}
		})
		f.settle()
		f.expectOn("i0 1, i1 1")
	}
}

// TestADaemonStaysWhereItsOwnDeploymentWantsIt, until the new one serves: another deployment of
// the same task definition in other subnets does not make it stray.
func TestADaemonStaysWhereItsOwnDeploymentWantsIt(t *testing.T) {
	subnets, _ := ec2network.DefaultNetwork(scope)
	f := newInstanceFixture(t, 2, daemonService(100))
	for i := range 2 {
		f.instance(i, func(c *state.ContainerInstance) { c.Registered.ENIs = 2 })
	}
	f.deployOnInstances(false, func(d *types.TaskDefinition) { d.NetworkMode = types.NetworkModeAwsvpc })
	definition := f.service().Primary().Revision.TaskDefinition
	moveTo := func(zone string) {
		f.change(func(s *state.Service) {
			d := f.newDeployment(definition)
			at := slices.IndexFunc(subnets, func(s *ec2network.Subnet) bool { return s.Zone == zone })
			d.Revision.LaunchType = types.LaunchTypeEc2
			d.Revision.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{subnets[at].ID}
			s.SetPrimary(d)
		})
	}
	moveTo("us-east-1a")
	f.settle()
	f.expectOn("i0 1")
	moveTo("us-east-1b")
	f.schedule()
	f.expectOn("i0 1, i1 1")
	f.settle()
	f.expectOn("i1 1")
}
