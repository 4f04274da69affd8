package state_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestContainersOfATask(t *testing.T) {
	row := &state.Task{ARN: "arn:aws:ecs:us-east-1:1:task/c/cd189a933e5849daa93386466019ab50", Placement: &state.Placement{},
		Status: state.TaskStatus{Containers: []state.Container{{Name: "main", ID: "a"}, {Name: "init", ID: "b"}}}}
	main := row.Status.Container("main")
	if got := row.RuntimeID(main); got != "cd189a933e5849daa93386466019ab50-3935363592" {
		t.Errorf("the runtimeId is %s", got)
	}
	if row.Status.Container("none") != nil {
		t.Error("found a container that is not there")
	}
}
