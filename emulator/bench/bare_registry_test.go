package bench_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"cuelabs.dev/go/oci/ociregistry"
)

// bareRegistry is what ociserver needs for layers, over files and nothing else. As the emulator does, it looks at the digest, and
// a layer that was pushed is on the disk.
type bareRegistry struct {
	*ociregistry.Funcs // refuses what is not here
	dir                string

	mu      sync.Mutex
	uploads []*bareUpload
}

// fileOf is where a layer is.
func (r *bareRegistry) fileOf(digest ociregistry.Digest) string {
	return filepath.Join(r.dir, digest.Encoded())
}

// PushBlobChunked begins an upload.
func (r *bareRegistry) PushBlobChunked(context.Context, string, int) (ociregistry.BlobWriter, error) {
	file, err := os.CreateTemp(r.dir, "upload")
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	u := &bareUpload{registry: r, id: strconv.Itoa(len(r.uploads)), file: file, hash: sha256.New()}
	r.uploads = append(r.uploads, u)
	return u, nil
}

// PushBlobChunkedResume finds an upload, which goes on at its end.
func (r *bareRegistry) PushBlobChunkedResume(_ context.Context, _, id string, _ int64, _ int) (ociregistry.BlobWriter, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 || n >= len(r.uploads) {
		return nil, ociregistry.ErrBlobUploadUnknown
	}
	return r.uploads[n], nil
}

// GetBlob opens a layer.
func (r *bareRegistry) GetBlob(_ context.Context, _ string, digest ociregistry.Digest) (ociregistry.BlobReader, error) {
	file, err := os.Open(r.fileOf(digest))
	if err != nil {
		return nil, ociregistry.ErrBlobUnknown
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &bareBlob{file, ociregistry.Descriptor{MediaType: "application/octet-stream", Digest: digest, Size: info.Size()}}, nil
}

// bareBlob is a file, which the kernel may send by itself.
type bareBlob struct {
	*os.File
	descriptor ociregistry.Descriptor
}

func (b *bareBlob) Descriptor() ociregistry.Descriptor { return b.descriptor }

type bareUpload struct {
	registry *bareRegistry
	id       string
	file     *os.File
	hash     hash.Hash
	size     int64
}

func (u *bareUpload) Write(p []byte) (int, error) {
	n, err := u.file.Write(p)
	u.hash.Write(p[:n])
	u.size += int64(n)
	return n, err
}

// Close leaves the upload for the next request.
func (u *bareUpload) Close() error { return nil }

func (u *bareUpload) Size() int64    { return u.size }
func (u *bareUpload) ChunkSize() int { return 0 }
func (u *bareUpload) ID() string     { return u.id }
func (u *bareUpload) Cancel() error  { return u.file.Close() }

// Commit keeps the layer, if it is the right one.
func (u *bareUpload) Commit(digest ociregistry.Digest) (ociregistry.Descriptor, error) {
	if hex.EncodeToString(u.hash.Sum(nil)) != digest.Encoded() {
		return ociregistry.Descriptor{}, ociregistry.ErrDigestInvalid
	}
	err := errors.Join(u.file.Sync(), u.file.Close())
	if err == nil {
		err = os.Rename(u.file.Name(), u.registry.fileOf(digest))
	}
	if err == nil {
		err = syncFolder(u.registry.dir)
	}
	return ociregistry.Descriptor{MediaType: "application/octet-stream", Digest: digest, Size: u.size}, err
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
