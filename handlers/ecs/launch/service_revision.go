package launch

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// NewRevision makes a service revision of a launch that has passed Check.
func NewRevision(def *types.TaskDefinition, l Spec) *state.ServiceRevision {
	r := &state.ServiceRevision{
		TaskDefinition:           aws.ToString(def.TaskDefinitionArn),
		CapacityProviderStrategy: l.Capacity.Strategy,
		NetworkConfiguration:     ShownNetwork(l.Network),
		ContainerImages:          containerImages(def),
		Monitoring:               l.Monitoring,
		OnManagedInstances:       l.Capacity.Strategy != nil && l.Capacity.LaunchType == types.LaunchTypeManagedInstances,
	}
	if l.Capacity.Strategy == nil {
		r.LaunchType = l.Capacity.LaunchType
	}
	if l.Capacity.LaunchType == types.LaunchTypeFargate {
		r.PlatformFamily, r.PlatformVersion = "Linux", cmp.Or(l.PlatformVersion, "LATEST")
	}
	return r
}

// containerImages are the images of a definition as a revision shows them before a task
// has run (ECS0101).
func containerImages(def *types.TaskDefinition) []types.ContainerImage {
	var images []types.ContainerImage
	for _, c := range def.ContainerDefinitions {
		images = append(images, types.ContainerImage{ContainerName: c.Name, Image: c.Image})
	}
	return images
}
