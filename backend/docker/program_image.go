package docker

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"fmt"
	"io"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/scratchimage"
)

// The programs, as embedded/build made them.
//
//go:embed embedded/*.gz
var programs embed.FS

// Where the programs lie in their images.
const (
	sandboxPath  = "/sandbox"
	relayPath    = "/relay"
	balancerPath = "/balancer"
)

// programImage is an image of programs, which is imported on first use.
type programImage struct {
	repository string
	paths      []string // the first one is the entry point
}

var (
	// sandboxImage is that of sandboxes, lifelines and relays.
	sandboxImage = &programImage{"ecs-emulator/sandbox", []string{sandboxPath, relayPath}}
	// balancerImage is one of its own: not everybody has load balancers.
	balancerImage = &programImage{"ecs-emulator/balancer", []string{balancerPath}}
)

// images are those that the engine has.
type images struct{ sandbox, balancer lazy[string] }

func (e *Engine) imported(image *programImage) *lazy[string] {
	if image == balancerImage {
		return &e.images.balancer
	}
	return &e.images.sandbox
}

func (e *Engine) ensureImage(ctx context.Context, image *programImage) (ref string, err error) {
	return e.imported(image).get(ctx, func(ctx context.Context) (string, error) {
		known, err := e.engineFacts(ctx)
		if err != nil {
			return "", err
		}
		spec := scratchimage.Spec{Repository: image.repository, Labels: map[string]string{kindLabel: string(kindImage)}}
		for _, path := range image.paths {
			binary, err := program(path, known.architecture)
			if err != nil {
				return "", err
			}
			spec.Programs = append(spec.Programs, scratchimage.Program{Path: path, Binary: binary})
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
		e.imported(image).reset()
	}
}

// program unpacks one.
func program(path, architecture string) ([]byte, error) {
	packed, err := programs.ReadFile("embedded" + path + "_linux_" + architecture + ".gz")
	if err != nil {
		return nil, fmt.Errorf("no program %s for an engine on %s", path, architecture)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack program %s: %w", path, err)
	}
	binary, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack program %s: %w", path, err)
	}
	return binary, nil
}
