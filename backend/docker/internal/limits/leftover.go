package limits

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
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// hostGroups is the folder of the groups of version 1: one for each kind of limit.
const hostGroups = "/sys/fs/cgroup"

// RemoveSandbox removes a sandbox after what was in its control group. If it ended
// before that, as when it crashed, the engine could not remove its group with it, and
// never tries again: so it runs once more, as far as this can be seen from here.
func (m *Manager) RemoveSandbox(ctx context.Context, id string) error {
	found, err := m.Client.ContainerInspect(ctx, id)
	if cerrdefs.IsNotFound(err) { // something else has removed it, perhaps before what was in it
		if its, known := m.Containers.Forget(id); known && its.Sandbox {
			m.RemoveGroup(ctx, GroupOf(its.CgroupParent, id))
		}
		return nil
	}
	if err != nil {
		return m.Containers.Remove(ctx, id)
	}
	parent := found.HostConfig.CgroupParent
	if !m.Local || isManaged(parent) {
		err = m.Containers.Remove(ctx, id)
		if err == nil {
			m.Containers.Forget(found.ID)
			m.Drop(ctx, parent)
		}
		return err
	}
	if found.State.Status == container.StateExited && isFolder(hostGroups+"/memory"+parent+"/"+found.ID) {
		err = m.Client.ContainerStart(ctx, found.ID)
		m.Log.Debug("sandbox started to remove its control group", "container", found.Name, "error", err)
	}
	err = m.Containers.Remove(ctx, id)
	if err == nil {
		m.Containers.Forget(found.ID)
	}
	if strings.HasPrefix(parent, dockerGroup+"/") {
		m.removeOrphanedGroup(ctx, parent)
	}
	return err
}

// RemoveLost removes the groups of sandboxes that others have removed, the innermost first.
func (m *Manager) RemoveLost(ctx context.Context) {
	var lost []string
	for id, its := range m.Containers.All() {
		if its.Sandbox {
			lost = append(lost, GroupOf(its.CgroupParent, id))
		}
	}
	sorting.By(lost, func(a, b string) int { return len(b) - len(a) })
	for _, group := range lost {
		m.RemoveGroup(ctx, group)
	}
}

// WithoutSandbox are the groups of containers whose sandbox others have removed, with the groups
// around them.
func (m *Manager) WithoutSandbox(ctx context.Context, all []container.Summary) (Layout []string) {
	for _, c := range all {
		sandbox := cmp.Or(c.Labels[label.BoundKey], container.NetworkMode(c.HostConfig.NetworkMode).ConnectedContainer())
		if sandbox == "" || slices.ContainsFunc(all, func(other container.Summary) bool { return other.ID == sandbox }) {
			continue
		}
		found, err := m.Client.ContainerInspect(ctx, c.ID)
		if err != nil {
			continue // it is gone as well
		}
		for group := found.HostConfig.CgroupParent; path.Dir(group) != group; group = path.Dir(group) {
			Layout = append(Layout, group)
		}
	}
	return Layout
}

// RemoveGroup removes the group of a sandbox that is gone, if there is nothing in it.
func (m *Manager) RemoveGroup(ctx context.Context, group string) {
	switch {
	case isManaged(group):
		m.Drop(ctx, group)
	case m.Local && strings.HasPrefix(group, dockerGroup+"/"):
		m.removeOrphanedGroup(ctx, group)
	}
}

// removeOrphanedGroup removes the control group of a sandbox that the engine does not know
// any more, after the last of its children: it was removed before them. Without
// the right to do so, or with other children, it stays.
func (m *Manager) removeOrphanedGroup(ctx context.Context, group string) {
	if _, err := m.Client.ContainerInspect(ctx, path.Base(group)); !cerrdefs.IsNotFound(err) {
		return
	}
	folders, _ := filepath.Glob(hostGroups + "/*" + group) // the pattern is well-formed
	for _, folder := range folders {
		if err := os.Remove(folder); err != nil {
			m.Log.Debug("control group of a sandbox that is gone not removed", "folder", folder, "error", err)
		}
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
