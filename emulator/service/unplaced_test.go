package service

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
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
	if f.awaits != forRoom {
		t.Errorf("the service awaits %d", f.awaits)
	}
	f.instance(1, nil)
	f.settle()
	f.expectOn("i0 4, i1 1")
	f.expect("COMPLETED desired 5 pending 0 running 5 failed 0")
	if f.awaits != nothing {
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
		f.now = f.now.Add(retryPlacement)
	}
	f.settle()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
	if d := f.service().Primary(); d.RestoresID == "" {
		t.Errorf("not rolled back: %+v", d)
	}
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
	if f.service().Throttle.Failures != 0 {
		t.Errorf("throttled: %+v", f.service().Throttle)
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
