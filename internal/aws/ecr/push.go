package ecr

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TagImmutableError refuses to give a tag to another image.
type TagImmutableError struct{ Tag string }

func (e *TagImmutableError) Error() string { return "the tag " + e.Tag + " is immutable" }

// MissingError refuses a manifest that names what the repository has not.
type MissingError struct {
	Layers []string // digests of layers, the configuration last (ECR-7)
	Images []string // digests of images that an index names
}

func (e *MissingError) Error() string {
	return "the repository does not have " + ListDigests(slices.Concat(e.Layers, e.Images))
}

// listed is how many digests an error lists, so that a manifest of thousands has a short one.
const listed = 10

// ListDigests lists digests as errors of ECR do (ECR-7): the first ones, and how many more there are.
func ListDigests(digests []string) string {
	if len(digests) <= listed {
		return strings.Join(digests, ",")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(digests[:listed], ","), len(digests)-listed)
}

// Pushed is what a push has made of a manifest and a tag.
type Pushed struct {
	Image *Image
	// Known is whether the image was there already, with the tag if one was given.
	Known bool
}

// Push adds an image whose manifest is in a file, and gives it a tag, if it is to have one.
func Push(tx *store.Tx, r *Repository, digest string, m *Manifest, tag string, now time.Time) (Pushed, error) {
	if err := missing(tx, r, m); err != nil {
		return Pushed{}, err
	}
	image := Images.Find(tx, r, digest)
	known := image != nil
	tagged := (*Tag)(nil)
	if tag != "" {
		tagged = Tags.Find(tx, r, tag)
		known = known && tagged != nil && tagged.Digest == digest
	}
	if known {
		return Pushed{Image: image, Known: true}, nil
	}
	if tagged != nil && tagged.Digest != digest && r.Immutable(tag) {
		return Pushed{}, &TagImmutableError{Tag: tag}
	}
	if image == nil {
		image = &Image{Scope: r.Scope, Repository: r.Name, Digest: digest, Manifest: *m, PushedAt: now}
		Images.Put(tx, image)
		nameLayers(tx, r, m)
	}
	changed := *r
	changed.PushedAt = now
	if tag != "" {
		changed.Tagged++
		Tags.Put(tx, &Tag{Scope: r.Scope, Repository: r.Name, Name: tag, Digest: digest, Number: changed.Tagged, TaggedAt: now})
	}
	Repositories.Put(tx, &changed)
	announce(tx, r, image, tag, false, now)
	return Pushed{Image: image}, nil
}

func missing(tx *store.Tx, r *Repository, m *Manifest) error {
	var not MissingError
	for _, b := range m.Blobs {
		if !b.foreign() && Layers.Find(tx, r, b.Digest) == nil {
			not.Layers = append(not.Layers, b.Digest)
		}
	}
	for _, digest := range m.Children {
		if Images.Find(tx, r, digest) == nil {
			not.Images = append(not.Images, digest)
		}
	}
	if not.Layers == nil && not.Images == nil {
		return nil
	}
	return &not
}
