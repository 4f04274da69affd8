package registry

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"cuelabs.dev/go/oci/ociregistry"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PushBlob implements ociregistry.Interface: a layer that comes in one request.
func (r *registry) PushBlob(ctx context.Context, path string, desc ociregistry.Descriptor, content io.Reader) (ociregistry.Descriptor, error) {
	w, err := r.begin(ctx, path)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	if _, err := w.ReadFrom(content); err != nil {
		_ = w.Cancel()
		return ociregistry.Descriptor{}, err
	}
	return w.Commit(desc.Digest)
}

// PushBlobChunked implements ociregistry.Interface: a layer that comes in parts.
func (r *registry) PushBlobChunked(ctx context.Context, path string, _ int) (ociregistry.BlobWriter, error) {
	return r.begin(ctx, path)
}

func (r *registry) begin(ctx context.Context, path string) (*uploadWriter, error) {
	found, err := r.repository(ctx, path, "InitiateLayerUpload")
	if err != nil {
		return nil, err
	}
	upload, err := r.Files.Begin(found)
	if err != nil {
		return nil, err
	}
	return &uploadWriter{registry: r, request: requestOf(ctx), repository: found, upload: upload}, nil
}

// uploadActions are the actions of ECR for the methods of requests for an upload.
var uploadActions = map[string]string{http.MethodGet: "UploadLayerPart", http.MethodPatch: "UploadLayerPart", http.MethodPut: "CompleteLayerUpload"}

// PushBlobChunkedResume implements ociregistry.Interface. Where the upload goes on the request says, and not offset: for
// ociserver no Content-Range is byte 0.
func (r *registry) PushBlobChunkedResume(ctx context.Context, path, id string, _ int64, _ int) (ociregistry.BlobWriter, error) {
	x, repository := requestOf(ctx), r.repository
	if x.method == http.MethodGet { // how far it is: ECR has no action for that alone
		repository = r.allowed
	}
	found, err := repository(ctx, path, uploadActions[x.method])
	if err != nil {
		return nil, err
	}
	upload, err := r.Files.Upload(found, id)
	if err != nil {
		return nil, err
	}
	return &uploadWriter{registry: r, request: x, repository: found, upload: upload}, nil
}

// cancel ends an upload. ECR has no action for that alone.
func (r *registry) cancel(w http.ResponseWriter, req *http.Request, path, id string) error {
	found, err := r.allowed(req.Context(), path, "InitiateLayerUpload")
	if err != nil {
		return err
	}
	upload, err := r.Files.Upload(found, id)
	if err != nil {
		return err
	}
	if err := upload.Cancel(); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// uploadWriter adds the body of one request to an upload.
type uploadWriter struct {
	registry   *registry
	request    *request
	repository *ecr.Repository
	upload     *ecr.Upload
}

// ReadFrom implements io.ReaderFrom, by which io.Copy adds a whole body. ociserver writes errors of it in words of its
// own.
func (w *uploadWriter) ReadFrom(content io.Reader) (int64, error) {
	n, err := w.upload.Append(w.request.offset, content)
	if err != nil {
		w.request.failed = err
	}
	return n, err
}

// Write implements io.Writer.
func (w *uploadWriter) Write(p []byte) (int, error) {
	n, err := w.ReadFrom(bytes.NewReader(p))
	return int(n), err
}

// Close leaves the upload for the next request.
func (w *uploadWriter) Close() error { return nil }

// Size implements ociregistry.BlobWriter.
func (w *uploadWriter) Size() int64 { return w.upload.Size() }

// ChunkSize implements ociregistry.BlobWriter: a part may have any size.
func (w *uploadWriter) ChunkSize() int { return 0 }

// ID implements ociregistry.BlobWriter.
func (w *uploadWriter) ID() string { return w.upload.ID }

// Cancel implements ociregistry.BlobWriter.
func (w *uploadWriter) Cancel() error { return w.upload.Cancel() }

// Commit implements ociregistry.BlobWriter.
func (w *uploadWriter) Commit(digest ociregistry.Digest) (ociregistry.Descriptor, error) {
	r, size := w.registry, int64(0)
	err := w.upload.Commit(string(digest), func(whole int64) error {
		size = whole
		return r.Store.Update(func(tx *store.Tx) error {
			found, err := find(tx, w.repository)
			if err == nil {
				ecr.AddLayer(tx, found, string(digest), size, r.Now())
			}
			return err
		})
	})
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return layerDescriptor(string(digest), size), nil
}
