package agent

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// volumeState is the state of a volume, a resource of a task: it is there before the first container
// that mounts it is created, and, if it lives as long as the task, removed with what the task has
// left. After a restart of the emulator it is asked for again where that is not too late.
//
// Source: amazon-ecs-agent, volume resources.
type volumeState struct {
	resourceState
	definition types.Volume
	made       bool
	mount      backend.Mount // what containers get of it, but for what mount points say
}

// mountedVolumes are those of a definition's volumes that a container mounts.
func mountedVolumes(volumes []types.Volume, containers []types.ContainerDefinition) (mounted []volumeState) {
	for _, v := range volumes {
		if slices.ContainsFunc(containers, func(c types.ContainerDefinition) bool { return mounts(&c, aws.ToString(v.Name)) }) {
			mounted = append(mounted, volumeState{definition: v})
		}
	}
	return mounted
}

func mounts(c *types.ContainerDefinition, volume string) bool {
	return slices.ContainsFunc(c.MountPoints, func(m types.MountPoint) bool { return aws.ToString(m.SourceVolume) == volume })
}

func (v *volumeState) name() string { return aws.ToString(v.definition.Name) }

// planVolumes asks for the volumes that a container is still to be created with, and for
// a managed one that the task waits for.
func (v *view) planVolumes(add func(verb verb, on resource, why string)) {
	for k := range v.volumes {
		waits := aws.ToBool(v.volumes[k].definition.ConfiguredAtLaunch) && v.lacksVolume()
		if !v.volumes[k].made && (waits || v.awaited(v.volumes[k].name())) {
			add(makeVolume, theVolume(k), "")
		}
	}
}

func (v *view) awaited(volume string) bool {
	for i := range v.definitions {
		phase := v.status.Containers[i].Phase
		if (phase == state.ContainerNone || phase == state.ContainerPulled) && mounts(&v.definitions[i], volume) {
			return true
		}
	}
	return false
}

// hasVolumes reports whether all that a container mounts is there.
func (v *view) hasVolumes(container int) bool {
	return !slices.ContainsFunc(v.volumes, func(each volumeState) bool {
		return !each.made && mounts(&v.definitions[container], each.name())
	})
}

// makingVolumes reports whether one is being made.
func (v *view) makingVolumes() bool {
	for k := range v.volumes {
		if v.state(theVolume(k)).busy {
			return true
		}
	}
	return false
}

// runsAsUser reports whether a container that mounts a volume does not run as root.
func (v *view) runsAsUser(volume string) bool {
	return slices.ContainsFunc(v.definitions, func(d types.ContainerDefinition) bool { return aws.ToString(d.User) != "" && mounts(&d, volume) })
}

// provisions reports whether the task has something of its own, for which it waits in
// PROVISIONING and which it gives back in DEPROVISIONING.
func (v *view) provisions() bool { return !v.plain || v.status.Volume.Status != "" }

// lacksVolume reports whether the task still waits for its managed volume.
func (v *view) lacksVolume() bool {
	return v.status.Volume.Status == "CREATED" || v.status.Volume.Status == "ATTACHING"
}
