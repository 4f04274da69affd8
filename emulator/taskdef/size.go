package taskdef

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TaskSize is the room that a task asks for.
type TaskSize struct {
	CPU       int64 // CPU units, 1024 to a vCPU
	MemoryMiB int64
	// CPUText and MemoryText are the same as a task shows them.
	CPUText, MemoryText string
}

// Size tells how much room a task of the definition takes on a container instance:
// the task-level size, or else the sum of its containers', for memory of the soft
// limit where there is one and else of the hard limit. r is the definition with
// overrides applied; nil stands for none.
//
// Source: ECS developer guide, "How Amazon ECS manages CPU and memory resources".
func Size(def *types.TaskDefinition, r *Resolved) TaskSize {
	containers, cpu, memory := def.ContainerDefinitions, value(def.Cpu), value(def.Memory)
	if r != nil {
		containers, cpu, memory = r.Containers, r.CPU, r.Memory
	}
	size := TaskSize{CPU: taskAmount(&cpu), MemoryMiB: taskAmount(&memory), CPUText: cpu, MemoryText: memory}
	if cpu == "" {
		for i := range containers {
			size.CPU += int64(containers[i].Cpu)
		}
		size.CPUText = strconv.FormatInt(size.CPU, 10)
	}
	if memory == "" {
		for i := range containers {
			size.MemoryMiB += containerMemory(&containers[i])
		}
		size.MemoryText = strconv.FormatInt(size.MemoryMiB, 10)
	}
	return size
}

// containerMemory is what a container adds to the memory of its task, in MiB.
func containerMemory(c *types.ContainerDefinition) int64 {
	if reservation := value(c.MemoryReservation); reservation > 0 {
		return int64(reservation)
	}
	return int64(value(c.Memory))
}
