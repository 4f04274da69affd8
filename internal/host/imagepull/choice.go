package imagepull

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Choice is the image that a container is to run: what its definition names, and the digest that all tasks of
// its service revision run, or that the emulator's own registry has for it. Without one it is what the name stands for.
type Choice struct {
	Ref, Digest string
	Own         bool   // the emulator's own registry has it, or had it when it was pinned
	Repository  string // ARN of the repository in the emulator's own registry
	From        string // the repository from which the engine pulls it, if not as Ref says
	Tag         string // that the image gets on the engine as well, for people; empty is none
}

// HasDigest reports whether the image of a definition names a digest itself.
func HasDigest(ref string) bool { return strings.Contains(ref, "@") }

// Named is the name of a definition with the digest: app:1@sha256:…
func (c Choice) Named() string {
	if c.Digest == "" || HasDigest(c.Ref) {
		return c.Ref
	}
	return c.Ref + "@" + c.Digest
}

// Remote is what a registry is asked for.
func (c Choice) Remote() string {
	if c.From == "" || c.Digest == "" {
		return c.Named()
	}
	return c.From + "@" + c.Digest
}

// Local is the name of the image on the engine, whatever the tag stands for there: app@sha256:…
func (c Choice) Local() string {
	if c.Digest == "" || c.From != "" {
		return c.Remote()
	}
	return c.RefRepository() + "@" + c.Digest
}

// RefRepository is the name of the definition without tag and digest.
func (c Choice) RefRepository() string {
	named, err := reference.ParseNormalizedNamed(c.Ref)
	if err != nil {
		return c.Ref
	}
	return reference.FamiliarName(named)
}

// Found is an image on the engine.
type Found struct {
	backend.Image
	Name   string // under which the engine has it
	Digest string // under which its registry has it, or what stands for that
	Pulled bool
}

// Look is Find for a container that has pulled none yet: there is none if a rule of faults is about its pull.
func (p *Puller) Look(ctx context.Context, by Agent, c Choice, platform string) (found Found, err error) {
	if p.Engine.PullActs(c.Ref) {
		return Found{}, &backend.NotFoundError{Kind: backend.KindImage, Err: errors.New("No such image: " + c.Ref)} //nolint:staticcheck // the engine's own text
	}
	return p.LookHere(ctx, by, c, platform)
}

// LookHere is Look for an image that is not pulled if it is missing, so that no rule about pulls is used up.
func (p *Puller) LookHere(ctx context.Context, by Agent, c Choice, platform string) (found Found, err error) {
	p.Cache.Look(ctx, by.Task, func() string {
		found, err = p.Find(ctx, c, platform)
		return found.ID
	})
	return found, err
}

// Find looks for an image. Of one that was copied an engine may not know the digest.
func (p *Puller) Find(ctx context.Context, c Choice, platform string) (Found, error) {
	found, err := p.findNamed(ctx, c, platform)
	if err == nil || c.digest() == "" || !errors.Is(err, backend.ErrNotFound) {
		return found, err
	}
	if id := p.copies.idOf(c); id != "" {
		if image, gone := p.Engine.Image(ctx, id, platform); gone == nil {
			return Found{Image: image, Name: id, Digest: c.digest()}, nil
		}
	}
	return found, err
}

// findNamed looks for an image by its names. What has a digest is found by that, as another task may move the tag before a
// container is made. A simulated engine, whose tags do not move, knows it by the tag, on which its rules depend.
func (p *Puller) findNamed(ctx context.Context, c Choice, platform string) (Found, error) {
	image, err := p.Engine.Image(ctx, c.Ref, platform)
	if err == nil && c.Digest == "" {
		return Found{Image: image, Name: c.Ref, Digest: p.Digest(c.Ref, image)}, nil
	}
	if c.Digest == "" {
		return Found{}, err
	}
	if err == nil && (p.Digest(c.Ref, image) == c.Digest || slices.Contains(image.Digests, c.Local())) {
		return Found{Image: image, Name: p.nameOf(c, c.Ref), Digest: c.Digest}, nil
	}
	image, err = p.Engine.Image(ctx, c.Local(), platform)
	return Found{Image: image, Name: p.nameOf(c, c.Named()), Digest: c.Digest}, err
}

// nameOf is the name under which a container is made of an image with a digest.
func (p *Puller) nameOf(c Choice, simulated string) string {
	if p.Engine.LastInfo().Simulated {
		return simulated
	}
	return c.Local()
}
