package ecs

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// checkInstanceCount refuses a list of container instances that is empty or too long
// (ECS0161). That an empty one is refused alike in all operations is the emulator's choice.
func checkInstanceCount(n, most int) error {
	switch {
	case n == 0:
		return invalidParameter("Container instance cannot be empty.")
	case n > most:
		return invalidParameter(fmt.Sprintf("instanceIds can have at most %d items.", most))
	}
	return nil
}

// instanceARN turns an id or ARN of a container instance into its ARN, whether it exists
// or not.
func (c inCluster) instanceARN(ref string) (string, error) {
	id, err := c.memberName(ref, "container-instance")
	if err != nil {
		return "", err
	}
	if len(id) != 32 && len(id) != 36 {
		return "", invalidParameter("instanceId length should be one of [32,36]")
	}
	return c.scope.ContainerInstance(c.cluster.Name, id), nil
}

// registeredInstance returns the container instance that a request is about; unknown and
// INACTIVE ones are errors.
func (c inCluster) registeredInstance(ref string) (*state.ContainerInstance, error) {
	id, err := c.instanceARN(ref)
	if err != nil {
		return nil, err
	}
	instance := c.ContainerInstance(id)
	switch {
	case instance == nil:
		return nil, errInstanceNotFound(id)
	case instance.Status == state.InstanceInactive:
		return nil, errInstanceInactive(id)
	}
	return instance, nil
}

// errInstanceNotFound is for container instances that are unknown. Source: field reports.
func errInstanceNotFound(id string) error {
	return invalidParameter("Referenced container instance " + arn.Name(id) + " not found.")
}

// errInstanceInactive is for container instances that were deregistered. Source: field
// reports, of agents that register again.
func errInstanceInactive(id string) error {
	return clientError("Container instance " + arn.Name(id) + " is inactive.")
}

// describeContainerInstance is a container instance as ECS shows it, with the optional
// members asked for. Source: ECS API reference, ContainerInstance.
func describeContainerInstance(tx *state.Tx, c *state.ContainerInstance, include []types.ContainerInstanceField, now time.Time) types.ContainerInstance {
	usage := tx.InstanceUsage(c.ARN)
	agent := c.AgentAt(now)
	shown := types.ContainerInstance{
		AgentConnected:       c.AgentConnected,
		AgentUpdateStatus:    agent.UpdateStatus,
		Attachments:          []types.Attachment{},
		Attributes:           listed(c.Attributes),
		ContainerInstanceArn: &c.ARN,
		Ec2InstanceId:        optional(&c.EC2InstanceID),
		PendingTasksCount:    int32(usage.Pending),
		RegisteredAt:         instant(&c.RegisteredAt),
		RegisteredResources:  describeResources(&c.Registered),
		RemainingResources:   describeResources(remaining(c, usage)),
		RunningTasksCount:    int32(usage.Running),
		Status:               &c.Status,
		Tags:                 []types.Tag{},
		Version:              usage.Version,
		VersionInfo:          &agent.Version,
	}
	if slices.Contains(include, types.ContainerInstanceFieldTags) {
		shown.Tags = listedTags(c.Tags)
	}
	if slices.Contains(include, types.ContainerInstanceFieldContainerInstanceHealth) {
		shown.HealthStatus = describeInstanceHealth(c, now)
	}
	return shown
}

// describeInstanceHealth is what the agent says of the container runtime. Of a container
// instance without an agent ECS knows nothing.
// Source: ECS developer guide, container instance health.
func describeInstanceHealth(c *state.ContainerInstance, now time.Time) *types.ContainerInstanceHealthStatus {
	if c.ByHand || !c.AgentConnected {
		return &types.ContainerInstanceHealthStatus{
			OverallStatus: types.InstanceHealthCheckStateInsufficientData, Details: []types.InstanceHealthCheckResult{},
		}
	}
	return &types.ContainerInstanceHealthStatus{
		OverallStatus: types.InstanceHealthCheckStateOk,
		Details: []types.InstanceHealthCheckResult{{
			Type: types.InstanceHealthCheckTypeContainerRuntime, Status: types.InstanceHealthCheckStateOk,
			LastUpdated: aws.Time(now), LastStatusChange: instant(&c.RegisteredAt),
		}},
	}
}
