package event_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

// The sentences are ECS's, to the letter: clients match them.
func TestSentences(t *testing.T) {
	for _, c := range []struct {
		event event.Event
		want  string
	}{
		{event.SteadyState{}, "(service web) has reached a steady state."},
		{event.StartedTasks{Tasks: []string{"a", "b"}}, "(service web) has started 2 tasks: (task a) (task b)."},
		{event.StartedTasks{Tasks: []string{"a"}, Replacing: 1}, "(service web) has started 1 tasks: (task a). Amazon ECS replaced 1 tasks due to an unhealthy status."},
		{event.StoppedTasks{Tasks: []string{"a"}}, "(service web) has stopped 1 running tasks: (task a)."},
		{event.DeploymentFailed{Deployment: "ecs-svc/1"}, "(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start."},
		{event.RollingBack{Deployment: "ecs-svc/1"}, "(service web) rolling back to deployment ecs-svc/1."},
		{event.DrainingConnections{Deployment: "ecs-svc/1", Tasks: 2}, "(service web, taskSet ecs-svc/1) has begun draining connections on 2 tasks."},
		{event.UnhealthyTarget{Task: "a", Instance: "i-1", Port: 80, Group: "g", Reason: "Request timed out"}, "(service web) (instance i-1) (port 80) is unhealthy in (target-group g) due to (reason Request timed out)."},
		{
			event.NoPlace{Instance: "i0", Reason: placement.ResourceCPU},
			"(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance i0) has insufficient CPU units available. " +
				"For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
		},
		{
			event.RebalancingStarted{Zones: []event.ZoneTasks{{Zone: "us-east-1a", Tasks: 3}, {Zone: "us-east-1c", Tasks: 1}, {Zone: "us-east-1b"}}},
			"(service web) is not AZ balanced with 3 tasks in us-east-1a, 1 tasks in us-east-1c, 0 tasks in us-east-1b. AZ Rebalancing in progress.",
		},
		{
			event.RebalancingCompleted{Zones: []event.ZoneTasks{{Zone: "us-east-1a", Tasks: 2}, {Zone: "us-east-1c", Tasks: 2}}},
			"(service web) is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1c.",
		},
		{event.RebalancingStopped{}, "(service web) stopped AZ Rebalancing."},
		{event.StartedInZone{Zone: "us-east-1b", Tasks: []string{"a", "b"}}, "(service web) has started 2 tasks in us-east-1b to AZ Rebalance: (task a) (task b)."},
		{event.StoppedInZone{Zone: "us-east-1a", Tasks: []string{"a"}}, "(service web) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: (task a)."},
		{event.NoPlaceInZone{Zone: "us-east-1a", Instance: "i0"}, "(service web) is unable to place a task in us-east-1a because no container instance met all of its requirements."},
		{
			event.ZoneTasksProtected{Deployment: "ecs-svc/1", Tasks: 2},
			"(service web) was unable to AZ Rebalance because (taskSet ecs-svc/1) was unable to scale in due to (reason 2 tasks under protection)",
		},
	} {
		if got := c.event.Message("web"); got != c.want {
			t.Errorf("%T: %q, want %q", c.event, got, c.want)
		}
	}
}

