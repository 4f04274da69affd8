package taskdef

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// TaskSize is the room that a task asks for.
type TaskSize struct {
	CPU       int64 // CPU units, 1024 to a vCPU
	MemoryMiB int64
	// CPUText and MemoryText are what a task shows as its size.
	CPUText, MemoryText string
}

// Size tells how much room a task of the definition takes on a container instance:
// the task-level size, or else the sum of its containers', for memory of the soft
// limit where there is one and else of the hard limit. r is the definition with
// overrides applied; nil stands for none. Where the task has no memory of its own, files in
// memory take room beside that of their containers; that the task does not show it is the
// emulator's own.
//
// Source: ECS developer guide, "How Amazon ECS manages CPU and memory resources"; of files in
// memory, ECS0191.
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
		files := int64(0)
		for i := range containers {
			size.MemoryMiB += containerMemory(&containers[i])
			files += filesInMemory(containers[i].LinuxParameters)
		}
		size.MemoryText = strconv.FormatInt(size.MemoryMiB, 10)
		size.MemoryMiB += files
	}
	return size
}

// filesInMemory is the room for shared memory and tmpfs mounts, in MiB.
func filesInMemory(l *types.LinuxParameters) (mib int64) {
	if l == nil {
		return 0
	}
	for i := range l.Tmpfs {
		mib += int64(l.Tmpfs[i].Size)
	}
	return mib + int64(value(l.SharedMemorySize))
}

// containerMemory is what a container adds to the memory of its task, in MiB.
func containerMemory(c *types.ContainerDefinition) int64 {
	if reservation := value(c.MemoryReservation); reservation > 0 {
		return int64(reservation)
	}
	return int64(value(c.Memory))
}
