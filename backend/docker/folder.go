package docker

import (
	"context"
	"fmt"
	"path"
	"strconv"

	"github.com/moby/moby/api/types/mount"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/errand"
)

// Folder implements backend.Engine. Only a container on the engine's host sees its folders: the sandbox
// program looks in one, or makes the folder.
//
// Newer engines mount a folder of a volume themselves; Debian's does not.
// Source: Docker Engine API version history, v1.45.
func (e *Engine) Folder(ctx context.Context, spec backend.FolderSpec) (string, error) {
	at := mount.Mount{Type: mount.TypeBind, Source: spec.Source, Target: errand.Path, ReadOnly: spec.Make == 0}
	source := spec.Source
	if spec.Volume {
		found, err := e.inspectVolume(ctx, spec.Source)
		if err != nil {
			return "", err
		}
		at.Type, at.VolumeOptions = mount.TypeVolume, &mount.VolumeOptions{NoCopy: true}
		source = found.Mountpoint
	}
	words := []string{"folder", path.Clean(spec.Path)}
	if spec.Make != 0 {
		words = append(words, strconv.FormatUint(uint64(spec.Make.Perm()), 8))
	}
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return "", dockerapi.Classify(err)
	}
	answer, err := e.errands.Run(ctx, at, words...)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	found := path.Join(source, spec.Path)
	switch answer {
	case "done\n":
		return found, nil
	case "missing\n":
		return "", &backend.NotFoundError{Kind: backend.KindFolder, Err: fmt.Errorf("%s: no such file or directory", found)}
	case "outside\n":
		return "", fmt.Errorf("%s: %w", found, backend.ErrOutside)
	}
	return "", fmt.Errorf("%s: %s", found, answer)
}
