package containerinstance

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxReservedPorts is how many ports a container instance keeps for itself, of each
// protocol. Source: ECS API reference, ContainerInstance, remainingResources.
const maxReservedPorts = 100

// Names and types of resources. Source: amazon-ecs-agent.
const (
	resourceInteger   = "INTEGER"
	resourceStringSet = "STRINGSET"
)

// registeredResources reads what an instance says that it has. The words of the refusals
// are the emulator's own.
func registeredResources(totals []types.Resource, devices []types.PlatformDevice) (state.Resources, error) {
	var r state.Resources
	for i := range totals {
		total := &totals[i]
		var err error
		switch name := aws.ToString(total.Name); name {
		case "CPU":
			r.CPU, err = integerResource(total)
		case "MEMORY":
			r.Memory, err = integerResource(total)
		case "PORTS":
			r.Ports, err = portResource(total)
		case "PORTS_UDP":
			r.PortsUDP, err = portResource(total)
		case "GPU":
			r.GPUs, err = total.StringSetValue, resourceIs(total, resourceStringSet)
		case "":
			err = kit.InvalidParameter("Resource name can not be empty.")
		default:
			err = kit.Unsupported("the resource " + name)
		}
		if err != nil {
			return r, err
		}
	}
	for _, device := range devices {
		if device.Type != types.PlatformDeviceTypeGpu {
			return r, kit.Unsupported("the platform device type " + string(device.Type))
		}
		r.GPUs = append(slices.Clip(r.GPUs), aws.ToString(device.Id))
	}
	slices.Sort(r.GPUs)
	r.GPUs = slices.Compact(r.GPUs)
	return r, nil
}

func resourceIs(r *types.Resource, want string) error {
	if aws.ToString(r.Type) != want {
		return kit.InvalidParameter(fmt.Sprintf("Resource %s should be of type %s.", aws.ToString(r.Name), want))
	}
	return nil
}

func integerResource(r *types.Resource) (int, error) {
	if err := resourceIs(r, resourceInteger); err != nil {
		return 0, err
	}
	if r.IntegerValue < 0 {
		return 0, kit.InvalidParameter(fmt.Sprintf("Resource %s can not be negative.", *r.Name))
	}
	return int(r.IntegerValue), nil
}

func portResource(r *types.Resource) ([]uint16, error) {
	if err := resourceIs(r, resourceStringSet); err != nil {
		return nil, err
	}
	if len(r.StringSetValue) > maxReservedPorts {
		return nil, kit.InvalidParameter(fmt.Sprintf("Resource %s can have at most %d ports.", *r.Name, maxReservedPorts))
	}
	var ports []uint16
	for _, text := range r.StringSetValue {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return nil, kit.InvalidParameter(fmt.Sprintf("Resource %s has an invalid port: %s.", *r.Name, text))
		}
		if !slices.Contains(ports, uint16(port)) {
			ports = append(ports, uint16(port))
		}
	}
	return ports, nil
}

// remaining is what tasks have left. Ports are those that are taken, by the instance
// itself and by tasks. Source: ECS API reference, ContainerInstance, remainingResources.
func remaining(c *state.ContainerInstance, used *state.InstanceUsage) *state.Resources {
	r := c.Registered
	r.CPU -= used.CPU
	r.Memory -= used.Memory
	r.Ports = taken(r.Ports, used.Ports)
	r.PortsUDP = taken(r.PortsUDP, used.PortsUDP)
	if len(used.GPUs) > 0 {
		r.GPUs = slices.DeleteFunc(slices.Clone(r.GPUs), func(id string) bool { return slices.Contains(used.GPUs, id) })
	}
	return &r
}

func taken(reserved, used []uint16) []uint16 {
	all := slices.Clip(reserved)
	for _, port := range used {
		if !slices.Contains(all, port) {
			all = append(all, port)
		}
	}
	return all
}

// describeResources shows resources in ECS's order. Source: answers in the ECS developer
// guide; that GPU stands there only where there are some is of field reports.
func describeResources(r *state.Resources) []types.Resource {
	shown := []types.Resource{
		{Name: aws.String("CPU"), Type: aws.String(resourceInteger), IntegerValue: int32(r.CPU)},
		{Name: aws.String("MEMORY"), Type: aws.String(resourceInteger), IntegerValue: int32(r.Memory)},
		stringSet("PORTS", portTexts(r.Ports)),
		stringSet("PORTS_UDP", portTexts(r.PortsUDP)),
	}
	if r.GPUs != nil {
		shown = append(shown, stringSet("GPU", r.GPUs))
	}
	return shown
}

func stringSet(name string, values []string) types.Resource {
	return types.Resource{Name: &name, Type: aws.String(resourceStringSet), StringSetValue: values}
}

func portTexts(ports []uint16) []string {
	texts := make([]string, len(ports))
	for i, port := range ports {
		texts[i] = strconv.Itoa(int(port))
	}
	return texts
}
