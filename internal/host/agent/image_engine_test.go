package agent

import (
	"cmp"
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// realEngine is one that pulls from registries: an image is local under the name by which it was pulled, and the
// tag that it got.
type realEngine struct {
	backend.Engine
	pulls []backend.PullSpec
	made  []string // images of containers
	built []string // the digests of local images, until the first pull
}

func (e *realEngine) Info(ctx context.Context) (backend.Info, error) {
	info, err := e.Engine.Info(ctx)
	info.Simulated = false
	return info, err
}

func (e *realEngine) Pull(ctx context.Context, spec backend.PullSpec) error {
	spec.Progress = nil // functions cannot be compared
	e.pulls = append(e.pulls, spec)
	return e.Engine.Pull(ctx, backend.PullSpec{Ref: cmp.Or(spec.Tag, atECR)})
}

func (e *realEngine) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	e.made = append(e.made, spec.Image)
	spec.Image = cmp.Or(e.pulls[len(e.pulls)-1].Tag, atECR)
	return e.Engine.Create(ctx, spec)
}

// Image says the digest under the name by which the last pull went.
func (e *realEngine) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	image, err := e.Engine.Image(ctx, ref, platform)
	if err == nil && !strings.Contains(ref, "@") {
		image.Digests = e.built
		if len(e.pulls) > 0 {
			image.Digests = []string{e.pulls[len(e.pulls)-1].Ref}
		}
	}
	return image, err
}
