// Package image keeps the images of a simulated engine.
package image

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// Store is the images of an engine. Its callers have a lock in common.
type Store struct {
	architecture string                   // of the engine
	images       map[string]backend.Image // by Reference.Key
	platforms    map[string]bool          // "<Reference.Key> <architecture>" of what was pulled
}

// NewStore returns a store without images, of an engine with an architecture.
func NewStore(architecture string) *Store {
	return &Store{architecture: architecture, images: map[string]backend.Image{}, platforms: map[string]bool{}}
}

// Build adds an image as if it had been built here: it has no digest.
func (s *Store) Build(ref Reference) { s.images[ref.Key()] = s.newImage(ref, "", false) }

// Pull adds an image for a platform; empty is the engine's own.
func (s *Store) Pull(ref Reference, platform string) {
	image := s.newImage(ref, platform, true)
	s.images[ref.Key()] = image
	s.platforms[ref.Key()+" "+image.Architecture] = true
}

// Find is the image of that name.
func (s *Store) Find(name string) (backend.Image, error) {
	ref, err := ParseReference(name)
	if err != nil {
		return backend.Image{}, err
	}
	image, ok := s.images[ref.Key()]
	if !ok {
		return backend.Image{}, daemon.NotFoundf(backend.KindImage, "No such image: %s", name)
	}
	image.Digests = slices.Clone(image.Digests)
	return image, nil
}

// ExpectPlatform refuses an image that is for another platform, in Docker's words. A name
// stands for all images that were pulled under it, so that tasks of two architectures do not
// take them away from each other.
func (s *Store) ExpectPlatform(name string, image backend.Image, platform string) error {
	ref, err := ParseReference(name)
	if err != nil || platform == "" {
		return err
	}
	_, architecture, _ := strings.Cut(platform, "/")
	architecture, _, _ = strings.Cut(architecture, "/")
	if image.Architecture == architecture || s.platforms[ref.Key()+" "+architecture] {
		return nil
	}
	return daemon.NotFoundf(backend.KindImage, "image with reference %s was found but does not match the specified platform: wanted %s, actual: %s/%s",
		name, platform, image.OS, image.Architecture)
}
