package ecr

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	// Images are the images by their digests in a repository.
	Images = store.NewScoped("ecr-image", func(r *Repository, digest string) string { return r.key() + "@" + digest },
		func(i *Image) string { return i.key() })
	imagesOfFiles = Images.Index(func(i *Image) string { return i.Digest })
)

// Image is an image, an index of several ones, or another artifact. Its manifest is a file. Push writes
// every field but PulledAt.
type Image struct {
	Scope      arn.Scope
	Repository string
	Digest     string
	Manifest   // what its manifest says
	PushedAt   time.Time
	PulledAt   time.Time // zero: never
}

func (i *Image) key() string { return repositoryKey(i.Scope, i.Repository) + "@" + i.Digest }

// FindTagged returns the image with a tag, or nil.
func FindTagged(tx *store.Tx, r *Repository, tag string) *Image {
	t := Tags.Find(tx, r, tag)
	if t == nil {
		return nil
	}
	return Images.Find(tx, r, t.Digest)
}

// IndexesOf returns the digests of the indexes that an image is part of, so that it cannot be deleted (ECR-20).
func IndexesOf(tx *store.Tx, r *Repository, digest string) (indexes []string) {
	for _, i := range Images.List(tx, r) {
		if slices.Contains(i.Children, digest) {
			indexes = append(indexes, i.Digest)
		}
	}
	return indexes
}

// Referrers returns the images whose subject is a digest, which need not be there.
func Referrers(tx *store.Tx, r *Repository, digest string) (referrers []*Image) {
	for _, i := range Images.List(tx, r) {
		if i.Subject == digest {
			referrers = append(referrers, i)
		}
	}
	return referrers
}

// Untag takes a tag from its image. With the last one the image goes as well (ECR-19).
func Untag(tx *store.Tx, r *Repository, t *Tag) {
	Tags.Delete(tx, t)
	if i := Images.Find(tx, r, t.Digest); i != nil && len(TagsOf(tx, i)) == 0 {
		Delete(tx, r, i)
	}
}

// Delete removes an image with its tags, and the layers that no other image of the repository has.
func Delete(tx *store.Tx, r *Repository, gone *Image) {
	for _, t := range tagsOfImages.List(tx, gone.key()) {
		Tags.Delete(tx, t)
	}
	Images.Delete(tx, gone)
	kept := map[string]bool{}
	for _, i := range Images.List(tx, r) {
		for _, b := range i.Blobs {
			kept[b.Digest] = true
		}
	}
	for _, b := range gone.Blobs {
		if l := Layers.Find(tx, r, b.Digest); l != nil && !kept[b.Digest] {
			Layers.Delete(tx, l)
		}
	}
}
