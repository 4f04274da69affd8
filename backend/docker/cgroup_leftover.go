package docker

import (
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// hostGroups is where a host shows the groups of version 1, by what they bound.
const hostGroups = "/sys/fs/cgroup"

// removeSandbox removes a sandbox after what was in its control group. If it ended
// before that, as when it crashed, the engine could not remove its group with it, and
// never tries again: so it runs once more, as far as this can be seen from here.
func (e *Engine) removeSandbox(ctx context.Context, id string) error {
	found, err := e.client.ContainerInspect(ctx, id)
	if cerrdefs.IsNotFound(err) { // somebody else has removed it, perhaps before what was in it
		if its, known := e.containers.Forget(id); known && its.Sandbox {
			e.removeGroup(ctx, groupOf(its.CgroupParent, id))
		}
		return nil
	}
	if err != nil {
		return e.containers.Remove(ctx, id)
	}
	parent := found.HostConfig.CgroupParent
	if !e.local || isGoverned(parent) {
		err = e.containers.Remove(ctx, id)
		if err == nil {
			e.containers.Forget(found.ID)
			e.dropGroup(ctx, parent)
		}
		return err
	}
	if found.State.Status == container.StateExited && isFolder(hostGroups+"/memory"+parent+"/"+found.ID) {
		err = e.client.ContainerStart(ctx, found.ID)
		e.log.Debug("sandbox started to remove its control group", "container", found.Name, "error", err)
	}
	err = e.containers.Remove(ctx, id)
	if err == nil {
		e.containers.Forget(found.ID)
	}
	if strings.HasPrefix(parent, dockerGroup+"/") {
		e.removeOrphanedGroup(ctx, parent)
	}
	return err
}

// removeLostGroups removes the groups of sandboxes that somebody else has removed, those
// first that are in others.
func (e *Engine) removeLostGroups(ctx context.Context) {
	var lost []string
	for id, its := range e.containers.All() {
		if its.Sandbox {
			lost = append(lost, groupOf(its.CgroupParent, id))
		}
	}
	slices.SortFunc(lost, func(a, b string) int { return len(b) - len(a) })
	for _, group := range lost {
		e.removeGroup(ctx, group)
	}
}

// groupsWithoutSandbox are those of containers whose sandbox somebody else has removed, and
// what these groups are in.
func (e *Engine) groupsWithoutSandbox(ctx context.Context, all []container.Summary) (groups []string) {
	for _, c := range all {
		sandbox := cmp.Or(c.Labels[label.BoundKey], container.NetworkMode(c.HostConfig.NetworkMode).ConnectedContainer())
		if sandbox == "" || slices.ContainsFunc(all, func(other container.Summary) bool { return other.ID == sandbox }) {
			continue
		}
		found, err := e.client.ContainerInspect(ctx, c.ID)
		if err != nil {
			continue // it is gone as well
		}
		for group := found.HostConfig.CgroupParent; path.Dir(group) != group; group = path.Dir(group) {
			groups = append(groups, group)
		}
	}
	return groups
}

// removeGroup removes the group of a sandbox that is gone, if there is nothing in it.
func (e *Engine) removeGroup(ctx context.Context, group string) {
	switch {
	case isGoverned(group):
		e.dropGroup(ctx, group)
	case e.local && strings.HasPrefix(group, dockerGroup+"/"):
		e.removeOrphanedGroup(ctx, group)
	}
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
