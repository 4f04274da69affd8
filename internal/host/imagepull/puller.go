// Package imagepull decides when an image is pulled, pulls it, and tells whether it is for the
// platform that is asked for.
package imagepull

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagecache"
)

// Puller pulls the images of an engine.
type Puller struct {
	Engine *enginecall.Engine
	Cache  *imagecache.Cache // nil: what is pulled stays
	Place

	copies  copies
	mu      sync.Mutex
	digests map[digestKey]string
	pulls   map[*LongPull]struct{} // under way
}

// pullTries are how often an image is pulled that another task replaces meanwhile, which
// pulls it for another architecture: a name stands for one of them.
const pullTries = 3

// Pull pulls an image for an agent and inspects it. Where no platform is asked for and there is none for the
// engine's own, it takes the one for X86_64, as AWS does.
func (p *Puller) Pull(ctx context.Context, by Agent, c Choice, spec backend.PullSpec) (found Found, err error) {
	spec.Ref, spec.Tag = c.Remote(), p.freeTag(ctx, c)
	if spec.Ref != c.Ref {
		spec.Named = c.Ref
	}
	defer p.begin(by.Task, c.Ref, &spec)()
	pull := p.Cache.Begin(ctx)
	defer func() { pull.End(ctx, by.Task, spec, found.ID, found.Pulled) }()
	for range pullTries {
		err = p.pull(ctx, spec)
		if errors.Is(err, backend.ErrNoPlatform) && spec.Platform == "" && p.Engine.LastInfo().Architecture != "amd64" {
			spec.Platform = "linux/amd64"
			err = p.pull(ctx, spec)
		}
		if err != nil {
			return p.instead(ctx, by, c, spec, err)
		}
		by.note(c.Ref)
		found, err = p.Find(ctx, c, spec.Platform)
		if errors.Is(err, backend.ErrNotFound) { // removed at once
			continue
		}
		if err != nil || p.Fits(found.Image, spec.Platform) {
			break
		}
	}
	found.Pulled = err == nil
	return found, err
}

// freeTag is the tag that an image gets. A name that stands for something else than an image of the same repository is a user's
// own, such as a build that is about to be pushed. With containerd's image store a build has a digest of the name under which it
// is pushed as well, so such a name is never moved.
func (p *Puller) freeTag(ctx context.Context, c Choice) string {
	if c.Tag == "" {
		return ""
	}
	there, err := p.Engine.Image(ctx, c.Tag, "")
	ofRepository := func(digest string) bool { return strings.HasPrefix(digest, c.From+"@") }
	switch {
	case errors.Is(err, backend.ErrNotFound):
		return c.Tag
	case err != nil || strings.HasPrefix(c.Tag, c.From+":") || !slices.ContainsFunc(there.Digests, ofRepository):
		return ""
	}
	return c.Tag
}

// instead is the local image, where that will do for one that cannot be pulled, or else another engine's. A copy may have come
// for another task meanwhile.
func (p *Puller) instead(ctx context.Context, by Agent, c Choice, spec backend.PullSpec, why error) (Found, error) {
	local, missing := p.Find(ctx, c, spec.Platform)
	switch {
	case errors.Is(missing, backend.ErrNotFound):
		return p.elsewhere(ctx, by, c, spec, why)
	case missing != nil:
		return Found{}, why
	case !p.Fits(local.Image, spec.Platform):
		return Found{}, fmt.Errorf("%w (the image here is for %s/%s)", why, local.OS, local.Architecture)
	case by.Behavior == Default, !by.FailureIsFinal() && p.copies.idOf(c) == local.ID:
		return local, nil
	}
	return Found{}, why
}

// Fits reports whether a local image is for a platform. Where none is asked for, it is for
// the engine's own, or for X86_64, which is what AWS takes then: a name may stand for the
// image that a task of another architecture has pulled.
func (p *Puller) Fits(image backend.Image, platform string) bool {
	own := p.Engine.LastInfo().Architecture
	if image.Architecture == "" || platform == "" && own == "" {
		return true // it is not known
	}
	if platform == "" {
		return image.Architecture == own || image.Architecture == "amd64"
	}
	_, wanted, _ := strings.Cut(platform, "/")
	return image.Architecture == wanted
}
