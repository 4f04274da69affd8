package containerinstance

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// StateChange is the event of a change of a container instance, or of what its
// tasks have of it.
// Source: ECS developer guide, container instance state change events.
func StateChange(c *state.ContainerInstance, usage *state.InstanceUsage, at time.Time) []byte {
	agent := c.AgentAt(at)
	return kit.NewEvent("ECS Container Instance State Change", c.ARN, usage.Version, at, &instanceDetail{
		AgentConnected: c.AgentConnected, AgentUpdateStatus: agent.UpdateStatus, Attributes: kit.Listed(c.Attributes),
		ClusterArn: aws.String(c.ClusterARN()), ContainerInstanceArn: &c.ARN, Ec2InstanceId: kit.Optional(&c.EC2InstanceID),
		RegisteredResources: resourceDetails(&c.Registered), RemainingResources: resourceDetails(remaining(c, usage)),
		Status: &c.Status, UpdatedAt: kit.EventTime(&at), Version: usage.Version, VersionInfo: &agent.Version,
	})
}

// instanceDetail is a container instance as events show it.
type instanceDetail struct {
	AgentConnected       bool
	AgentUpdateStatus    types.AgentUpdateStatus
	Attributes           []types.Attribute
	ClusterArn           *string
	ContainerInstanceArn *string
	Ec2InstanceId        *string
	RegisteredResources  []resourceDetail
	RemainingResources   []resourceDetail
	Status               *string
	UpdatedAt            *string
	Version              int64
	VersionInfo          *types.VersionInfo
}

// resourceDetail has the value of its type alone.
type resourceDetail struct {
	IntegerValue   *int32
	Name           *string
	StringSetValue []string
	Type           *string
}

func resourceDetails(r *state.Resources) []resourceDetail {
	var details []resourceDetail
	for _, shown := range describeResources(r) {
		detail := resourceDetail{Name: shown.Name, Type: shown.Type, StringSetValue: shown.StringSetValue}
		if *shown.Type == resourceInteger {
			detail.IntegerValue = aws.Int32(shown.IntegerValue)
		}
		details = append(details, detail)
	}
	return details
}
