package enginecall

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func (t timed) EnsureVolume(ctx context.Context, spec backend.VolumeSpec) error {
	return limitError(ctx, t, "created", volumeTimeout, func(ctx context.Context) error { return t.Engine.EnsureVolume(ctx, spec) })
}

func (t timed) Volume(ctx context.Context, name string) (backend.Volume, error) {
	return limit(ctx, t, "inspected", volumeTimeout, with(t.Engine.Volume, name))
}

func (t timed) Folder(ctx context.Context, spec backend.FolderSpec) (string, error) {
	return limit(ctx, t, "created", volumeTimeout, with(t.Engine.Folder, spec))
}

// FindAgain looks for folders right before a container starts with them, as Folder did before the
// container was made: the engine mounts them by their paths and follows links, which any container that
// writes there can have put in place since. When the container's task is stopped, it looks no further.
func (t timed) FindAgain(ctx, stopped context.Context, folders []backend.FolderSpec) error {
	if len(folders) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(stopped, cancel)()
	for _, folder := range folders {
		if _, err := t.Folder(ctx, folder); err != nil {
			return err
		}
	}
	return nil
}

func (t timed) Volumes(ctx context.Context, labels map[string]string) ([]backend.Volume, error) {
	return limit(ctx, t, "listed", listTimeout, with(t.Engine.Volumes, labels))
}

func (t timed) RemoveVolume(ctx context.Context, name string) error {
	return limitError(ctx, t, "removed", volumeTimeout, func(ctx context.Context) error { return t.Engine.RemoveVolume(ctx, name) })
}
