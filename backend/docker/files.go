package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// makeRoom lets files be put into a container whose root file system is read-only, where the engine takes none: their
// folders become volumes without a name, which have what the image has there and go with the container.
func makeRoom(host *container.HostConfig, files []backend.File) {
	if !host.ReadonlyRootfs {
		return
	}
	for _, f := range files {
		folder := path.Dir(f.Path)
		if !slices.ContainsFunc(host.Mounts, func(m mount.Mount) bool { return path.Clean(m.Target) == folder }) {
			host.Mounts = append(host.Mounts, mount.Mount{Type: mount.TypeVolume, Target: folder})
		}
	}
}

// putFiles puts files into a container that does not run, one at a time: each may be in a volume.
func (e *Engine) putFiles(ctx context.Context, id string, files []backend.File) error {
	for _, f := range files {
		folder, name := path.Split(f.Path)
		to := folder
		if !e.hasFolder(ctx, id, folder) { // the engine makes it with the file
			to, name = "/", strings.TrimPrefix(f.Path, "/")
		}
		_, err := e.client.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: to, Content: packed(name, f.Content)})
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) hasFolder(ctx context.Context, id, folder string) bool {
	_, err := e.client.ContainerStatPath(ctx, id, client.ContainerStatPathOptions{Path: folder})
	return err == nil
}

// packed is an archive of one file that all may read.
func packed(name string, content []byte) *bytes.Buffer {
	var archive bytes.Buffer
	// The buffer grows, and what is written has the size that the header says.
	w := tar.NewWriter(&archive)
	_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))})
	_, _ = w.Write(content)
	_ = w.Close()
	return &archive
}
