package imagepull

import (
	"context"

	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Choice is the image that a container is to run: what its definition names, and the digest that all tasks of
// its service revision run. Without one it is what the name stands for.
type Choice struct{ Ref, Digest string }

// HasDigest reports whether the image of a definition names a digest itself.
func HasDigest(ref string) bool {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return true // no image at all
	}
	_, digested := named.(reference.Digested)
	return digested
}

// Remote is what a registry is asked for: app:1@sha256:…
func (c Choice) Remote() string {
	if c.Digest == "" {
		return c.Ref
	}
	return c.Ref + "@" + c.Digest
}

// Local is the name of the image on the engine, whatever the tag stands for there: app@sha256:…
func (c Choice) Local() string {
	named, err := reference.ParseNormalizedNamed(c.Ref)
	if c.Digest == "" || err != nil {
		return c.Ref
	}
	return reference.FamiliarName(named) + "@" + c.Digest
}

// Found is an image on the engine.
type Found struct {
	backend.Image
	Name   string // under which the engine has it
	Digest string // of a pulled one: under which its registry has it
}

// Find looks for an image. A tag that stands for it is preferred, as users know it.
func (p *Puller) Find(ctx context.Context, c Choice, platform string) (Found, error) {
	image, err := p.Engine.Image(ctx, c.Ref, platform)
	if c.Digest == "" || err == nil && p.Digest(c.Ref, image) == c.Digest {
		return Found{Image: image, Name: c.Ref}, err
	}
	image, err = p.Engine.Image(ctx, c.Local(), platform)
	return Found{Image: image, Name: c.Local()}, err
}
