package plan

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// VolumeState is the state of a volume, a resource of a task: it is there before the first container
// that mounts it is created, and, if it lives as long as the task, removed with what the task has
// left. After a restart of the emulator it is asked for again where that is not too late.
//
// Source: amazon-ecs-agent, volume resources.
type VolumeState struct {
	resourceState
	Definition types.Volume
	Made       bool
	Mount      backend.Mount // what containers get of it, but for what mount points say
	Socket     string        // of the log router, on the engine's host, if the volume is for that
}

// MountedVolumes are the volumes of a definition that a container mounts.
func MountedVolumes(volumes []types.Volume, containers []types.ContainerDefinition) (mounted []VolumeState) {
	for _, v := range volumes {
		if slices.ContainsFunc(containers, func(c types.ContainerDefinition) bool { return Mounts(&c, aws.ToString(v.Name)) }) {
			mounted = append(mounted, VolumeState{Definition: v})
		}
	}
	return mounted
}

// Mounts reports whether a container has a volume, or, of the log router's, needs it to send its output there.
func Mounts(c *types.ContainerDefinition, volume string) bool {
	return volume == firelens.Volume && firelens.Uses(c) || hasMountPoint(c, volume)
}

func hasMountPoint(c *types.ContainerDefinition, volume string) bool {
	return slices.ContainsFunc(c.MountPoints, func(m types.MountPoint) bool { return aws.ToString(m.SourceVolume) == volume })
}

func (v *VolumeState) Name() string { return aws.ToString(v.Definition.Name) }

// planVolumes asks for the volumes that a container is still to be created with, and for
// a managed one that the task waits for.
func (v *View) planVolumes(add func(verb Verb, on Resource, why string)) {
	for k := range v.Volumes {
		waits := aws.ToBool(v.Volumes[k].Definition.ConfiguredAtLaunch) && v.lacksVolume()
		if !v.Volumes[k].Made && (waits || v.awaited(v.Volumes[k].Name())) {
			add(MakeVolume, Volume(k), "")
		}
	}
}

func (v *View) awaited(volume string) bool {
	for i := range v.Definitions {
		phase := v.Status.Containers[i].Phase
		if (phase == state.ContainerNone || phase == state.ContainerPulled) && Mounts(&v.Definitions[i], volume) {
			return true
		}
	}
	return false
}

// hasVolumes reports whether all that a container mounts is there.
func (v *View) hasVolumes(container int) bool {
	return !slices.ContainsFunc(v.Volumes, func(each VolumeState) bool {
		return !each.Made && Mounts(&v.Definitions[container], each.Name())
	})
}

// makingVolumes reports whether one is being made.
func (v *View) makingVolumes() bool {
	for k := range v.Volumes {
		if v.State(Volume(k)).Busy {
			return true
		}
	}
	return false
}

// RunsAsUser reports whether a container that mounts a volume does not run as root.
func (v *View) RunsAsUser(volume string) bool {
	return slices.ContainsFunc(v.Definitions, func(d types.ContainerDefinition) bool {
		return aws.ToString(d.User) != "" && hasMountPoint(&d, volume)
	})
}

// Provisions reports whether the task has something of its own, for which it waits in
// PROVISIONING and which it gives back in DEPROVISIONING.
func (v *View) Provisions() bool { return !v.Plain || v.Status.Volume.Status != "" }

// lacksVolume reports whether the task still waits for its managed volume.
func (v *View) lacksVolume() bool {
	return v.Status.Volume.Status == "CREATED" || v.Status.Volume.Status == "ATTACHING"
}

// Managed is the volume that ECS makes for a task in place of one of its definition; nil
// where that one is of another kind.
func Managed(t *state.Task, v *types.Volume) *state.ManagedVolume {
	if !aws.ToBool(v.ConfiguredAtLaunch) {
		return nil
	}
	return t.Spec.Volume
}

// NextVolumeStatus derives how the managed volume of a task fares, and reports whether that is new. When
// it is there, it is attached as the task gets its network. That both come together is the emulator's own.
func (v *View) NextVolumeStatus(t *state.Task) (changed bool) {
	s := &v.Status.Volume
	made := slices.ContainsFunc(v.Volumes, func(is VolumeState) bool { return is.Made && Managed(t, &is.Definition) != nil })
	if s.Status == "" || v.Stop != nil || !made {
		return false
	}
	next := s.Status
	switch {
	case v.Sandbox == SandboxRunning:
		next = "ATTACHED"
	case s.Status == "CREATED":
		next = "ATTACHING"
	}
	if next == s.Status {
		return false
	}
	s.Status, s.ID = next, t.Placement.VolumeID
	return true
}
