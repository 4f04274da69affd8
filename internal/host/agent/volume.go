package agent

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// makeVolume has a volume made, or found.
func (w *taskRunner) makeVolume(k int) run {
	h, v := w.host, &w.view.Volumes[k]
	request := w.volumeRequest(&v.Definition)
	source, err := w.volumeSource(request)
	return func(ctx context.Context) func() {
		var mount backend.Mount
		if err == nil {
			mount, err = source.Obtain(ctx, h.Engine)
		}
		return func() {
			delete(w.cuts, plan.Volume(k))
			switch {
			case h.Engine.Lost(err): // or the task ends meanwhile
			case err != nil:
				why := request.Failure(err)
				h.agent.Log.Warn("cannot make the volume of a task", "task", w.task.ARN, "volume", v.Name(), "reason", why)
				if request.Managed != nil {
					w.view.Status.Volume.Reason = cut(why)
				}
				w.fail(why)
			default:
				v.Made, v.Mount = true, mount
			}
		}
	}
}

// volumeRequest is what the engine is to know of a volume.
func (w *taskRunner) volumeRequest(v *types.Volume) volume.Request {
	t := w.task
	return volume.Request{
		Definition: v, EngineName: enginename.Volume(t, aws.ToString(v.Name)), Labels: enginename.VolumeLabels(t), Managed: plan.Managed(t, v), VolumeID: t.Placement.VolumeID,
		TaskARN: t.ARN, Region: t.Scope().Region, OnFargate: t.OnFargate(),
	}
}

// volumeSource is what the engine is asked for, unless ECS would not get as far as that.
func (w *taskRunner) volumeSource(r volume.Request) (volume.Source, error) {
	source, err := w.host.Volumes.Source(r)
	if r.Managed == nil || err != nil {
		return source, err
	}
	if assumes := w.host.agent.AssumesRole; assumes != nil && !assumes(w.task, r.Managed.RoleARN()) {
		return volume.Source{}, volume.RoleError(r.Managed.RoleARN())
	}
	if w.view.RunsAsUser(r.Managed.Name) {
		source = source.Writable()
	}
	return source, nil
}

func (w *taskRunner) addVolumes(spec *backend.ContainerSpec, d *types.ContainerDefinition) {
	for _, m := range d.MountPoints {
		for k := range w.view.Volumes {
			if v := &w.view.Volumes[k]; v.Name() == aws.ToString(m.SourceVolume) {
				mount := v.Mount
				mount.Target, mount.ReadOnly = aws.ToString(m.ContainerPath), aws.ToBool(m.ReadOnly)
				spec.Mounts = append(spec.Mounts, mount)
			}
		}
	}
	for _, from := range d.VolumesFrom {
		source := enginename.Of(w.task, aws.ToString(from.SourceContainer))
		if aws.ToBool(from.ReadOnly) {
			source += ":ro"
		}
		spec.VolumesFrom = append(spec.VolumesFrom, source)
	}
}

// ownVolumes are the engine's names of all volumes that the task may have which go with it.
func (w *taskRunner) ownVolumes() (names []string) {
	for k := range w.view.Volumes {
		if name, goes := w.volumeRequest(&w.view.Volumes[k].Definition).NameWithTask(); goes {
			names = append(names, name)
		}
	}
	return names
}
