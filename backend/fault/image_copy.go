package fault

import (
	"context"
	"errors"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var _ backend.ImageCopier = (*Engine)(nil)

var errNoCopies = errors.New("the engine copies no images")

// SaveImage implements backend.ImageCopier, if the engine does. The stream breaks when the engine leaves.
func (e *Engine) SaveImage(ctx context.Context, ref, platform string) (io.ReadCloser, error) {
	engine, ok := e.Engine.(backend.ImageCopier)
	if !ok {
		return nil, errNoCopies
	}
	gone, away := e.reach()
	if away != nil {
		return nil, away
	}
	ctx, cancel := context.WithCancelCause(ctx)
	unfollow := context.AfterFunc(gone, func() { cancel(errLost) })
	end := func() { unfollow(); cancel(nil) }
	saved, err := engine.SaveImage(ctx, ref, platform)
	if err != nil {
		end()
		return nil, err
	}
	return &savedImage{saved, ctx, end}, nil
}

// savedImage is an image that is read from an engine as long as that is there.
type savedImage struct {
	io.ReadCloser
	life context.Context
	end  func()
}

// Read implements io.Reader.
func (s *savedImage) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if cut := context.Cause(s.life); cut != nil {
		return 0, cut
	}
	return n, err
}

// Close implements io.Closer.
func (s *savedImage) Close() error {
	s.end()
	return s.ReadCloser.Close()
}

// LoadImage implements backend.ImageCopier, if the engine does.
func (e *Engine) LoadImage(ctx context.Context, saved io.Reader) error {
	engine, ok := e.Engine.(backend.ImageCopier)
	if !ok {
		return errNoCopies
	}
	return e.on(ctx, "", target{}, func(ctx context.Context) error { return engine.LoadImage(ctx, saved) })
}
