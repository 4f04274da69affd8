// Package request maps specs to the requests of the engine.
package request

import (
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// Container is the request for a container of an owner. taskLimits says that the group of its sandbox
// bounds it.
func Container(owner label.Owner, spec backend.ContainerSpec, sandbox Sandbox, taskLimits bool) container.CreateRequest {
	config := &container.Config{
		Image: spec.Image, Labels: owner.Labels(label.Container, spec.Labels),
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
		host.CgroupParent = sandbox.Group
		if spec.Network == "" && spec.Joins == "" && sandbox.IP.IsValid() {
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
	host.Mounts = mounts(owner, spec.Mounts)
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

// mounts has the engine refuse folders that are not there, instead of making them. It makes a volume
// that was removed meanwhile all the same, so the volume gets the labels of its owner and kind.
func mounts(owner label.Owner, all []backend.Mount) (mounts []mount.Mount) {
	for _, m := range all {
		given := mount.Mount{Type: mount.TypeBind, Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly}
		if m.Volume {
			given.Type = mount.TypeVolume
			of := label.Volume
			if m.Shared {
				of = label.SharedVolume
			}
			given.VolumeOptions = &mount.VolumeOptions{NoCopy: m.Bare, Labels: owner.Labels(of, nil)}
		}
		mounts = append(mounts, given)
	}
	return mounts
}
