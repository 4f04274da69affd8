package containerspec

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

const mebibyte = 1 << 20

// Size bounds all of a task's containers together: CPU units and bytes; 0 is no bound.
// Without a bound of CPU, shares weigh them against other tasks.
type Size struct{ CPU, Memory, Shares int64 }

// NewSize is that of the task level. On a container instance a task may have none: what it
// shows as its size then is the sum of its containers', and bounds nothing.
// Sources: ECS developer guide, task size; amazon-ecs-agent, the shares of a task's cgroup.
func NewSize(cpu, memory string, definitions []types.ContainerDefinition) Size {
	units, _ := strconv.ParseInt(cpu, 10, 64)
	mib, _ := strconv.ParseInt(memory, 10, 64)
	s := Size{CPU: units, Memory: mib * mebibyte}
	for i := range definitions {
		if units == 0 {
			s.Shares = min(s.Shares+cpuShares(&definitions[i]), maxShares)
		}
	}
	return s
}

// Shares that the kernel takes.
const minShares, maxShares = 2, 262_144

// cpuShares are the CPU shares of a container. Source: amazon-ecs-agent.
func cpuShares(d *types.ContainerDefinition) int64 {
	return min(max(minShares, int64(d.Cpu)), maxShares)
}
