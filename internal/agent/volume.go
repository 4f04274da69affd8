package agent

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/volume"
)

// volumeState is that of a volume, a resource of a task: there before the first container that mounts it is
// created, and, if it lives as long as the task, removed with what the task has left.
// After a restart of the emulator it is asked for again where that is not too late.
//
// Source: amazon-ecs-agent, volume resources.
type volumeState struct {
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

// theVolume stands for a volume of the view where a container's index is wanted.
func theVolume(k int) int { return theSandbox - 1 - k }

// setVolumes says which volumes the task has.
func (v *view) setVolumes(volumes []volumeState) {
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
	return !slices.ContainsFunc(v.volumes, func(each volumeState) bool {
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
	request := w.volumeRequest(&v.definition)
	source, err := w.volumeSource(request)
	return func(ctx context.Context) func() {
		var mount backend.Mount
		if err == nil {
			mount, err = source.Obtain(ctx, h.Engine)
		}
		return func() {
			delete(w.cuts, subject)
			switch {
			case h.Engine.Lost(err): // or the task ends meanwhile
			case err != nil:
				why := request.Failure(err)
				h.agent.Log.Warn("cannot make the volume of a task", "task", w.task.ARN, "volume", v.name(), "reason", why)
				if request.Managed != nil {
					w.view.status.Volume.Reason = cut(why)
				}
				w.fail(why)
			default:
				v.made, v.mount = true, mount
			}
		}
	}
}

// volumeRequest is what the engine is to know of a volume.
func (w *work) volumeRequest(v *types.Volume) volume.Request {
	t := w.task
	return volume.Request{
		Definition: v, EngineName: volumeName(t, aws.ToString(v.Name)), Labels: volumeLabels(t), Managed: managed(t, v), VolumeID: t.Placement.VolumeID,
		TaskARN: t.ARN, Region: t.Scope().Region, OnFargate: t.Placement.ContainerInstance == "",
	}
}

// volumeSource is what the engine is asked for, unless ECS would not get as far as that.
func (w *work) volumeSource(r volume.Request) (volume.Source, error) {
	source, err := w.host.Volumes.Source(r)
	if r.Managed == nil || err != nil {
		return source, err
	}
	if assumes := w.host.agent.AssumesRole; assumes != nil && !assumes(w.task, r.Managed.RoleARN()) {
		return volume.Source{}, volume.RoleError(r.Managed.RoleARN())
	}
	if w.view.runsAsUser(r.Managed.Name) {
		source = source.Writable()
	}
	return source, nil
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

// ownVolumes are the engine's names of all volumes that the task may have which go with it.
func (w *work) ownVolumes() (names []string) {
	for k := range w.view.volumes {
		if name, goes := w.volumeRequest(&w.view.volumes[k].definition).NameWithTask(); goes {
			names = append(names, name)
		}
	}
	return names
}
