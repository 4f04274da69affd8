package state_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/google/uuid"
)

func TestEndpointIDOfAContainer(t *testing.T) {
	row := &state.Task{ARN: "arn:aws:ecs:us-east-1:1:task/c/cd189a933e5849daa93386466019ab50", Placement: &state.Placement{},
		Status: state.TaskStatus{Containers: []state.Container{{Name: "main", ID: "a"}, {Name: "init", ID: "b"}}}}
	main, other := row.Status.Container("main"), row.Status.Container("init")
	if got := row.EndpointID(main); got != "cd189a933e5849daa93386466019ab50-3935363592" {
		t.Errorf("on Fargate %s, which is not the runtimeId", got)
	}
	row.Placement = &state.Placement{ContainerInstance: "i"}
	id := row.EndpointID(main)
	if _, err := uuid.Parse(id); err != nil || id == row.EndpointID(other) || id != row.EndpointID(main) {
		t.Errorf("on a container instance %s, and of another container %s", id, row.EndpointID(other))
	}
	if row.Status.Container("none") != nil {
		t.Error("found a container that is not there")
	}
}
