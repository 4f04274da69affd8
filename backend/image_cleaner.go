package backend

import "context"

// ImageCleaner is implemented by engines that keep images when the emulator ends, beside the images of users and other
// emulators.
type ImageCleaner interface {
	// Images are all images of the engine, also of users and other emulators.
	Images(ctx context.Context) ([]StoredImage, error)
	// ImageStamp is a text that changes when an image is tagged, or is pulled after it was gone, as far as the engine tells.
	ImageStamp(ctx context.Context, id string) (string, error)
	// RemoveImage takes names from an image, which goes with its last one. It MUST fail, and leave the image, if
	// that has other names, or if a container has it. Gone is success.
	RemoveImage(ctx context.Context, id string, names []string) error
}

// StoredImage is an image that an engine keeps.
type StoredImage struct {
	ID    string
	Names []string // tags and digests: app:1, app@sha256:…
	Size  int64    // in bytes, layers that it shares with other images included
	Used  bool     // a container has it, in any state, also of another client
}
