package enginecall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// copyPatience is how long a copy of an image may go on without a byte: Docker's own image store writes all of it to the engine's
// disk before the first one, and unpacks it after the last.
// Source: amazon-ecs-agent, LoadImageTimeout.
const copyPatience = 10 * time.Minute

var errNoCopies = errors.New("the engine copies no images")

// SourceError is about the engine from which an image was to be copied. It says nothing of the other one, also if it was lost.
type SourceError struct{ err error }

func (e *SourceError) Error() string { return e.err.Error() }

// CopyImage copies an image from this engine to another one, which has it then by the tag by which it is asked for, and tells of
// the bytes as they move. It takes as long as they do, and as both engines answer. Errors are about the other engine, unless it is
// a SourceError.
func (e *Engine) CopyImage(ctx context.Context, ref, platform string, to *Engine, moved func(bytes int)) error {
	source, saves := e.Engine.(backend.ImageCopier)
	target, loads := to.Engine.(backend.ImageCopier)
	if !saves || !loads {
		return errNoCopies
	}
	copying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go e.watch(copying, func(silent error) { lose(copying, e, silent); cancel(&SourceError{silent}) })
	go to.watch(copying, func(silent error) { lose(copying, to, silent); cancel(silent) })
	stalled := time.AfterFunc(copyPatience, func() { cancel(fmt.Errorf("no byte of the image has moved for %s", copyPatience)) })
	defer stalled.Stop()

	saved, err := source.SaveImage(copying, ref, platform)
	if err == nil {
		defer func() { _ = saved.Close() }()
		stream := &imageStream{from: saved, moved: func(n int) { stalled.Reset(copyPatience); moved(n) }}
		err = target.LoadImage(copying, stream)
		if broken := stream.broken.Load(); err != nil && broken != nil {
			err = broken
		}
	} else {
		err = &SourceError{err}
	}
	switch why := context.Cause(copying); {
	case err == nil || ctx.Err() != nil:
		return err
	case why != nil:
		return why
	}
	return err
}

// lose notes that an engine does not answer, unless it was not asked to the end.
func lose(asking context.Context, e *Engine, silent error) {
	if asking.Err() == nil {
		e.lose(silent)
	}
}

// imageStream remembers what the source says: the target fails with another error then. Targets may read on when they have
// answered.
type imageStream struct {
	from   io.Reader
	moved  func(bytes int)
	broken atomic.Pointer[SourceError]
}

// Read implements io.Reader.
func (s *imageStream) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if n > 0 {
		s.moved(n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.broken.CompareAndSwap(nil, &SourceError{err})
	}
	return n, err
}
