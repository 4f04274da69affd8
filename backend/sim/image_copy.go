package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var _ backend.ImageCopier = (*Engine)(nil)

// SaveImage implements backend.ImageCopier. A name stands for the images of all platforms, and the copy has them all. It takes
// none of the clock's time.
func (e *Engine) SaveImage(ctx context.Context, ref, _ string) (io.ReadCloser, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	var saved bytes.Buffer
	if err := e.images.Save(&saved, ref); err != nil {
		return nil, err
	}
	return io.NopCloser(&savedImage{ctx, e, &saved}), nil
}

// savedImage is an image that is read from an engine as long as that is there.
type savedImage struct {
	context.Context
	engine *Engine
	saved  *bytes.Buffer
}

// Read implements io.Reader.
func (s *savedImage) Read(p []byte) (int, error) {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	if err := s.engine.reach(s.Context); err != nil {
		return 0, err
	}
	return s.saved.Read(p)
}

// LoadImage implements backend.ImageCopier.
func (e *Engine) LoadImage(ctx context.Context, saved io.Reader) error {
	all, err := io.ReadAll(saved)
	if err != nil {
		return fmt.Errorf("read an image: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	return e.images.Load(all)
}
