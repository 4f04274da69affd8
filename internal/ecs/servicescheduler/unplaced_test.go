package servicescheduler

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestTasksWaitForContainerInstances: recorded answers of a service without instances have
// the event once, and failedTasks that rise with each attempt, until nothing is wanted.
func TestTasksWaitForContainerInstances(t *testing.T) {
	f := newInstanceFixture(t, 0, nil)
	want := "(service web) was unable to place a task because no container instance met all of its requirements. " +
		"The reason for failure is No Container Instances were found in your cluster." +
		" For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
	f.schedule()
	began := f.now
	for f.now.Before(began.Add(210 * time.Second)) {
		f.expectMessages(0, want)
		f.now = f.wakeAt
		f.schedule()
	}
	f.expect("IN_PROGRESS desired 2 pending 0 running 0 failed 16")
	for f.now.Before(began.Add(24 * time.Hour)) { // the event comes again every six hours
		f.now = f.wakeAt
		f.schedule()
	}
	f.expectMessages(0, want, want, want, want)
	f.expect("IN_PROGRESS desired 2 pending 0 running 0 failed 75")
	f.change(func(s *state.Service) { s.DesiredCount = 0 })
	f.settle()
	f.expect("COMPLETED desired 0 pending 0 running 0 failed 0")
	f.expectMessages(4,
		"(service web) (deployment ecs-svc/1) deployment completed.",
		"(service web) has reached a steady state.")
}

// TestAsManyTasksAsFitAreStarted, and an event says what the next one lacks.
func TestAsManyTasksAsFitAreStarted(t *testing.T) {
	for _, c := range []struct {
		name, lacks string
		desired     int
		change      func(*types.TaskDefinition)
		want        string
	}{
		{"CPU", "has insufficient CPU units available", 9, nil, "i0 4, i1 4"},
		{"memory", "has insufficient memory available", 3, func(d *types.TaskDefinition) { d.Memory = aws.String("1024") }, "i0 1, i1 1"},
		{"port", "is already using a port required by your task", 3, func(d *types.TaskDefinition) {
			d.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}}
		}, "i0 1, i1 1"},
		{"attribute", "is missing an attribute required by your task", 1, func(d *types.TaskDefinition) {
			d.RequiresAttributes = []types.Attribute{{Name: aws.String("ecs.capability.x")}}
		}, ""},
		{"constraint", `encountered error "MemberOf placement constraint unsatisfied."`, 1, func(d *types.TaskDefinition) {
			d.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:ssd exists")}}
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newInstanceFixture(t, 2, func(s *state.Service) { s.DesiredCount = 0 })
			f.settle()
			seen := len(f.messages())
			if c.change == nil {
				c.change = func(*types.TaskDefinition) {}
			}
			f.change(func(s *state.Service) { s.DesiredCount = c.desired })
			f.deployOnInstances(false, c.change)
			f.schedule()
			f.expectOn(c.want)
			got := f.messages()
			want := "(service web) was unable to place a task because no container instance met all of its requirements. " +
				"The closest matching (container-instance i0) " + c.lacks + ". For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
			if last := got[len(got)-1]; last != want {
				t.Errorf("last event\n  %s\nwant\n  %s", last, want)
			}
			f.now = f.wakeAt
			f.schedule()
			if again := len(f.messages()); again != len(got) || seen >= again {
				t.Errorf("%d events after another attempt, %d before", again, len(got))
			}
		})
	}
}

// TestTheEventOfAnAgentThatIsNotConnected (ECS0164).
func TestTheEventOfAnAgentThatIsNotConnected(t *testing.T) {
	f := newInstanceFixture(t, 1, nil)
	f.instance(0, disconnected)
	f.schedule()
	f.expectMessages(0, "(service web) was unable to place a task because no container instance met all of its requirements. "+
		"The closest matching (container-instance i0) doesn't have the agent connected. "+
		"For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
}

// TestRoomIsUsedAsSoonAsItIsThere, and does not wait for the next attempt.
func TestRoomIsUsedAsSoonAsItIsThere(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) { s.DesiredCount = 5 })
	f.schedule()
	f.expectOn("i0 4")
	if f.awaits != plan.ForRoom {
		t.Errorf("the service awaits %d", f.awaits)
	}
	f.instance(1, nil)
	f.settle()
	f.expectOn("i0 4, i1 1")
	f.expect("COMPLETED desired 5 pending 0 running 5 failed 0")
	if f.awaits != plan.Nothing {
		t.Errorf("a service with all its tasks awaits %d", f.awaits)
	}
}

