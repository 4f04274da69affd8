package docker

import (
	"context"
	"path"
	"strconv"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// filesFolder is where a container has the volume of the files that are mounted in it.
const filesFolder = "/.ecs-emulator/files"

// mountFiles has a container that is to be made mount files, and returns them as they are in the volume where it has
// them. The engine would put them into the mount that is there, which may be a folder of the user's.
//
// Only a file that is there can be mounted, so another container, which never runs, has the volume first. The volume has no
// name: it goes with the last container that has it. unused removes the first one, when the other one is there.
// Source: moby, daemon/mounts.go.
func (e *Engine) mountFiles(
	ctx context.Context, c *containers.Creation, files []backend.File,
) (there []backend.File, unused func(), err error) {
	made, err := e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{
		Name: e.owner.UniqueName("files"),
		CreateRequest: container.CreateRequest{
			Config:     &container.Config{Labels: e.owner.Labels(label.Filler, nil)},
			HostConfig: &container.HostConfig{NetworkMode: "none", Mounts: []mount.Mount{{Type: mount.TypeVolume, Target: filesFolder}}},
		},
	})
	if err != nil {
		return nil, nil, err
	}
	unused = func() { _ = e.containers.TakeBack(ctx, made.ID) }
	for i, f := range files {
		there = append(there, backend.File{Path: path.Join(filesFolder, strconv.Itoa(i)), Content: f.Content})
	}
	found, err := e.client.ContainerInspect(ctx, made.ID)
	if err == nil {
		err = e.putFiles(ctx, made.ID, there)
	}
	if err != nil {
		unused()
		return nil, nil, err
	}
	for i, f := range files {
		source := path.Join(found.Mounts[0].Source, path.Base(there[i].Path))
		c.HostConfig.Mounts = append(c.HostConfig.Mounts, mount.Mount{Type: mount.TypeBind, Source: source, Target: f.Path})
	}
	c.HostConfig.VolumesFrom = append(c.HostConfig.VolumesFrom, made.ID)
	return there, unused, nil
}