// What EventBridge is told of each kind of event that it is told of.
func TestAnnouncements(t *testing.T) {
	for _, c := range []struct {
		event event.Announced
		want  event.Announcement
	}{
		{event.SteadyState{}, event.Announcement{Type: "INFO", Name: "SERVICE_STEADY_STATE"}},
		{event.StoppedTasks{Tasks: []string{"a"}}, event.Announcement{Type: "INFO", Name: "TASKS_STOPPED"}},
		{event.InconsistentStarts{}, event.Announcement{Type: "WARN", Name: "SERVICE_TASK_START_IMPAIRED"}},
		{event.NotLaunched{Err: "no role"}, event.Announcement{Type: "ERROR", Name: "SERVICE_TASK_CONFIGURATION_FAILURE", Reason: "no role"}},
		{event.NotPlaced{Reason: state.NoCapacity}, event.Announcement{Type: "ERROR", Name: "SERVICE_TASK_PLACEMENT_FAILURE", Reason: "RESOURCE:FARGATE"}},
		{event.NotPlaced{Reason: "ResourceInitializationError: x"}, event.Announcement{Type: "ERROR", Name: "SERVICE_TASK_PLACEMENT_FAILURE", Reason: "ResourceInitializationError: x"}},
		{event.NoPlace{Instance: "i0", Reason: placement.ResourceCPU}, event.Announcement{
			Type: "ERROR", Name: "SERVICE_TASK_PLACEMENT_FAILURE", Reason: "RESOURCE:CPU", ContainerInstances: []string{"i0"},
		}},
		{event.DeploymentFailed{Deployment: "ecs-svc/1", ByBreaker: true}, event.Announcement{
			Type: "ERROR", Name: "SERVICE_DEPLOYMENT_FAILED", Deployment: "ecs-svc/1", Reason: "ECS deployment circuit breaker: tasks failed to start.",
		}},
		{event.DeploymentFailed{Deployment: "ecs-svc/1", Reason: "Service deployment rolled back.", ByBreaker: true}, event.Announcement{
			Type: "ERROR", Name: "SERVICE_DEPLOYMENT_FAILED", Deployment: "ecs-svc/1", Reason: "ECS deployment circuit breaker: tasks failed to start.",
		}},
		{event.DeploymentFailed{Deployment: "ecs-svc/1", Reason: "alarm detected."}, event.Announcement{
			Type: "ERROR", Name: "SERVICE_DEPLOYMENT_FAILED", Deployment: "ecs-svc/1", Reason: "ECS deployment failed: alarm detected.",
		}},
		{event.DeploymentCompleted{Deployment: "ecs-svc/1"}, event.Announcement{
			Type: "INFO", Name: "SERVICE_DEPLOYMENT_COMPLETED", Deployment: "ecs-svc/1", Reason: "ECS deployment ecs-svc/1 completed.",
		}},
		{event.RebalancingStarted{}, event.Announcement{Type: "INFO", Name: "SERVICE_REBALANCING_STARTED"}},
		{event.RebalancingCompleted{}, event.Announcement{Type: "INFO", Name: "SERVICE_REBALANCING_COMPLETED"}},
		{event.RebalancingStopped{}, event.Announcement{Type: "INFO", Name: "SERVICE_REBALANCING_STOPPED"}},
		{event.StartedInZone{}, event.Announcement{Type: "INFO", Name: "TASKS_STARTED"}},
		{event.StoppedInZone{}, event.Announcement{Type: "INFO", Name: "TASKS_STOPPED"}},
		{event.NoPlaceInZone{Zone: "us-east-1a", Instance: "i0", Reason: placement.ResourceCPU}, event.Announcement{
			Type: "ERROR", Name: "SERVICE_TASK_PLACEMENT_FAILURE", Reason: "RESOURCE:CPU", ContainerInstances: []string{"i0"},
		}},
		{event.UnhealthyInstance{}, event.Announcement{Type: "WARN", Name: "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY"}},
		{event.CountUpdated{}, event.Announcement{Type: "INFO", Name: "SERVICE_DESIRED_COUNT_UPDATED"}},
		{event.TasksProtected{}, event.Announcement{Type: "INFO", Name: "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION"}},
		{event.ZoneTasksProtected{}, event.Announcement{Type: "INFO", Name: "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION"}},
	} {
		if diff := cmp.Diff(c.want, c.event.Announcement()); diff != "" {
			t.Errorf("%T (-want +got):\n%s", c.event, diff)
		}
	}
	for _, e := range []event.Event{event.StartedTasks{}, event.StoppedPending{}, event.RegisteredTargets{}, event.Deadlocked{}} {
		if _, is := e.(event.Announced); is {
			t.Errorf("EventBridge is told of %T", e)
		}
	}
}
