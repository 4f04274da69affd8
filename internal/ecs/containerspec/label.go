package containerspec

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Labels are those that each container of a task has, also if its definition sets others.
func Labels(t *state.Task, container string) map[string]string {
	return map[string]string{
		containerlabel.Cluster:   ClusterName(t),
		containerlabel.Container: container,
		containerlabel.Task:      t.ARN,
		containerlabel.Family:    t.Spec.FamilyName(),
		containerlabel.Revision:  strconv.Itoa(t.Spec.Revision),
	}
}

// ClusterName is what the container agent calls the task's cluster: on Fargate its ARN, on a
// container instance the name that the agent is configured with.
func ClusterName(t *state.Task) string {
	if t.OnFargate() {
		return t.Spec.ClusterARN
	}
	return arn.Name(t.Spec.ClusterARN)
}