// TestTasksThatHaveNoPlaceTripTheCircuitBreaker, as those that do not start.
func TestTasksThatHaveNoPlaceTripTheCircuitBreaker(t *testing.T) {
	f := newInstanceFixture(t, 2, func(s *state.Service) {
		percentages(200, 100)(s)
		s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true)
	})
	f.settle()
	f.deployOnInstances(false, func(d *types.TaskDefinition) { d.Cpu = aws.String("2048") })
	for range 3 {
		f.schedule()
		f.now = f.now.Add(fulfil.RetryPlacement)
	}
	f.settle()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
	if d := f.service().Primary(); d.RestoresID == "" {
		t.Errorf("not rolled back: %+v", d)
	}
}

// TestADeploymentGoesAsFarAsThereIsRoom: what waits for room that the service itself makes has
// not failed, and an update that fits piece by piece completes with the circuit breaker on.
func TestADeploymentGoesAsFarAsThereIsRoom(t *testing.T) {
	fifth := func(d *types.TaskDefinition) { d.Cpu, d.Memory = aws.String("204"), aws.String("204") } // of an instance
	port := func(d *types.TaskDefinition) {
		d.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}}
	}
	for _, c := range []struct {
		name             string
		desired          int
		instances        int
		task             func(*types.TaskDefinition)
		maximum, minimum int32
		healthyAfter     time.Duration
	}{
		{"room for one more, and old ones may stop", 4, 1, fifth, 200, 75, 0},
		{"half of the old ones may stop", 4, 1, fifth, 200, 50, 0},
		{"one more at a time", 4, 1, fifth, 200, 100, 0},
		{"no room before old ones have stopped", 5, 1, fifth, 200, 50, 0},
		{"a port on each of three instances", 2, 3, port, 200, 100, 0},
		{"a port on the only instance", 1, 1, port, 200, 0, 0},
		{"healthy late", 7, 2, fifth, 200, 100, 90 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newInstanceFixture(t, c.instances, func(s *state.Service) {
				percentages(c.maximum, c.minimum)(s)
				s.DesiredCount = 0
			})
			deploy := func() { f.deployOnInstances(c.healthyAfter > 0, c.task) }
			deploy()
			f.change(func(s *state.Service) { s.DesiredCount = c.desired })
			f.settle()
			f.change(func(s *state.Service) { s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true) })
			deploy()
			id := f.service().Primary().ID
			for range 1000 { // seconds
				f.schedule()
				switch d := f.service().Primary(); {
				case d.ID != id || d.FailedTasks > 0:
					t.Fatalf("PRIMARY: %+v", d)
				case d.RolloutState == types.DeploymentRolloutStateCompleted:
					return
				}
				f.obeySlowly(c.healthyAfter)
				f.now = f.now.Add(time.Second)
			}
			t.Fatalf("not complete: %+v", f.service().Primary())
		})
	}
}

// obeySlowly is obey for tasks that are healthy some time after they run.
func (f *fixture) obeySlowly(healthyAfter time.Duration) {
	for _, t := range f.tasks() {
		switch {
		case t.Stop != nil:
			f.end(t, "")
		case t.Status.LastStatus != state.Running:
			f.run(t)
		case t.Status.HealthStatus == types.HealthStatusUnknown && !f.now.Before(t.Status.StartedAt.Add(healthyAfter)):
			f.health(t, types.HealthStatusHealthy)
		}
	}
}

// TestWithoutAnyRoomADeploymentFails: nothing stops, and nothing becomes healthy so that it may.
func TestWithoutAnyRoomADeploymentFails(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) {
		percentages(200, 100)(s)
		s.DesiredCount = 4
	})
	f.settle()
	f.change(func(s *state.Service) { s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(false) })
	f.deployOnInstances(false)
	for range 3 {
		f.schedule()
		f.now = f.now.Add(fulfil.RetryPlacement)
	}
	if d := f.service().Primary(); d.RolloutState != types.DeploymentRolloutStateFailed || d.FailedTasks != 3 {
		t.Errorf("PRIMARY: %+v", d)
	}
	f.expectOn("i0 4")
}

