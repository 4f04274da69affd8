package registry

import (
	"context"
	"net/http"

	"cuelabs.dev/go/oci/ociregistry"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// withoutMount has the beginning of an upload be no mount, where there is none to be: the answer is then an ordinary
// upload (ECR-23).
func (r *registry) withoutMount(req *http.Request, to string) {
	query := req.URL.Query()
	if !query.Has("mount") {
		return
	}
	if _, err := r.mounted(req.Context(), query.Get("from"), to, query.Get("mount")); err != nil {
		query.Del("mount")
		req.URL.RawQuery = query.Encode()
	}
}

// mounted finds the layer that is to be mounted. ECR mounts where the registry does so by a setting, and a layer that a
// manifest of the source names (ECR-23). The request is a call of InitiateLayerUpload alone, whether it mounts or not.
func (r *registry) mounted(ctx context.Context, from, to, digest string) (*ecr.Layer, error) {
	source, err := r.allowed(ctx, from, "GetDownloadUrlForLayer")
	if err != nil {
		return nil, err
	}
	tx, scope := r.Store.Read(), r.place(to).Scope
	l := ecr.Layers.Find(tx, source, digest)
	if l == nil || l.Scope != scope || l.MediaType == "" || !r.MountsBlobs(tx, scope) {
		return nil, errBlobUnknown
	}
	return l, nil
}

// MountBlob implements ociregistry.Interface.
func (r *registry) MountBlob(ctx context.Context, from, to string, digest ociregistry.Digest) (ociregistry.Descriptor, error) {
	place, err := r.repository(ctx, to, "InitiateLayerUpload")
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	l, err := r.mounted(ctx, from, to, string(digest))
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	err = r.Store.Update(func(tx *store.Tx) error {
		if ecr.Layers.Find(tx, &ecr.Repository{Scope: l.Scope, Name: l.Repository}, l.Digest) == nil {
			return errBlobUnknown
		}
		found, err := find(tx, place)
		if err == nil {
			ecr.AddLayer(tx, found, l.Digest, l.Size, r.Now())
		}
		return err
	})
	return layerDescriptor(l.Digest, l.Size), err
}
