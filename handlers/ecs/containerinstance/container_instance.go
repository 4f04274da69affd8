package containerinstance

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// describeContainerInstance is a container instance as ECS shows it, with the optional
// members asked for. Source: ECS API reference, ContainerInstance.
func describeContainerInstance(tx *store.Tx, c *state.ContainerInstance, include []types.ContainerInstanceField, now time.Time) types.ContainerInstance {
	usage := state.FindInstanceUsage(tx, c.ARN)
	agent := c.AgentAt(now)
	shown := types.ContainerInstance{
		AgentConnected:       c.AgentConnected,
		AgentUpdateStatus:    agent.UpdateStatus,
		CapacityProviderName: kit.Optional(&c.CapacityProvider),
		Attachments:          []types.Attachment{},
		Attributes:           kit.Listed(c.Attributes),
		ContainerInstanceArn: &c.ARN,
		Ec2InstanceId:        kit.Optional(&c.EC2InstanceID),
		PendingTasksCount:    int32(usage.Pending),
		RegisteredAt:         kit.Instant(&c.RegisteredAt),
		RegisteredResources:  describeResources(&c.Registered),
		RemainingResources:   describeResources(remaining(c, usage)),
		RunningTasksCount:    int32(usage.Running),
		Status:               &c.Status,
		Tags:                 []types.Tag{},
		Version:              usage.Version,
		VersionInfo:          &agent.Version,
	}
	if slices.Contains(include, types.ContainerInstanceFieldTags) {
		shown.Tags = kit.ListedTags(c.Tags)
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
			LastUpdated: aws.Time(now), LastStatusChange: kit.Instant(&c.RegisteredAt),
		}},
	}
}
