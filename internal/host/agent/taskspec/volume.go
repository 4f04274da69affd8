package taskspec

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// VolumeRequest is what the engine is to know of a volume.
func (m *Maker) VolumeRequest(v *types.Volume) volume.Request {
	t, name := m.Task, enginename.Volume(m.Task, aws.ToString(v.Name))
	if firelens.IsVolume(v) {
		name = enginename.SocketVolume(t)
	}
	return volume.Request{
		Definition: v, EngineName: name, Labels: enginename.VolumeLabels(t),
		Managed: plan.Managed(t, v), VolumeID: t.Placement.VolumeID, TaskARN: t.ARN, Region: t.Scope().Region, OnFargate: t.OnFargate(),
	}
}

// VolumeSource is what the engine is asked for, unless ECS would not get as far as that.
func (m *Maker) VolumeSource(r volume.Request) (volume.Source, error) {
	source, err := m.Volumes.Source(r)
	if firelens.IsVolume(r.Definition) && err == nil {
		return m.socketSource(source)
	}
	if r.Managed == nil || err != nil {
		return source, err
	}
	if makes := m.MakesVolume; makes != nil && !makes(m.Task, r.Managed) {
		return volume.Source{}, volume.RoleError(r.Managed.RoleARN())
	}
	if m.View.RunsAsUser(r.Managed.Name) {
		source = source.Writable()
	}
	return source, nil
}

func (m *Maker) addVolumes(spec *backend.ContainerSpec, d *types.ContainerDefinition) {
	for _, point := range d.MountPoints {
		for k := range m.View.Volumes {
			if v := &m.View.Volumes[k]; v.Name() == aws.ToString(point.SourceVolume) {
				mount := v.Mount
				mount.Target, mount.ReadOnly = aws.ToString(point.ContainerPath), aws.ToBool(point.ReadOnly)
				spec.Mounts = append(spec.Mounts, mount)
			}
		}
	}
	for _, from := range d.VolumesFrom {
		source := enginename.Of(m.Task, aws.ToString(from.SourceContainer))
		if aws.ToBool(from.ReadOnly) {
			source += ":ro"
		}
		spec.VolumesFrom = append(spec.VolumesFrom, source)
	}
}

// OwnVolumes are the engine's names of all volumes that the task may have which go with it.
func (m *Maker) OwnVolumes() (names []string) {
	for k := range m.View.Volumes {
		if name, goes := m.VolumeRequest(&m.View.Volumes[k].Definition).NameWithTask(); goes {
			names = append(names, name)
		}
	}
	return names
}

// MountedFolders are those that a container mounts, also from other containers of the task.
func (m *Maker) MountedFolders(d *types.ContainerDefinition) (folders []backend.FolderSpec, err error) {
	for k := range m.View.Volumes {
		v := &m.View.Volumes[k].Definition
		if !plan.Mounts(d, aws.ToString(v.Name)) || firelens.IsVolume(v) { // which is the task's own, and new
			continue
		}
		r := m.VolumeRequest(v)
		source, err := m.Volumes.Source(r)
		if err != nil {
			return nil, err
		}
		if r.Managed != nil && m.View.RunsAsUser(aws.ToString(v.Name)) {
			source = source.Writable()
		}
		if folder := source.Folder(); folder.Path != "" {
			folders = append(folders, folder)
		}
	}
	for _, from := range d.VolumesFrom { // which was created before, so no circle leads here
		if other := m.View.Definition(aws.ToString(from.SourceContainer)); other != nil {
			more, err := m.MountedFolders(other)
			if err != nil {
				return nil, err
			}
			folders = append(folders, more...)
		}
	}
	return folders, nil
}
