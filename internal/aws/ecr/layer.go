package ecr

import (
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
)

// Layer is a layer, or the configuration of an image. The end of its upload writes every field.
type Layer struct {
	Scope      arn.Scope
	Repository string
	Digest     string
	Size       int64 // in bytes
	UploadedAt time.Time
}

// InUse reports whether a repository has a layer or an image with a digest, so that its file stays.
func InUse(tx *store.Tx, digest string) bool {
	return len(layersOfFiles.List(tx, digest))+len(imagesOfFiles.List(tx, digest)) > 0
}
