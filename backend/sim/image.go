package sim

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/image"
)

// Image inspects a local image. A name stands for all images that were pulled under it.
func (e *Engine) Image(ctx context.Context, name, platform string) (backend.Image, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Image{}, err
	}
	found, err := e.images.Find(name)
	if err != nil || platform == "" || e.images.ExpectPlatform(name, found, platform) != nil {
		return found, err
	}
	found.OS, found.Architecture, _ = strings.Cut(platform, "/")
	return found, nil
}

// Pull makes an image local, which takes no time unless a script says so. There
// is every image but those in whose repository or tag the word "missing" occurs;
// a pull of those fails in Docker's words. The digest is the simulation's own: it
// depends on the reference alone, so that the same image has the same one ever.
func (e *Engine) Pull(ctx context.Context, spec backend.PullSpec) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	ref, err := image.ParseReference(spec.Ref)
	if err != nil {
		return err
	}
	script := e.ruled(Script{}, spec.Ref)
	if script.PullDelay > 0 {
		if err := e.sleep(ctx, script.PullDelay); err != nil {
			return err
		}
	}
	switch {
	case script.PullError != "":
		return daemon.Text(nil, script.PullError)
	case strings.Contains(ref.Repository, "missing"):
		return daemon.Errorf(nil, "pull access denied for %s, repository does not exist or may require 'docker login': "+
			"denied: requested access to the resource is denied", ref.Repository)
	case strings.Contains(ref.Tag, "missing"):
		return daemon.Errorf(nil, "manifest for %s not found: manifest unknown: manifest unknown", ref.Key())
	}
	e.images.Pull(ref, spec.Platform)
	return nil
}
