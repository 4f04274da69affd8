package backend

import "context"

// ImageCleaner is implemented by engines that keep images when the emulator ends, beside those of users and of other
// emulators.
type ImageCleaner interface {
	// Images are all images of the engine, whose they may be.
	Images(ctx context.Context) ([]StoredImage, error)
	// RemoveImage takes names from an image, which goes with its last one. It MUST fail, and leave the image, if
	// that has other names, or if a container has it. Gone is success.
	RemoveImage(ctx context.Context, id string, names []string) error
}

// StoredImage is an image that an engine keeps.
type StoredImage struct {
	ID    string
	Names []string // tags and digests: app:1, app@sha256:…
	Size  int64    // in bytes, layers that it shares with other images included
	Used  bool     // a container has it, in any state, whose it may be
}
