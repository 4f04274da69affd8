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
// every field but PulledAt, which RecordPulls does.
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

// IndexesOf returns the digests of the indexes that an image is part of, so that it cannot be deleted (ECR0005.7).
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

// Untag takes a tag from its image. With the last one the image goes as well (ECR0002.4), unless an index names it. It
// returns the digests of what the repository no longer has.
func Untag(tx *store.Tx, r *Repository, t *Tag, now time.Time) (gone []string) {
	Tags.Delete(tx, t)
	i := Images.Find(tx, r, t.Digest)
	if i == nil {
		return nil
	}
	announce(tx, r, i, t.Name, true, now)
	if len(TagsOf(tx, i)) == 0 && len(IndexesOf(tx, r, t.Digest)) == 0 {
		return remove(tx, r, i)
	}
	return nil
}

// Delete removes an image with its tags, and the layers that no other image of the repository has. It returns the
// digests of what the repository no longer has.
func Delete(tx *store.Tx, r *Repository, i *Image, now time.Time) (gone []string) {
	tags := inOrder(tagsOfImages.List(tx, i.key()))
	for _, t := range tags {
		Tags.Delete(tx, t)
		announce(tx, r, i, t.Name, true, now)
	}
	if len(tags) == 0 {
		announce(tx, r, i, "", true, now)
	}
	return remove(tx, r, i)
}

// remove removes an image without tags.
func remove(tx *store.Tx, r *Repository, i *Image) (gone []string) {
	Images.Delete(tx, i)
	gone = []string{i.Digest}
	kept := map[string]bool{}
	for _, other := range Images.List(tx, r) {
		for _, b := range other.Blobs {
			kept[b.Digest] = true
		}
	}
	for _, b := range i.Blobs {
		if l := Layers.Find(tx, r, b.Digest); l != nil && !kept[b.Digest] {
			Layers.Delete(tx, l)
			gone = append(gone, b.Digest)
		}
	}
	return gone
}
