package event_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/scheduler/event"
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
	} {
		if got := c.event.Message("web"); got != c.want {
			t.Errorf("%T: %q, want %q", c.event, got, c.want)
		}
	}
}
