package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// minContainerMemory is the least hard or soft limit in MiB that ECS takes: what the
// oldest supported Docker daemon reserves for a container.
// Source: ECS API reference, ContainerDefinition.memory.
const minContainerMemory = 4

// checkContainerSizes checks each container's cpu and memory, then their sums
// against the task's, which checkTaskSize has normalised.
func checkContainerSizes(def *types.TaskDefinition) error {
	return checkSizes(def.ContainerDefinitions, taskAmount(def.Cpu), taskAmount(def.Memory), refuse)
}

// checkSizes is checkContainerSizes for sizes that may come from overrides; fail
// makes the errors.
func checkSizes(containers []types.ContainerDefinition, taskCPU, taskMemory int64, fail func(string, ...any) error) error {
	var cpu, reserved int64
	for i := range containers {
		c := &containers[i]
		if err := checkContainerSize(c, taskMemory, fail); err != nil {
			return err
		}
		cpu += int64(c.Cpu)
		reserved += int64(value(c.MemoryReservation))
	}
	if taskCPU > 0 && cpu > taskCPU {
		return fail("The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.")
	}
	if taskMemory > 0 && reserved > taskMemory {
		return fail("The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.")
	}
	return nil
}

func checkContainerSize(c *types.ContainerDefinition, taskMemory int64, fail func(string, ...any) error) error {
	name, memory, reservation := value(c.Name), value(c.Memory), value(c.MemoryReservation)
	switch {
	case c.Cpu < 0:
		// By analogy with memory; no source.
		return fail("Invalid 'cpu' setting for container '%s'.", name)
	case memory != 0 && memory < minContainerMemory:
		return fail("Invalid 'memory' setting for container '%s'.", name)
	case reservation != 0 && reservation < minContainerMemory:
		// By analogy with memory; no source.
		return fail("Invalid 'memoryReservation' setting for container '%s'.", name)
	case memory == 0 && reservation == 0 && taskMemory == 0:
		return fail("Invalid setting for container '%s'. At least one of 'memory' or 'memoryReservation' must be specified.", name)
	case memory != 0 && reservation > memory:
		return fail("Invalid setting for container '%s'. 'memory' must be greater than or equal to 'memoryReservation'.", name)
	case taskMemory > 0 && int64(memory) > taskMemory:
		return fail("The 'memory' setting for container '%s' is greater than for the task.", name)
	}
	return nil
}
