package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"maps"
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

// splitFiles tells which files of a container are in its own file system, and which are where a mount hides it.
func (e *Engine) splitFiles(ctx context.Context, spec backend.ContainerSpec) (own, hidden []backend.File, err error) {
	if len(spec.Files) == 0 {
		return nil, nil, nil
	}
	targets := slices.Collect(maps.Keys(spec.Tmpfs))
	for _, m := range spec.Mounts {
		targets = append(targets, m.Target)
	}
	for _, from := range spec.VolumesFrom {
		name, _, _ := strings.Cut(from, ":")
		found, err := e.client.ContainerInspect(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range found.Mounts {
			targets = append(targets, m.Destination)
		}
	}
	for _, f := range spec.Files {
		below := func(target string) bool {
			return strings.HasPrefix(f.Path+"/", strings.TrimSuffix(path.Clean(target), "/")+"/")
		}
		if slices.ContainsFunc(targets, below) {
			hidden = append(hidden, f)
		} else {
			own = append(own, f)
		}
	}
	return own, hidden, nil
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
