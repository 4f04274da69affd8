package docker

import (
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/strslice"
	"github.com/docker/go-units"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

const (
	// cpuPeriod is the length of a scheduling period in microseconds, the kernel's
	// own default.
	cpuPeriod = 100_000
	// minCPUQuota is the least the kernel takes: a millisecond.
	minCPUQuota = 1_000
)

// containerRequest maps a spec to the engine's terms.
func (e *Engine) containerRequest(spec backend.ContainerSpec, sandbox sandboxFacts, taskLimits bool) container.CreateRequest {
	config := &container.Config{
		Image: spec.Image, Labels: e.labels(kindContainer, spec.Labels),
		Entrypoint: strslice.StrSlice(spec.EntryPoint), Cmd: strslice.StrSlice(spec.Command),
		Env: spec.Env, User: spec.User, WorkingDir: spec.WorkingDir,
		Tty: spec.TTY, OpenStdin: spec.OpenStdin,
		Healthcheck: healthcheck(spec.Health),
	}
	host := &container.HostConfig{
		NetworkMode:    container.NetworkMode("none"),
		LogConfig:      logConfig(),
		ReadonlyRootfs: spec.ReadonlyRootfs, Privileged: spec.Privileged,
		CapAdd: strslice.StrSlice(spec.CapAdd), CapDrop: strslice.StrSlice(spec.CapDrop),
		SecurityOpt: spec.SecurityOpt, Sysctls: spec.Sysctls,
		ShmSize: spec.SharedMemory, Tmpfs: spec.Tmpfs, VolumesFrom: spec.VolumesFrom,
		Resources: resources(spec, sandbox, taskLimits),
	}
	if spec.Sandbox != "" {
		host.CgroupParent = sandbox.group
		if spec.Network == "" && spec.Joins == "" && sandbox.ip.IsValid() {
			host.NetworkMode = container.NetworkMode("container:" + spec.Sandbox)
		} else {
			config.Labels[boundLabel] = spec.Sandbox
		}
	}
	if spec.Joins != "" {
		host.NetworkMode = container.NetworkMode("container:" + spec.Joins)
	}
	if spec.Init {
		host.Init = &spec.Init
	}
	host.Binds, host.Mounts = e.mounts(spec.Mounts)
	return container.CreateRequest{Config: config, HostConfig: host}
}

// healthcheck switches off the image's own check when the spec has none: ECS does
// not look at it. Source: ECS API reference, HealthCheck.
func healthcheck(check *backend.HealthCheck) *container.HealthConfig {
	if check == nil {
		return &container.HealthConfig{Test: []string{"NONE"}}
	}
	return &container.HealthConfig{
		Test: check.Test, Interval: check.Interval, Timeout: check.Timeout,
		StartPeriod: check.StartPeriod, Retries: check.Retries,
	}
}

func resources(spec backend.ContainerSpec, sandbox sandboxFacts, taskLimits bool) container.Resources {
	quota, memory := cpuQuota(spec.CPU), cut(spec.Memory, sandbox.memory)
	if !taskLimits && memory == 0 {
		memory = sandbox.memory
	}
	// The kernel refuses a group more time than its parent group has.
	if sandbox.cpuQuota > 0 && (quota > sandbox.cpuQuota || quota == 0 && !taskLimits) {
		quota = sandbox.cpuQuota
	}
	r := container.Resources{
		CPUShares: spec.CPUShares, CPUQuota: quota,
		Memory: memory, MemoryReservation: cut(spec.MemoryReservation, memory),
		MemorySwap: spec.MemorySwap, MemorySwappiness: spec.MemorySwappiness,
	}
	if quota > 0 {
		r.CPUPeriod = cpuPeriod
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

// cut is a limit that does not exceed another one. 0 is none.
func cut(limit, most int64) int64 {
	if most > 0 {
		return min(limit, most)
	}
	return limit
}

// mounts gives paths as binds, whose source the engine makes when it is absent, as
// ECS does for a host volume; and named volumes as mounts, which label a volume
// that they make. A volume that exists stays whose it was.
func (e *Engine) mounts(all []backend.Mount) (binds []string, mounts []mount.Mount) {
	for _, m := range all {
		if m.Volume {
			mounts = append(mounts, mount.Mount{
				Type: mount.TypeVolume, Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly,
				VolumeOptions: &mount.VolumeOptions{Labels: e.labels(kindVolume, nil)},
			})
			continue
		}
		bind := m.Source + ":" + m.Target
		if m.ReadOnly {
			bind += ":ro"
		}
		binds = append(binds, bind)
	}
	return binds, mounts
}

// logConfig bounds what a container that writes without end takes of the disk.
func logConfig() container.LogConfig {
	return container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "20m", "max-file": "2"}}
}

// cpuQuota turns CPU units into microseconds of each period. A quota, unlike the
// engine's CPU count, may exceed what the machine has: a task of 4 vCPU starts on
// 2 cores.
func cpuQuota(cpuUnits int64) int64 {
	if cpuUnits <= 0 {
		return 0
	}
	return max(minCPUQuota, cpuUnits*cpuPeriod/1024)
}

func cpuPeriodFor(cpuUnits int64) int64 {
	if cpuUnits <= 0 {
		return 0
	}
	return cpuPeriod
}
