package containerinstance

import (
	"encoding/json"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// identity is what an instance identity document says, as far as it matters here. Its
// signature is not checked.
// Source: Amazon EC2 user guide, instance identity documents.
type identity struct {
	InstanceID       string `json:"instanceId"`
	InstanceType     string `json:"instanceType"`
	ImageID          string `json:"imageId"`
	AvailabilityZone string `json:"availabilityZone"`
	Architecture     string `json:"architecture"`
}

// identityOf reads a document. An agent outside of EC2 sends an empty one, so what cannot
// be read says nothing.
func identityOf(document *string) (id identity) {
	if document == nil || json.Unmarshal([]byte(*document), &id) != nil {
		return identity{}
	}
	return id
}

// launchType is whose tasks an instance takes: those of managed nodes of Systems Manager
// are EXTERNAL. Source: ECS developer guide, external instances.
func (id identity) launchType(c *state.ContainerInstance) types.LaunchType {
	_, external := c.Attribute("ecs.capability.external")
	if external || strings.HasPrefix(id.InstanceID, "mi-") {
		return types.LaunchTypeExternal
	}
	return types.LaunchTypeEc2
}

// attributes are those that ECS itself puts on a container instance. An agent may have
// said otherwise. Source: ECS developer guide, built-in attributes.
func (id identity) attributes() []types.Attribute {
	arch := id.Architecture
	if arch == "" {
		arch = "x86_64"
	}
	list := []types.Attribute{
		attribute("ecs.cpu-architecture", arch), attribute("ecs.os-type", "linux"), attribute("ecs.os-family", "LINUX"),
	}
	for _, known := range []types.Attribute{
		attribute("ecs.ami-id", id.ImageID),
		attribute("ecs.availability-zone", id.AvailabilityZone),
		attribute("ecs.instance-type", id.InstanceType),
	} {
		if *known.Value != "" {
			list = append(list, known)
		}
	}
	return list
}

func attribute(name, value string) types.Attribute {
	return types.Attribute{Name: &name, Value: &value}
}
