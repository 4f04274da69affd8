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

// mountFiles has a container that is to be made mount files. The engine would put them into the mount that is there, which
// may be a folder of the user's.
//
// Only a file that is there can be mounted, so another container, which never runs, has the volume first: a new one, which
// goes with the last container that has it, or the one of the container if that is there. unused removes the first container,
// when the other one is there. The files are never put by way of the other one: Docker 28 cannot, if a mount is read-only.
// Source: moby, daemon/mounts.go.
func (e *Engine) mountFiles(ctx context.Context, c *containers.Creation, files []backend.File) (unused func(), err error) {
	volume := mount.Mount{Type: mount.TypeVolume, Target: filesFolder}
	if known, err := e.containers.Inspect(ctx, c.Name); err == nil {
		for _, m := range known.Mounts {
			if m.Destination == filesFolder {
				volume.Source = m.Name
			}
		}
	}
	made, err := e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{
		Name: e.owner.UniqueName("files"),
		CreateRequest: container.CreateRequest{
			Config:     &container.Config{Labels: e.owner.Labels(label.Filler, nil)},
			HostConfig: &container.HostConfig{NetworkMode: "none", Mounts: []mount.Mount{volume}},
		},
	})
	if err != nil {
		return nil, err
	}
	unused = func() { _ = e.containers.TakeBack(ctx, made.ID) }
	var there []backend.File
	for i, f := range files {
		there = append(there, backend.File{Path: path.Join(filesFolder, strconv.Itoa(i)), Content: f.Content})
	}
	found, err := e.client.ContainerInspect(ctx, made.ID)
	if err == nil {
		err = e.putFiles(ctx, made.ID, there)
	}
	if err != nil {
		unused()
		return nil, err
	}
	for i, f := range files {
		source := path.Join(found.Mounts[0].Source, path.Base(there[i].Path))
		c.HostConfig.Mounts = append(c.HostConfig.Mounts, mount.Mount{Type: mount.TypeBind, Source: source, Target: f.Path})
	}
	c.HostConfig.VolumesFrom = append(c.HostConfig.VolumesFrom, made.ID)
	return unused, nil
}
