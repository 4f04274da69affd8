package fault

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// EnsureVolume implements backend.Engine.
func (e *Engine) EnsureVolume(ctx context.Context, spec backend.VolumeSpec) error {
	return e.on(ctx, EnsureVolume, target{labels: spec.Labels}, func(ctx context.Context) error {
		return e.Engine.EnsureVolume(ctx, spec)
	})
}

// Volume implements backend.Engine.
func (e *Engine) Volume(ctx context.Context, name string) (backend.Volume, error) {
	return on(ctx, e, EnsureVolume, target{}, with(e.Engine.Volume, name))
}

// Folder implements backend.Engine.
func (e *Engine) Folder(ctx context.Context, spec backend.FolderSpec) (string, error) {
	return on(ctx, e, EnsureVolume, target{}, with(e.Engine.Folder, spec))
}

// Volumes implements backend.Engine.
func (e *Engine) Volumes(ctx context.Context, labels map[string]string) ([]backend.Volume, error) {
	return on(ctx, e, List, target{labels: labels}, with(e.Engine.Volumes, labels))
}

// RemoveVolume implements backend.Engine.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return e.on(ctx, Remove, target{}, func(ctx context.Context) error { return e.Engine.RemoveVolume(ctx, name) })
}
