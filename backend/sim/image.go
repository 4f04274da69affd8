package sim

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Image inspects a local image. A name stands for all images that were pulled under it.
func (e *Engine) Image(ctx context.Context, name, platform string) (backend.Image, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Image{}, err
	}
	image, err := e.image(name)
	if err != nil || platform == "" || e.expectPlatform(name, image, platform) != nil {
		return image, err
	}
	image.OS, image.Architecture, _ = strings.Cut(platform, "/")
	return image, nil
}

func (e *Engine) image(name string) (backend.Image, error) {
	ref, err := parseReference(name)
	if err != nil {
		return backend.Image{}, err
	}
	image, ok := e.images[ref.key()]
	if !ok {
		return backend.Image{}, notFound(backend.KindImage, "No such image: %s", name)
	}
	image.Digests = append([]string(nil), image.Digests...)
	return image, nil
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
	ref, err := parseReference(spec.Ref)
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
		return &engineError{text: script.PullError}
	case strings.Contains(ref.repository, "missing"):
		return daemonError(nil, "pull access denied for %s, repository does not exist or may require 'docker login': "+
			"denied: requested access to the resource is denied", ref.repository)
	case strings.Contains(ref.tag, "missing"):
		return daemonError(nil, "manifest for %s not found: manifest unknown: manifest unknown", ref.key())
	}
	e.images[ref.key()] = newImage(ref, spec.Platform, true)
	e.platforms[ref.key()+" "+e.images[ref.key()].Architecture] = true
	return nil
}

// expectPlatform refuses an image that is for another platform, in Docker's words. A name
// stands for all images that were pulled under it, so that tasks of two architectures do not
// take them away from each other.
func (e *Engine) expectPlatform(name string, image backend.Image, platform string) error {
	ref, err := parseReference(name)
	if err != nil || platform == "" {
		return err
	}
	_, architecture, _ := strings.Cut(platform, "/")
	architecture, _, _ = strings.Cut(architecture, "/")
	if image.Architecture == architecture || e.platforms[ref.key()+" "+architecture] {
		return nil
	}
	return notFound(backend.KindImage, "image with reference %s was found but does not match the specified platform: wanted %s, actual: %s/%s",
		name, platform, image.OS, image.Architecture)
}
