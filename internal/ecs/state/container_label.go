package state

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// ContainerLabels are those that each container of a task has, also if its definition sets others.
// Source: ECS developer guide; recorded metadata of a Fargate task.
func (t *Task) ContainerLabels(container string) map[string]string {
	return map[string]string{
		LabelCluster:       t.ClusterName(),
		LabelContainerName: container,
		LabelTaskARN:       t.ARN,
		"com.amazonaws.ecs.task-definition-family":  t.Spec.Family,
		"com.amazonaws.ecs.task-definition-version": strconv.Itoa(t.Spec.Revision),
	}
}

// Labels by which tools find containers.
const (
	LabelCluster       = "com.amazonaws.ecs.cluster"
	LabelContainerName = "com.amazonaws.ecs.container-name"
	LabelTaskARN       = "com.amazonaws.ecs.task-arn"
)

// ClusterName is what the container agent calls the task's cluster: on Fargate its ARN, on a
// container instance the name that the agent is configured with.
func (t *Task) ClusterName() string {
	if t.OnFargate() {
		return t.Spec.ClusterARN
	}
	return arn.Name(t.Spec.ClusterARN)
}
