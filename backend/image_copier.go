package backend

import (
	"context"
	"io"
)

// ImageCopier is implemented by engines from which images can be copied to others of their kind: what SaveImage of one gives
// is for LoadImage of another.
type ImageCopier interface {
	// SaveImage reads an image, for a platform such as "linux/arm64" where its name stands for images of several; empty is the
	// engine's own. Of a name the copy has its tag, which MUST be said, as a name without one may stand for all tags of the
	// repository. Of a digest or an id it has no name. The engine may go away while the stream is read, which then ends with an
	// error; so it does with ctx.
	SaveImage(ctx context.Context, ref, platform string) (io.ReadCloser, error)
	// LoadImage makes a copy local. A tag of it is taken from the image that has it. If the stream ends too early, or with an
	// error, LoadImage MUST fail, and the engine has no image more than before.
	LoadImage(ctx context.Context, saved io.Reader) error
}
