package image

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// saved is a copy of an image, as it goes from engine to engine.
type saved struct {
	Ref           Reference
	Image         backend.Image
	Architectures []string // of what was pulled
}

// Save writes an image. It has the name by which it is asked for, also if that is a digest.
func (s *Store) Save(to io.Writer, name string) error {
	ref, err := ParseReference(name)
	if err != nil {
		return err
	}
	image, err := s.Find(name)
	if err != nil {
		return err
	}
	copied := saved{Ref: ref, Image: image}
	for _, architecture := range []string{"amd64", "arm64"} {
		if s.platforms[ref.Key()+" "+architecture] {
			copied.Architectures = append(copied.Architectures, architecture)
		}
	}
	return json.NewEncoder(to).Encode(copied)
}

// Load adds the image that Save has written. It keeps its digests and its platform.
func (s *Store) Load(from []byte) error {
	var copied saved
	if err := json.Unmarshal(from, &copied); err != nil {
		return fmt.Errorf("the copy of an image is damaged: %w", err)
	}
	key := copied.Ref.Key()
	s.images[key] = copied.Image
	for _, architecture := range copied.Architectures {
		s.platforms[key+" "+architecture] = true
	}
	return nil
}
