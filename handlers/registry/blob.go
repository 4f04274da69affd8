package registry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"cuelabs.dev/go/oci/ociregistry"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// layer finds a layer, or a configuration, in the repository of a path.
func (r *registry) layer(ctx context.Context, path, action, digest string) (*ecr.Repository, *ecr.Layer, error) {
	found, err := r.repository(ctx, path, action)
	if err != nil {
		return nil, nil, err
	}
	l := ecr.Layers.Find(r.Store.Read(), found, digest)
	if l == nil {
		return nil, nil, errBlobUnknown
	}
	return found, l, nil
}

func layerDescriptor(digest string, size int64) ociregistry.Descriptor {
	return ociregistry.Descriptor{MediaType: "application/octet-stream", Digest: ociregistry.Digest(digest), Size: size}
}

// ResolveBlob implements ociregistry.Interface. A client that is told that a layer is not there pushes it.
func (r *registry) ResolveBlob(ctx context.Context, path string, digest ociregistry.Digest) (ociregistry.Descriptor, error) {
	_, l, err := r.layer(ctx, path, "BatchCheckLayerAvailability", string(digest))
	if err == nil && !r.Files.Has(l.Digest) {
		err = errBlobUnknown
	}
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return layerDescriptor(l.Digest, l.Size), nil
}

// GetBlob implements ociregistry.Interface.
func (r *registry) GetBlob(ctx context.Context, path string, digest ociregistry.Digest) (ociregistry.BlobReader, error) {
	return r.openLayer(ctx, path, string(digest), 0, -1)
}

// GetBlobRange implements ociregistry.Interface. ociserver answers 206 with no byte where the range begins at the end.
func (r *registry) GetBlobRange(ctx context.Context, path string, digest ociregistry.Digest, from, to int64) (ociregistry.BlobReader, error) {
	return r.openLayer(ctx, path, string(digest), from, to)
}

// openLayer opens the part of a layer from one byte to another, or to its end.
func (r *registry) openLayer(ctx context.Context, path, digest string, from, to int64) (*layerReader, error) {
	if _, _, err := r.layer(ctx, path, "GetDownloadUrlForLayer", digest); err != nil {
		return nil, err
	}
	file, size, err := r.Files.Open(digest)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errBlobUnknown // it has gone meanwhile
	}
	if err != nil {
		return nil, err
	}
	if from >= size && (from > 0 || to > 0) {
		_ = file.Close()
		return nil, errRange
	}
	if to < 0 || to > size {
		to = size
	}
	return &layerReader{io.NewSectionReader(file, from, to-from), file, layerDescriptor(digest, size)}, nil
}

type layerReader struct {
	io.Reader
	file       *os.File
	descriptor ociregistry.Descriptor
}

// copySize is how much of a layer is read at a time.
const copySize = 256 << 10

// WriteTo implements io.WriterTo.
func (l *layerReader) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{l.Reader}, make([]byte, copySize))
}

func (l *layerReader) Close() error { return l.file.Close() }

// Descriptor implements ociregistry.BlobReader.
func (l *layerReader) Descriptor() ociregistry.Descriptor { return l.descriptor }

// DeleteBlob implements ociregistry.Interface. A layer of an image stays as long as the image.
func (r *registry) DeleteBlob(ctx context.Context, path string, digest ociregistry.Digest) error {
	found, l, err := r.layer(ctx, path, "BatchDeleteImage", string(digest))
	if err != nil {
		return err
	}
	return r.Store.Update(func(tx *store.Tx) error {
		l = ecr.Layers.Find(tx, found, l.Digest)
		if l == nil {
			return errBlobUnknown
		}
		if l.MediaType != "" {
			return refuse(http.StatusMethodNotAllowed, "UNSUPPORTED", "The layer is part of an image, and goes with it")
		}
		ecr.Layers.Delete(tx, l)
		r.Files.DiscardAfter(tx, []string{l.Digest})
		return nil
	})
}
