package state

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// FargateCPU counts the CPU units that tasks have of Fargate, until they are STOPPED. When AWS gives the
// vCPUs of a task back is not published: here with its end, as a container instance has its room back.
type FargateCPU struct{ OnDemand, Spot int }

// add takes n tasks more into account of a size in CPU units, as registration writes it.
func (u *FargateCPU) add(launchType types.LaunchType, provider, size string, n int) {
	if launchType != types.LaunchTypeFargate {
		return
	}
	cpu, _ := strconv.Atoi(size)
	if provider == "FARGATE_SPOT" {
		u.Spot += n * cpu
	} else {
		u.OnDemand += n * cpu
	}
}
