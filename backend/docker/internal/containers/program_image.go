package containers

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
	SandboxPath  = "/" + program.Sandbox
	RelayPath    = "/" + program.Relay
	BalancerPath = "/" + program.Balancer
	ResolverPath = "/" + program.Resolver
)

// ProgramImage is an image of programs, which is imported on first use.
type ProgramImage struct {
	Repository string
	programs   []string // the first one is the entry point
}

var (
	// SandboxImage is the image of sandboxes, heartbeats and relays.
	SandboxImage = &ProgramImage{"ecs-emulator/sandbox", []string{program.Sandbox, program.Relay}}
	// BalancerImage is one of its own, which emulators without load balancers do not need.
	BalancerImage = &ProgramImage{"ecs-emulator/balancer", []string{program.Balancer}}
	// ResolverImage is one of its own as well.
	ResolverImage = &ProgramImage{"ecs-emulator/resolver", []string{program.Resolver}}
)

type programImages struct{ sandbox, balancer, resolver lazy.Value[string] }

// EnsurePrograms finds the programs that every task needs, for an engine of an architecture, and
// builds them if need be. Without it they are looked for when they are first needed.
func (s *Store) EnsurePrograms(ctx context.Context, architecture string) error {
	return s.programs.Ensure(ctx, architecture, SandboxImage.programs...)
}

func (s *Store) Program(ctx context.Context, name string) ([]byte, error) {
	architecture, err := s.architecture(ctx)
	if err != nil {
		return nil, err
	}
	return s.programs.Read(ctx, architecture, name)
}

func (s *Store) imported(image *ProgramImage) *lazy.Value[string] {
	switch image {
	case BalancerImage:
		return &s.images.balancer
	case ResolverImage:
		return &s.images.resolver
	default:
		return &s.images.sandbox
	}
}

// EnsureImage imports an image of programs unless the engine has it, and returns its name.
func (s *Store) EnsureImage(ctx context.Context, image *ProgramImage) (ref string, err error) {
	return s.imported(image).Get(ctx, func(ctx context.Context) (string, error) {
		architecture, err := s.architecture(ctx)
		if err != nil {
			return "", err
		}
		spec := scratchimage.Spec{Repository: image.Repository, Labels: map[string]string{label.KindKey: string(label.Image)}}
		if err := s.programs.Ensure(ctx, architecture, image.programs...); err != nil {
			return "", err
		}
		for _, name := range image.programs {
			binary, err := s.programs.Read(ctx, architecture, name)
			if err != nil {
				return "", err
			}
			spec.Programs = append(spec.Programs, scratchimage.Program{Path: "/" + name, Binary: binary})
		}
		return scratchimage.Ensure(ctx, s.client.Client.Client, spec)
	})
}

// CreateFrom makes a container of an image, which is imported again when it has been pruned.
func (s *Store) CreateFrom(ctx context.Context, image *ProgramImage, c Creation) (Created, error) {
	for attempt := 0; ; attempt++ {
		ref, err := s.EnsureImage(ctx, image)
		if err != nil {
			return Created{}, fmt.Errorf("import image %s: %w", image.Repository, err)
		}
		c.Image = ref
		made, err := s.Create(ctx, c)
		if attempt > 0 || !cerrdefs.IsNotFound(err) {
			return made, err
		}
		s.imported(image).Reset()
	}
}

// LoseSandboxImage has the store rely on an image that is not there; for tests.
func (s *Store) LoseSandboxImage(ref string) { s.images.sandbox.Set(ref) }
