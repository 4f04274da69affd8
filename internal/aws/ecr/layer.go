package ecr

import (
	"cmp"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	// Layers are the layers and configurations in a repository by their digests. Another repository with the same
	// one has a row of its own; the file they share.
	Layers = store.NewScoped("ecr-layer", func(r *Repository, digest string) string { return r.key() + "@" + digest },
		func(l *Layer) string { return repositoryKey(l.Scope, l.Repository) + "@" + l.Digest })
	layersOfFiles = Layers.Index(func(l *Layer) string { return l.Digest })
	unnamedLayers = Layers.Ages(func(l *Layer) time.Time {
		if l.MediaType != "" {
			return time.Time{}
		}
		return l.UploadedAt
	})
)

// Layer is a layer, or the configuration of an image. The end of its upload writes every field but MediaType, which
// the push of an image writes.
type Layer struct {
	Scope      arn.Scope
	Repository string
	Digest     string
	Size       int64 // in bytes
	UploadedAt time.Time
	MediaType  string // in the first manifest that names it; empty: none does
}

// AddLayer adds a layer whose file is there, unless the repository has it, and returns it. One that no manifest names
// gets another day for its manifest to come.
func AddLayer(tx *store.Tx, r *Repository, digest string, size int64, now time.Time) *Layer {
	if l := Layers.Find(tx, r, digest); l != nil && l.MediaType != "" {
		return l
	}
	l := &Layer{Scope: r.Scope, Repository: r.Name, Digest: digest, Size: size, UploadedAt: now}
	Layers.Put(tx, l)
	return l
}

// nameLayers notes that a manifest names layers.
func nameLayers(tx *store.Tx, r *Repository, m *Manifest) {
	for _, b := range m.Blobs {
		if l := Layers.Find(tx, r, b.Digest); l != nil && l.MediaType == "" {
			named := *l
			named.MediaType = cmp.Or(b.MediaType, "application/octet-stream")
			Layers.Put(tx, &named)
		}
	}
}

// ForgetLayers removes the layers that no manifest has named for a day, and returns their digests.
func ForgetLayers(tx *store.Tx, now time.Time) (digests []string) {
	for _, l := range unnamedLayers.Before(tx, now.Add(-unnamedFor)) {
		Layers.Delete(tx, l)
		digests = append(digests, l.Digest)
	}
	return digests
}

// InUse reports whether a repository has a layer or an image with a digest, so that its file stays.
func InUse(tx *store.Tx, digest string) bool {
	return len(layersOfFiles.List(tx, digest))+len(imagesOfFiles.List(tx, digest)) > 0
}
