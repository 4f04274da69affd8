// Package imagepull decides when an image is pulled, pulls it, and tells whether it is for the
// platform that is asked for.
package imagepull

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// Behavior is the agent's ECS_IMAGE_PULL_BEHAVIOR.
type Behavior string

// Pull behaviours. Source: ECS container agent configuration; that an image found
// locally is not pulled by default is the emulator's choice, because it must work
// without a registry.
const (
	PreferCached Behavior = "prefer-cached" // pull what is absent
	Always       Behavior = "always"        // pull; a failure is final
	Default      Behavior = "default"       // pull; fall back to a local image
	Once         Behavior = "once"          // pull each image once in this run
)

// Puller pulls the images of an engine.
type Puller struct {
	Engine   *enginecall.Engine
	Behavior Behavior // default PreferCached

	mu      sync.Mutex
	fetched map[string]bool // images pulled in this run
	digests map[digestKey]string
}

// MustPull reports whether an image is pulled although it is there.
func (p *Puller) MustPull(ref string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.Behavior {
	case PreferCached, "":
		return false
	case Once:
		return !p.fetched[ref]
	default:
		return true
	}
}

// pullTries are how often an image is pulled that another task replaces meanwhile, which
// pulls it for another architecture: a name stands for one of them.
const pullTries = 3

// Pull pulls an image and inspects it. Where no platform is asked for and there is none for the
// engine's own, it takes the one for X86_64, as AWS does.
func (p *Puller) Pull(ctx context.Context, spec backend.PullSpec) (image backend.Image, err error) {
	for range pullTries {
		err = p.Engine.Pull(ctx, spec)
		if errors.Is(err, backend.ErrNoPlatform) && spec.Platform == "" && p.Engine.LastInfo().Architecture != "amd64" {
			spec.Platform = "linux/amd64"
			err = p.Engine.Pull(ctx, spec)
		}
		if err != nil {
			return p.instead(ctx, spec.Ref, spec.Platform, err)
		}
		p.mu.Lock()
		if p.fetched == nil {
			p.fetched = map[string]bool{}
		}
		p.fetched[spec.Ref] = true
		p.mu.Unlock()
		image, err = p.Engine.Image(ctx, spec.Ref, spec.Platform)
		if err != nil || p.Fits(image, spec.Platform) {
			break
		}
	}
	return image, err
}

// instead is the local image, where that will do for one that cannot be pulled.
func (p *Puller) instead(ctx context.Context, ref, platform string, why error) (backend.Image, error) {
	local, missing := p.Engine.Image(ctx, ref, platform)
	switch {
	case missing != nil:
		return backend.Image{}, why
	case !p.Fits(local, platform):
		return backend.Image{}, fmt.Errorf("%w (the image here is for %s/%s)", why, local.OS, local.Architecture)
	case p.Behavior != Default:
		return backend.Image{}, why
	}
	return local, nil
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
