package task

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// onInstances reports whether tasks of a launch type run on container instances.
func onInstances(launchType types.LaunchType) bool {
	return launchType != types.LaunchTypeFargate
}

// NetworkMode is the network mode of a definition's tasks on container instances.
// Source: ECS API reference, TaskDefinition.networkMode.
func NetworkMode(def *types.TaskDefinition) types.NetworkMode {
	if def.NetworkMode == "" {
		return types.NetworkModeBridge
	}
	return def.NetworkMode
}

// Reserve is what one task of a definition takes of a container instance. r is the
// definition with overrides applied; nil stands for none. Ports that the container agent
// picks are not in it.
func Reserve(def *types.TaskDefinition, r *taskdef.Resolved) *state.Reservation {
	size, mode, containers := taskdef.Size(def, r), NetworkMode(def), def.ContainerDefinitions
	if r != nil {
		containers = r.Containers
	}
	reserved := &state.Reservation{CPU: int(size.CPU), Memory: int(size.MemoryMiB), ENI: mode == types.NetworkModeAwsvpc}
	for i := range containers {
		for _, need := range containers[i].ResourceRequirements {
			if n, err := strconv.Atoi(aws.ToString(need.Value)); err == nil && need.Type == types.ResourceTypeGpu {
				reserved.GPUs += n
			}
		}
		for _, m := range containers[i].PortMappings {
			port := uint16(aws.ToInt32(m.HostPort))
			if mode == types.NetworkModeHost {
				port = uint16(aws.ToInt32(m.ContainerPort))
			}
			switch {
			case port == 0 || reserved.ENI:
			case m.Protocol == types.TransportProtocolUdp:
				reserved.PortsUDP = append(reserved.PortsUDP, port)
			default:
				reserved.Ports = append(reserved.Ports, port)
			}
		}
	}
	return reserved
}
