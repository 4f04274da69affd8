package agent

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// volume is a resource of a task: there before the first container that mounts it is
// created, and, if it lives as long as the task, removed with what the task has left.
// After a restart of the emulator it is asked for again where that is not too late.
//
// Source: amazon-ecs-agent, volume resources.
type volume struct {
	definition types.Volume
	made       bool
	mount      backend.Mount // what containers get of it, but for what mount points say
}

// mountedVolumes are those of a definition's volumes that a container mounts.
func mountedVolumes(volumes []types.Volume, containers []types.ContainerDefinition) (mounted []volume) {
	for _, v := range volumes {
		if slices.ContainsFunc(containers, func(c types.ContainerDefinition) bool { return mounts(&c, aws.ToString(v.Name)) }) {
			mounted = append(mounted, volume{definition: v})
		}
	}
	return mounted
}

func mounts(c *types.ContainerDefinition, volume string) bool {
	return slices.ContainsFunc(c.MountPoints, func(m types.MountPoint) bool { return aws.ToString(m.SourceVolume) == volume })
}

func (v *volume) name() string { return aws.ToString(v.definition.Name) }

// livesWithTask reports whether a volume is removed with its task.
func livesWithTask(t *state.Task, v *types.Volume) bool {
	if m := managed(t, v); m != nil {
		return m.GoesWithTask()
	}
	if v.Host != nil && aws.ToString(v.Host.SourcePath) != "" {
		return false
	}
	if d := v.DockerVolumeConfiguration; d != nil {
		return d.Scope != types.ScopeShared
	}
	return v.EfsVolumeConfiguration == nil && v.FsxWindowsFileServerVolumeConfiguration == nil && v.S3filesVolumeConfiguration == nil
}

// theVolume stands for a volume of the view where a container's index is wanted.
func theVolume(k int) int { return theSandbox - 1 - k }

// setVolumes says which volumes the task has.
func (v *view) setVolumes(volumes []volume) {
	v.volumes = volumes
	v.notes = append(v.notes, make([]note, len(volumes))...)
}

// planVolumes asks for the volumes that a container is still to be created with, and for
// a managed one that the task waits for.
func (v *view) planVolumes(add func(verb verb, subject int, why string)) {
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
	return !slices.ContainsFunc(v.volumes, func(each volume) bool {
		return !each.made && mounts(&v.definitions[container], each.name())
	})
}

// makingVolumes reports whether one is being made.
func (v *view) makingVolumes() bool {
	for k := range v.volumes {
		if v.about(theVolume(k)).busy {
			return true
		}
	}
	return false
}

// makeVolume has a volume made, or found.
func (w *work) makeVolume(subject int) run {
	h, v := w.host, &w.view.volumes[theSandbox-1-subject]
	source, err := w.source(&v.definition)
	return func(ctx context.Context) func() {
		var mount backend.Mount
		if err == nil {
			mount, err = h.obtain(ctx, source)
		}
		return func() {
			delete(w.cuts, subject)
			switch {
			case h.Engine.Lost(err): // or the task ends meanwhile
			case err != nil:
				why := volumeFailed(w.task, &v.definition, err)
				h.agent.Log.Warn("cannot make the volume of a task", "task", w.task.ARN, "volume", v.name(), "reason", why)
				if managed(w.task, &v.definition) != nil {
					w.view.status.Volume.Reason = cut(why)
				}
				w.fail(why)
			default:
				v.made, v.mount = true, mount
			}
		}
	}
}

// obtain asks the engine for the source of a volume.
func (h *host) obtain(ctx context.Context, s volumeSource) (mount backend.Mount, err error) {
	switch {
	case s.mustExist:
		_, err = h.Engine.Volume(ctx, s.volume.Name)
	case s.volume.Name != "":
		err = h.Engine.EnsureVolume(ctx, s.volume)
	}
	if err != nil || s.folder.Path == "" {
		return s.mount, err
	}
	path, err := h.Engine.Folder(ctx, s.folder)
	return backend.Mount{Source: path}, err
}

// addVolumes mounts the task's volumes.
func (w *work) addVolumes(spec *backend.ContainerSpec, d *types.ContainerDefinition) {
	for _, m := range d.MountPoints {
		for k := range w.view.volumes {
			if v := &w.view.volumes[k]; v.name() == aws.ToString(m.SourceVolume) {
				mount := v.mount
				mount.Target, mount.ReadOnly = aws.ToString(m.ContainerPath), aws.ToBool(m.ReadOnly)
				spec.Mounts = append(spec.Mounts, mount)
			}
		}
	}
	for _, from := range d.VolumesFrom {
		source := engineName(w.task, aws.ToString(from.SourceContainer))
		if aws.ToBool(from.ReadOnly) {
			source += ":ro"
		}
		spec.VolumesFrom = append(spec.VolumesFrom, source)
	}
}

// volumeName is the engine's name of a volume that lives as long as the task.
func volumeName(t *state.Task, volume string) string { return engineName(t, "volume-"+volume) }

// volumeLabels are those of such a volume.
func volumeLabels(t *state.Task) map[string]string {
	all := labels(t, "")
	delete(all, labelContainerName)
	return all
}

// ownVolumes are the engine's names of all such volumes that the task may have.
func (w *work) ownVolumes() (names []string) {
	for k := range w.view.volumes {
		v := &w.view.volumes[k]
		switch {
		case !livesWithTask(w.task, &v.definition):
		case managed(w.task, &v.definition) != nil:
			names = append(names, managedVolumeName(w.task))
		default:
			names = append(names, volumeName(w.task, v.name()))
		}
	}
	return names
}
