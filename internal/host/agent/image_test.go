package agent

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// oneArchitecture has images of one architecture alone.
type oneArchitecture struct {
	backend.Engine
	architecture string
	local        bool  // it is there without a pull
	pull         error // how one ends
	pulled       []string
}

func (e *oneArchitecture) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	if !e.local {
		return e.Engine.Image(ctx, ref, platform)
	}
	return backend.Image{ID: "sha256:1", OS: "linux", Architecture: e.architecture}, nil
}

func (e *oneArchitecture) Pull(ctx context.Context, spec backend.PullSpec) error {
	e.pulled = append(e.pulled, spec.Platform)
	if e.pull == nil {
		e.local = true
		spec.Platform = "linux/" + e.architecture
		return e.Engine.Pull(ctx, spec)
	}
	return e.pull
}

// other is an architecture that neither this machine nor X86_64 has.
const other = "s390x"

func TestPlatformOfAnImage(t *testing.T) {
	noRegistry := errors.New("Error response from daemon: no such host")
	for name, c := range map[string]struct {
		asked   types.CPUArchitecture
		engine  oneArchitecture
		reason  string // of the task; empty is none
		pulled  int
		instead bool // a local image is taken where a pull fails
	}{
		"one for the engine's own": {engine: oneArchitecture{architecture: runtime.GOARCH}, pulled: 1},
		"which is there":           {engine: oneArchitecture{architecture: runtime.GOARCH, local: true}},
		"or for X86_64":            {engine: oneArchitecture{architecture: "amd64", local: true}},
		"that is asked for":        {asked: types.CPUArchitectureArm64, engine: oneArchitecture{architecture: "arm64"}, pulled: 1},
		"which is there too":       {asked: types.CPUArchitectureArm64, engine: oneArchitecture{architecture: "arm64", local: true}},
		"another one": {
			asked: types.CPUArchitectureArm64, engine: oneArchitecture{architecture: other}, pulled: 3,
			reason: "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64'",
		},
		"another one where none is asked for": {
			engine: oneArchitecture{architecture: other}, pulled: 3,
			reason: "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
		},
		"another one, and no registry": {
			engine: oneArchitecture{architecture: other, local: true, pull: noRegistry}, pulled: 1,
			reason: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/app:latest: no such host (the image here is for linux/" + other + ")",
		},
		"another one, which will not do instead": {
			engine: oneArchitecture{architecture: other, local: true, pull: noRegistry}, pulled: 1, instead: true,
			reason: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/app:latest: no such host (the image here is for linux/" + other + ")",
		},
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.stop()
				engine := &c.engine
				engine.Engine = b.engine
				if engine.local { // and stands for it, as far as the simulation is concerned
					b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: "app", Platform: "linux/" + engine.architecture}), error(nil))
				}
				behavior := imagepull.PreferCached
				if c.instead {
					behavior = imagepull.Default
				}
				b.startOn(HostOptions{Engine: engine, PullBehavior: behavior})
				d := types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{container("web")}}
				if c.asked != "" {
					d.RuntimePlatform = &types.RuntimePlatform{CpuArchitecture: c.asked}
				}
				task := b.task(b.runDefinition(d))
				b.expect("pulls", len(engine.pulled), c.pulled)
				if c.reason == "" {
					b.expect("status", task.Status.LastStatus, state.Running)
					return
				}
				b.expect("reason", task.Stop.Reason, c.reason)
			})
		})
	}
}

// renamed is an engine in which a name stands for another image when a container is made.
type renamed struct {
	backend.Engine
	images []string // of containers
}

func (e *renamed) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	e.images = append(e.images, spec.Image)
	if len(e.images) == 1 {
		return "", &backend.NotFoundError{Kind: backend.KindImage, Err: errors.New("it does not match the specified platform")}
	}
	spec.Image = "app"
	return e.Engine.Create(ctx, spec)
}

// Two tasks pull one name for two architectures at once.
func TestANameStandsForAnotherImage(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &renamed{Engine: b.engine}
		b.startOn(HostOptions{Engine: engine})
		id := b.run(container("web"))
		b.expect("status", b.task(id).Status.LastStatus, state.Running)
		image, err := b.engine.Image(t.Context(), "app", "")
		b.expect("error", err, nil)
		b.expect("images", engine.images, []string{"app", image.ID})
	})
}

// regional is an engine with images that name a region. It remembers which containers have one from
// their specification.
type regional struct {
	*sim.Engine
	mu  sync.Mutex
	has map[string]bool // by image
}

func (r *regional) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	found, err := r.Engine.Image(ctx, ref, platform)
	if strings.HasPrefix(ref, "mars") {
		found.Env = []string{"PATH=/bin", "AWS_DEFAULT_REGION=mars"}
	}
	return found, err
}

func (r *regional) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	r.mu.Lock()
	r.has[spec.Image] = slices.Contains(spec.Env, "AWS_REGION=us-east-1")
	r.mu.Unlock()
	return r.Engine.Create(ctx, spec)
}

// On container instances the region of an image stays. Source: amazon-ecs-agent, since 1.104.0.
func TestTheRegionOfAnImage(t *testing.T) {
	withAgent(t, func(b *bench) {
		engine := &regional{Engine: b.engine, has: map[string]bool{}}
		b.stop()
		b.startOn(HostOptions{Engine: engine})
		plain := container("app", "sleep", "100")
		named, fargate := container("named", "sleep", "100"), container("app", "sleep", "100")
		plain.Image, named.Image, fargate.Image = aws.String("plain"), aws.String("mars-ec2"), aws.String("mars-fargate")
		b.runAt(b.instance(), types.NetworkModeBridge, plain, named)
		b.run(fargate)
		b.expect("who gets a region", engine.has, map[string]bool{"plain": true, "mars-ec2": false, "mars-fargate": true})
	})
}

// asked is an engine that remembers for which platforms images were inspected.
type asked struct {
	backend.Engine
	mu        sync.Mutex
	platforms []string
}

func (e *asked) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	e.mu.Lock()
	e.platforms = append(e.platforms, platform)
	e.mu.Unlock()
	return e.Engine.Image(ctx, ref, platform)
}

// A name stands for images of several platforms, of which a task has its own.
func TestTheImageOfATasksPlatform(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &asked{Engine: b.engine}
		for _, platform := range []string{"linux/arm64", "linux/amd64", "linux/arm64", "linux/amd64"} {
			b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: "app", Platform: platform}), error(nil))
		}
		b.startOn(HostOptions{Engine: engine, PullBehavior: imagepull.PreferCached})
		for _, architecture := range []types.CPUArchitecture{types.CPUArchitectureArm64, types.CPUArchitectureX8664} {
			d := types.TaskDefinition{
				ContainerDefinitions: []types.ContainerDefinition{container("web")},
				RuntimePlatform:      &types.RuntimePlatform{CpuArchitecture: architecture},
			}
			b.expect("status", b.task(b.runDefinition(d)).Status.LastStatus, state.Running)
		}
		b.expect("inspected for", engine.platforms, []string{"linux/arm64", "linux/amd64"})
	})
}
