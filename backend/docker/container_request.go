package docker

import (
	"maps"
	"slices"

	"github.com/docker/go-units"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
)

// minCPUQuota is the least the kernel takes: a millisecond.
const minCPUQuota = 1_000

// containerRequest maps a spec to the engine's terms.
func (e *Engine) containerRequest(spec backend.ContainerSpec, sandbox sandboxFacts, taskLimits bool) container.CreateRequest {
	config := &container.Config{
		Image: spec.Image, Labels: e.owner.Labels(label.Container, spec.Labels),
		Entrypoint: spec.EntryPoint, Cmd: spec.Command,
		Env: spec.Env, User: spec.User, WorkingDir: spec.WorkingDir,
		Tty: spec.TTY, OpenStdin: spec.OpenStdin,
		Healthcheck: healthcheck(spec.Health), Hostname: spec.Names.Host,
	}
	host := &container.HostConfig{
		NetworkMode: container.NetworkMode("none"),
		DNS:         serverAddresses(spec.Names.Servers), DNSSearch: spec.Names.SearchDomains, ExtraHosts: spec.Names.Hosts,
		PidMode: container.PidMode(namespaceOf(spec.Processes)), IpcMode: container.IpcMode(namespaceOf(spec.IPC)),
		LogConfig:      logDriver(spec.Log),
		ReadonlyRootfs: spec.ReadonlyRootfs, Privileged: spec.Privileged,
		CapAdd: spec.CapAdd, CapDrop: spec.CapDrop,
		SecurityOpt: spec.SecurityOpt, Sysctls: spec.Sysctls,
		ShmSize: spec.SharedMemory, Tmpfs: spec.Tmpfs, VolumesFrom: spec.VolumesFrom,
		Resources: resources(spec, sandbox, taskLimits),
	}
	if spec.Sandbox != "" {
		host.CgroupParent = sandbox.group
		if spec.Network == "" && spec.Joins == "" && sandbox.ip.IsValid() {
			host.NetworkMode = container.NetworkMode("container:" + spec.Sandbox)
		} else {
			config.Labels[label.BoundKey] = spec.Sandbox
		}
	}
	if spec.Joins != "" {
		host.NetworkMode = container.NetworkMode("container:" + spec.Joins)
	}
	if spec.Init {
		host.Init = &spec.Init
	}
	host.Mounts = e.mounts(spec.Mounts)
	return container.CreateRequest{Config: config, HostConfig: host}
}

// namespaceOf is the mode of a container that has a namespace of a sandbox.
func namespaceOf(sandbox string) string {
	if sandbox == "" || sandbox == backend.NoIPC {
		return sandbox
	}
	return "container:" + sandbox
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
		MemorySwap: memorySwap(spec, memory, sandbox, taskLimits), MemorySwappiness: spec.MemorySwappiness,
	}
	if quota > 0 {
		r.CPUPeriod = limits.CPUPeriod
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
func memorySwap(spec backend.ContainerSpec, memory int64, sandbox sandboxFacts, taskLimits bool) int64 {
	switch {
	case memory == 0 || spec.MemorySwap < 0:
		return min(0, spec.MemorySwap)
	case spec.MemorySwap > 0:
		return memory + max(0, spec.MemorySwap-spec.Memory)
	case !taskLimits && sandbox.memory > 0: // whose containers have no swap
		return memory
	default:
		return 0
	}
}

// cut is a limit that does not exceed another one. 0 is none.
func cut(limit, most int64) int64 {
	if most > 0 {
		return min(limit, most)
	}
	return limit
}

// mounts gives each as what has to be there, so that the engine makes nothing of its
// own accord. A volume that was removed meanwhile the engine makes all the same:
// then it has an owner, at least, and what it is to outlive.
func (e *Engine) mounts(all []backend.Mount) (mounts []mount.Mount) {
	for _, m := range all {
		given := mount.Mount{Type: mount.TypeBind, Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly}
		if m.Volume {
			given.Type = mount.TypeVolume
			of := label.Volume
			if m.Shared {
				of = label.SharedVolume
			}
			given.VolumeOptions = &mount.VolumeOptions{NoCopy: m.Bare, Labels: e.owner.Labels(of, nil)}
		}
		mounts = append(mounts, given)
	}
	return mounts
}

// logDriver is what the spec asks for. What is said of json-file goes before the bounds.
func logDriver(log backend.Log) container.LogConfig {
	if log.Driver == "" {
		return logConfig()
	}
	c := container.LogConfig{Type: log.Driver, Config: map[string]string{}}
	if bounded := logConfig(); log.Driver == bounded.Type {
		c = bounded
	}
	maps.Copy(c.Config, log.Options)
	return c
}

// logConfig bounds what a container that writes without end takes of the disk.
func logConfig() container.LogConfig {
	return container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "20m", "max-file": "2"}}
}

// ampleLog is for output of which nothing shall be lost. Docker 20.10 is wrong about the order
// of its files for a reader that follows a log of which a file fills up while it reads the one before:
// it leaves out a file, or begins one again. So files are large: at the rate at which Docker
// takes lines, 10 MB/s, one lasts for five seconds, and a reader of all of it is never that far
// behind; see internal/agent. Together they are what the reader may miss while it is away.
// Files are not compressed, as they are read soon. Podman has no driver local.
func ampleLog(drivers []string) container.LogConfig {
	c := container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "50m", "max-file": "4"}}
	if slices.Contains(drivers, "local") {
		c.Type, c.Config["compress"] = "local", "false"
	}
	return c
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

func cpuPeriodFor(cpuUnits int64) int64 {
	if cpuUnits <= 0 {
		return 0
	}
	return limits.CPUPeriod
}
