package registry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"cuelabs.dev/go/oci/ociregistry"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// image finds an image by its digest, or else by a tag.
func (r *registry) image(ctx context.Context, path, digest, tag string) (*ecr.Image, error) {
	found, err := r.repository(ctx, path, "BatchGetImage")
	if err != nil {
		return nil, err
	}
	tx := r.Store.Read()
	i := ecr.Images.Find(tx, found, digest)
	if tag != "" {
		i = ecr.FindTagged(tx, found, tag)
	}
	if i == nil || !r.Files.Has(i.Digest) {
		return nil, errImageUnknown
	}
	return i, nil
}

func imageDescriptor(i *ecr.Image) ociregistry.Descriptor {
	return ociregistry.Descriptor{MediaType: i.MediaType, Digest: ociregistry.Digest(i.Digest), Size: i.Size}
}

// ResolveManifest implements ociregistry.Interface.
func (r *registry) ResolveManifest(ctx context.Context, path string, digest ociregistry.Digest) (ociregistry.Descriptor, error) {
	return r.resolve(ctx, path, string(digest), "")
}

// ResolveTag implements ociregistry.Interface.
func (r *registry) ResolveTag(ctx context.Context, path, tag string) (ociregistry.Descriptor, error) {
	return r.resolve(ctx, path, "", tag)
}

func (r *registry) resolve(ctx context.Context, path, digest, tag string) (ociregistry.Descriptor, error) {
	i, err := r.image(ctx, path, digest, tag)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return imageDescriptor(i), nil
}

// GetManifest implements ociregistry.Interface.
func (r *registry) GetManifest(ctx context.Context, path string, digest ociregistry.Digest) (ociregistry.BlobReader, error) {
	return r.manifest(ctx, path, string(digest), "")
}

// GetTag implements ociregistry.Interface.
func (r *registry) GetTag(ctx context.Context, path, tag string) (ociregistry.BlobReader, error) {
	return r.manifest(ctx, path, "", tag)
}

// manifest reads a manifest as a whole: ociserver does not close it.
func (r *registry) manifest(ctx context.Context, path, digest, tag string) (ociregistry.BlobReader, error) {
	i, err := r.image(ctx, path, digest, tag)
	if err != nil {
		return nil, err
	}
	file, _, err := r.Files.Open(i.Digest)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errImageUnknown // it has gone meanwhile
	}
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	ecr.RecordPulls(r.Store, r.Now(), i)
	return &manifestReader{bytes.NewReader(content), imageDescriptor(i)}, nil
}

type manifestReader struct {
	io.Reader
	descriptor ociregistry.Descriptor
}

func (m *manifestReader) Close() error { return nil }

// Descriptor implements ociregistry.BlobReader.
func (m *manifestReader) Descriptor() ociregistry.Descriptor { return m.descriptor }

// PushManifest implements ociregistry.Interface.
func (r *registry) PushManifest(ctx context.Context, path, tag string, content []byte, mediaType string) (ociregistry.Descriptor, error) {
	place, err := r.repository(ctx, path, "PutImage")
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	m, err := readManifest(content, mediaType)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	var pushed ecr.Pushed
	err = r.Files.Put(content, func(digest string) error {
		return r.Store.Update(func(tx *store.Tx) error {
			found, err := find(tx, place)
			if err == nil {
				pushed, err = ecr.Push(tx, found, digest, m, tag, r.Now())
			}
			return err
		})
	})
	if err != nil {
		return ociregistry.Descriptor{}, pushRefusal(err, place)
	}
	return imageDescriptor(pushed.Image), nil
}

// pushRefusal puts a refused push in the words of ECR.
func pushRefusal(err error, r *ecr.Repository) error {
	var immutable *ecr.TagImmutableError
	var missing *ecr.MissingError
	switch {
	case errors.As(err, &immutable): // ECR-13
		return refuse(http.StatusBadRequest, "TAG_INVALID", "The image tag '%s' already exists in the '%s' repository and cannot be overwritten "+
			"because the repository is immutable.", immutable.Tag, r.Name)
	case errors.As(err, &missing) && missing.Layers != nil: // recorded-companions.md 11.4
		return refuse(http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "Layers with digests '[%s]' required for pushing image into repository with "+
			"name '%s' in the registry with id '%s' do not exist", ecr.ListDigests(missing.Layers), r.Name, r.Scope.Account)
	case errors.As(err, &missing):
		return refuse(http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "Images with digests '[%s]' required for pushing image into repository with "+
			"name '%s' in the registry with id '%s' do not exist", ecr.ListDigests(missing.Images), r.Name, r.Scope.Account)
	}
	return err
}

// DeleteManifest implements ociregistry.Interface.
func (r *registry) DeleteManifest(ctx context.Context, path string, digest ociregistry.Digest) error {
	place, err := r.repository(ctx, path, "BatchDeleteImage")
	if err != nil {
		return err
	}
	return r.Store.Update(func(tx *store.Tx) error {
		i := ecr.Images.Find(tx, place, string(digest))
		if i == nil {
			return errImageUnknown
		}
		if indexes := ecr.IndexesOf(tx, place, i.Digest); len(indexes) > 0 { // ECR-20
			return refuse(http.StatusMethodNotAllowed, "UNSUPPORTED", "Requested image referenced by manifest list: [%s]", strings.Join(indexes, ","))
		}
		r.Files.DiscardAfter(tx, ecr.Delete(tx, place, i, r.Now()))
		return nil
	})
}

// DeleteTag implements ociregistry.Interface.
func (r *registry) DeleteTag(ctx context.Context, path, name string) error {
	place, err := r.repository(ctx, path, "BatchDeleteImage")
	if err != nil {
		return err
	}
	return r.Store.Update(func(tx *store.Tx) error {
		t := ecr.Tags.Find(tx, place, name)
		if t == nil {
			return errImageUnknown
		}
		r.Files.DiscardAfter(tx, ecr.Untag(tx, place, t, r.Now()))
		return nil
	})
}
