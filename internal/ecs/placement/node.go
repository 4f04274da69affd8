package placement

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// node is a container instance with what is free of it. It is small, because a pool has
// ten thousand of them and each attempt looks at them all.
type node struct {
	instance    *state.ContainerInstance
	usage       *state.InstanceUsage // as the transaction found it
	cpu, memory int32
	enis, gpus  int16
	kind        kind
	ports       bool // tasks have some
}

// kind is as much of an instance's row as each attempt asks for.
type kind uint8

const (
	other     kind = iota // takes none
	onEC2                 // takes tasks of the launch type EC2
	onPremise             // of EXTERNAL
	onManaged             // of MANAGED_INSTANCES
)

// newNode is an instance of which everything is free.
func newNode(instance *state.ContainerInstance) node {
	has := &instance.Registered
	return node{
		instance: instance, kind: kindOf(instance),
		cpu: int32(has.CPU), memory: int32(has.Memory), enis: int16(has.ENIs), gpus: int16(len(has.GPUs)),
	}
}

// less is a node of which everything is free without what tasks have of it.
func (n node) less(usage *state.InstanceUsage) node {
	n.usage = usage
	n.cpu -= int32(usage.CPU)
	n.memory -= int32(usage.Memory)
	n.enis -= int16(usage.ENIs)
	n.gpus -= int16(len(usage.GPUs))
	n.ports = len(usage.Ports)+len(usage.PortsUDP) > 0
	return n
}

func kindOf(c *state.ContainerInstance) kind {
	if !c.TakesTasks() {
		return other
	}
	return kindFor(c.LaunchType)
}

// kindFor names the instances which take tasks of a launch type.
func kindFor(launchType types.LaunchType) kind {
	switch launchType {
	case types.LaunchTypeExternal:
		return onPremise
	case types.LaunchTypeManagedInstances:
		return onManaged
	}
	return onEC2
}
