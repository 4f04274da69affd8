package agent

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// mountedFolders are those that a container mounts, also from other containers of the task.
func (w *taskRunner) mountedFolders(d *types.ContainerDefinition) (folders []backend.FolderSpec, err error) {
	for k := range w.view.Volumes {
		v := &w.view.Volumes[k].Definition
		if !plan.Mounts(d, aws.ToString(v.Name)) {
			continue
		}
		r := w.volumeRequest(v)
		source, err := w.host.Volumes.Source(r)
		if err != nil {
			return nil, err
		}
		if r.Managed != nil && w.view.RunsAsUser(aws.ToString(v.Name)) {
			source = source.Writable()
		}
		if folder := source.Folder(); folder.Path != "" {
			folders = append(folders, folder)
		}
	}
	for _, from := range d.VolumesFrom { // which was created before, so no circle leads here
		if other := w.view.Definition(aws.ToString(from.SourceContainer)); other != nil {
			more, err := w.mountedFolders(other)
			if err != nil {
				return nil, err
			}
			folders = append(folders, more...)
		}
	}
	return folders, nil
}
