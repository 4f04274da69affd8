package docker

import (
	"context"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var _ backend.ImageCopier = (*Engine)(nil)

// SaveImage implements backend.ImageCopier.
func (e *Engine) SaveImage(ctx context.Context, ref, platform string) (io.ReadCloser, error) {
	return e.images.Save(ctx, ref, platform)
}

// LoadImage implements backend.ImageCopier.
func (e *Engine) LoadImage(ctx context.Context, saved io.Reader) error {
	return e.images.Load(ctx, saved)
}
