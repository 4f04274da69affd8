package docker

import (
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/scratchimage"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// Where the programs lie in their images.
const (
	sandboxPath  = "/" + program.Sandbox
	relayPath    = "/" + program.Relay
	balancerPath = "/" + program.Balancer
)

// programImage is an image of programs, which is imported on first use.
type programImage struct {
	repository string
	programs   []string // the first one is the entry point
}

var (
	// sandboxImage is that of sandboxes, lifelines and relays.
	sandboxImage = &programImage{"ecs-emulator/sandbox", []string{program.Sandbox, program.Relay}}
	// balancerImage is one of its own: not everybody has load balancers.
	balancerImage = &programImage{"ecs-emulator/balancer", []string{program.Balancer}}
)

// programImages are those that the engine has.
type programImages struct{ sandbox, balancer lazy.Value[string] }

// EnsurePrograms has the programs be there without which no task runs, and so builds them if
// need be, on an engine of an architecture as [Engine.Info] has it. Otherwise they are looked
// for when they are first needed.
func (e *Engine) EnsurePrograms(ctx context.Context, architecture string) error {
	return e.programs.Ensure(ctx, architecture, sandboxImage.programs...)
}

func (e *Engine) imported(image *programImage) *lazy.Value[string] {
	if image == balancerImage {
		return &e.programImages.balancer
	}
	return &e.programImages.sandbox
}

func (e *Engine) ensureImage(ctx context.Context, image *programImage) (ref string, err error) {
	return e.imported(image).Get(ctx, func(ctx context.Context) (string, error) {
		known, err := e.engineFacts(ctx)
		if err != nil {
			return "", err
		}
		spec := scratchimage.Spec{Repository: image.repository, Labels: map[string]string{label.KindKey: string(label.Image)}}
		if err := e.programs.Ensure(ctx, known.architecture, image.programs...); err != nil {
			return "", err
		}
		for _, name := range image.programs {
			binary, err := e.programs.Read(ctx, known.architecture, name)
			if err != nil {
				return "", err
			}
			spec.Programs = append(spec.Programs, scratchimage.Program{Path: "/" + name, Binary: binary})
		}
		return scratchimage.Ensure(ctx, e.client.Client.Client, spec)
	})
}

// createFrom makes a container of an image, which is imported again when somebody pruned it.
func (e *Engine) createFrom(ctx context.Context, image *programImage, c creation) (created, error) {
	for attempt := 0; ; attempt++ {
		ref, err := e.ensureImage(ctx, image)
		if err != nil {
			return created{}, fmt.Errorf("import image %s: %w", image.repository, err)
		}
		c.Image = ref
		made, err := e.create(ctx, c)
		if attempt > 0 || !cerrdefs.IsNotFound(err) {
			return made, err
		}
		e.imported(image).Reset()
	}
}
