package owner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// isShared reports whether a volume stays when everything else of its owner goes.
func isShared(labels map[string]string) bool {
	return labels[label.KindKey] == string(label.SharedVolume)
}

// removeShared removes shared volumes of any owner that no container uses.
func (r *Registry) removeShared(ctx context.Context, volumes []volume.Volume) (removed int, err error) {
	containers, err := r.Client.ContainerList(ctx, client.ContainerListOptions{All: true})
	if err != nil {
		return 0, err
	}
	var failures []error
	for _, v := range volumes {
		if user := mountsBelow(containers, v.Mountpoint); user != "" {
			err = fmt.Errorf("volume %s is in use by container %s", v.Name, user)
		} else if err = r.Client.VolumeRemove(ctx, v.Name); err == nil {
			removed++
		}
		failures = append(failures, err)
	}
	return removed, errors.Join(failures...)
}

// mountsBelow is the id of a container that mounts a folder of a volume. The engine refuses to remove
// a volume that is mounted as a whole, but does not know of mounts of its folders.
func mountsBelow(containers []container.Summary, volumePath string) (id string) {
	for _, c := range containers {
		for _, m := range c.Mounts {
			if volumePath != "" && strings.HasPrefix(m.Source, volumePath+"/") {
				return c.ID
			}
		}
	}
	return ""
}