// TestStopsThatNoAgentHearsOfMakeNoRoom: the deployment fails, and does not wait for ever.
func TestStopsThatNoAgentHearsOfMakeNoRoom(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) { percentages(200, 0)(s) })
	f.settle()
	f.change(func(s *state.Service) { s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(false) })
	f.instance(0, disconnected)
	f.deployOnInstances(false)
	for range 4 {
		f.schedule()
		f.now = f.now.Add(fulfil.RetryPlacement)
	}
	f.schedule()
	if d := f.service().Primary(); d.RolloutState != types.DeploymentRolloutStateFailed || d.FailedTasks != 3 {
		t.Errorf("PRIMARY: %+v", d)
	}
}

// TestAttemptsCountUntilATaskOfTheDeploymentRuns, where no older task could make room.
func TestAttemptsCountUntilATaskOfTheDeploymentRuns(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) { s.DesiredCount = 5 })
	wait := func() {
		f.schedule()
		f.now = f.now.Add(fulfil.RetryPlacement)
	}
	wait()
	wait()
	f.expect("IN_PROGRESS desired 5 pending 4 running 0 failed 2")
	f.run(f.tasks()[0])
	wait()
	wait()
	f.expect("IN_PROGRESS desired 5 pending 3 running 1 failed 2")
}

// TestTasksAreSpreadOverZonesAndStoppedWhereMostAre is what happens without a strategy.
// i0 and i3 are in one zone.
func TestTasksAreSpreadOverZonesAndStoppedWhereMostAre(t *testing.T) {
	f := newInstanceFixture(t, 4, func(s *state.Service) { s.DesiredCount = 6 })
	f.settle()
	f.expectOn("i0 1, i1 2, i2 2, i3 1")
	f.change(func(s *state.Service) { s.DesiredCount = 4 })
	f.settle()
	f.expectOn("i0 1, i1 1, i2 1, i3 1")
	f.change(func(s *state.Service) { s.DesiredCount = 3 })
	f.settle()
	if on := f.on(); on != "i0 1, i1 1, i2 1" && on != "i1 1, i2 1, i3 1" {
		t.Errorf("tasks on %s", on)
	}
}

// TestBinpackedServiceLeavesTheEmptiestInstance.
func TestBinpackedServiceLeavesTheEmptiestInstance(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) {
		s.DesiredCount = 4
		s.PlacementStrategy = []types.PlacementStrategy{{Type: types.PlacementStrategyTypeBinpack, Field: aws.String("memory")}}
	})
	f.settle()
	f.instance(1, nil)
	f.instance(2, nil)
	f.change(func(s *state.Service) { s.DesiredCount = 6 })
	f.settle()
	if on := f.on(); on != "i0 4, i1 2" && on != "i0 4, i2 2" {
		t.Fatalf("tasks on %s", on)
	}
	f.change(func(s *state.Service) { s.DesiredCount = 4 })
	f.settle()
	f.expectOn("i0 4")
}

// TestLostTasksAreReplaced: the end of a container instance is no failure of its tasks.
func TestLostTasksAreReplaced(t *testing.T) {
	f := newInstanceFixture(t, 3, func(s *state.Service) { s.DesiredCount = 3 })
	f.settle()
	f.expectOn("i0 1, i1 1, i2 1")
	f.lose(1)
	f.schedule()
	if n := f.counts(0); n.Active != 3 || n.Pending != 1 {
		t.Errorf("%+v", n)
	}
	f.settle()
	f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
	if f.service().Primary().Throttle.Failures != 0 {
		t.Errorf("throttled: %+v", f.service().Primary().Throttle)
	}
}

// TestTasksOfADisconnectedAgentGoOn, and no new one is placed there.
func TestTasksOfADisconnectedAgentGoOn(t *testing.T) {
	f := newInstanceFixture(t, 2, nil)
	f.settle()
	f.expectOn("i0 1, i1 1")
	f.instance(0, disconnected)
	f.settle()
	f.expectOn("i0 1, i1 1")
	f.change(func(s *state.Service) { s.DesiredCount = 4 })
	f.settle()
	f.expectOn("i0 1, i1 3")
}
