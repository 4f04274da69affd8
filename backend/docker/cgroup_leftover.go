package docker

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
)

// hostGroups is where a host shows the groups of version 1, by what they bound.
const hostGroups = "/sys/fs/cgroup"

// removeSandbox removes a sandbox after what was in its control group. If it ended
// before that, as when it crashed, the engine could not remove its group with it, and
// never tries again: so it runs once more, as far as this can be seen from here.
func (e *Engine) removeSandbox(ctx context.Context, id string) error {
	found, err := e.client.ContainerInspect(ctx, id)
	if err != nil {
		return e.remove(ctx, id)
	}
	parent := found.HostConfig.CgroupParent
	if !e.local || isGoverned(parent) {
		err = e.remove(ctx, id)
		if err == nil {
			e.dropGroup(ctx, parent)
		}
		return err
	}
	if found.State.Status == container.StateExited && isFolder(hostGroups+"/memory"+parent+"/"+found.ID) {
		err = e.client.ContainerStart(ctx, found.ID, container.StartOptions{})
		e.log.Debug("sandbox started to remove its control group", "container", found.Name, "error", err)
	}
	err = e.remove(ctx, id)
	if strings.HasPrefix(parent, dockerGroup+"/") {
		e.removeOrphanedGroup(ctx, parent)
	}
	return err
}

// removeOrphanedGroup removes the control group of a sandbox that the engine does not know
// any more, after the last of its children: somebody has removed it before them. Without
// the right to do so, or with other children, it stays.
func (e *Engine) removeOrphanedGroup(ctx context.Context, group string) {
	if _, err := e.client.ContainerInspect(ctx, path.Base(group)); !cerrdefs.IsNotFound(err) {
		return
	}
	folders, _ := filepath.Glob(hostGroups + "/*" + group) // the pattern is well-formed
	for _, folder := range folders {
		if err := os.Remove(folder); err != nil {
			e.log.Debug("control group of a sandbox that is gone not removed", "folder", folder, "error", err)
		}
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
