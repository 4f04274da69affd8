package request

import (
	"github.com/docker/go-units"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
)

// minCPUQuota is the least the kernel takes: a millisecond.
const minCPUQuota = 1_000

func resources(spec backend.ContainerSpec, sandbox Sandbox, taskLimits bool) container.Resources {
	quota, memory := cpuQuota(spec.CPU), cut(spec.Memory, sandbox.Memory)
	if !taskLimits && memory == 0 {
		memory = sandbox.Memory
	}
	// The kernel refuses a group more time than its parent group has.
	if sandbox.CPUQuota > 0 && (quota > sandbox.CPUQuota || quota == 0 && !taskLimits) {
		quota = sandbox.CPUQuota
	}
	r := container.Resources{
		CPUShares: spec.CPUShares, CPUQuota: quota, CPUPeriod: periodOf(quota),
		Memory: memory, MemoryReservation: cut(spec.MemoryReservation, memory),
		MemorySwap: memorySwap(spec, memory, sandbox, taskLimits), MemorySwappiness: spec.MemorySwappiness,
	}
	for _, limit := range spec.Ulimits {
		r.Ulimits = append(r.Ulimits, &units.Ulimit{Name: limit.Name, Soft: limit.Soft, Hard: limit.Hard})
	}
	for _, device := range spec.Devices {
		r.Devices = append(r.Devices, container.DeviceMapping{
			PathOnHost: device.HostPath, PathInContainer: device.ContainerPath, CgroupPermissions: device.Permissions,
		})
	}
	return r
}

// memorySwap is what a container may use of memory and swap together. Without a limit of
// memory the engine takes none; 0 leaves it to the engine.
func memorySwap(spec backend.ContainerSpec, memory int64, sandbox Sandbox, taskLimits bool) int64 {
	switch {
	case memory == 0 || spec.MemorySwap < 0:
		return min(0, spec.MemorySwap)
	case spec.MemorySwap > 0:
		return memory + max(0, spec.MemorySwap-spec.Memory)
	case !taskLimits && sandbox.Memory > 0: // whose containers have no swap
		return memory
	default:
		return 0
	}
}

// cut is limit, but at most most. 0 is no limit.
func cut(limit, most int64) int64 {
	if most > 0 {
		return min(limit, most)
	}
	return limit
}

// cpuQuota turns CPU units into microseconds of each period. A quota, unlike the
// engine's CPU count, may exceed what the machine has: a task of 4 vCPU starts on
// 2 cores.
func cpuQuota(cpuUnits int64) int64 {
	if cpuUnits <= 0 {
		return 0
	}
	return max(minCPUQuota, cpuUnits*limits.CPUPeriod/1024)
}

// periodOf is the period of a quota; without one there is none.
func periodOf(quota int64) int64 {
	if quota <= 0 {
		return 0
	}
	return limits.CPUPeriod
}
