package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

// PullBehavior is the agent's ECS_IMAGE_PULL_BEHAVIOR.
type PullBehavior string

// Pull behaviours. Source: ECS container agent configuration; that an image found
// locally is not pulled by default is the emulator's choice, because it must work
// without a registry.
const (
	PreferCached PullBehavior = "prefer-cached" // pull what is absent
	Always       PullBehavior = "always"        // pull; a failure is final
	Default      PullBehavior = "default"       // pull; fall back to a local image
	Once         PullBehavior = "once"          // pull each image once in this run
)

// find looks whether the container's image is there and need not be pulled.
func (w *work) find(i int) run {
	h, ref, platform := w.host, w.image(i), w.platform
	return func(ctx context.Context) func() {
		at := h.agent.Clock.Now()
		image, err := h.Engine.Image(ctx, ref)
		return func() {
			switch {
			case errors.Is(err, backend.ErrNotFound) || err == nil && (h.mustPull(ref) || !fits(image, platform)):
				w.view.about(i).absent = true
			case h.engineLost(err):
			case err != nil:
				w.pullFailed(i, err)
			default:
				w.pulled(i, image, at, at)
			}
		}
	}
}

func (w *work) image(i int) string { return aws.ToString(w.view.definitions[i].Image) }

// mustPull reports whether an image is pulled although it is there.
func (h *host) mustPull(ref string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch h.PullBehavior {
	case PreferCached:
		return false
	case Once:
		return !h.fetched[ref]
	default:
		return true
	}
}

// pull fetches the container's image.
func (w *work) pull(i int) run {
	h, ref, platform := w.host, w.image(i), w.platform
	return func(ctx context.Context) func() {
		startedAt := h.agent.Clock.Now()
		image, err := h.fetch(ctx, ref, platform)
		stoppedAt := h.agent.Clock.Now()
		return func() {
			delete(w.pulls, i)
			switch {
			case h.engineLost(err): // or told to stop meanwhile
			case err != nil:
				w.pullFailed(i, err)
			default:
				w.pulled(i, image, startedAt, stoppedAt)
			}
		}
	}
}

// fetch pulls an image and inspects it.
func (h *host) fetch(ctx context.Context, ref, platform string) (backend.Image, error) {
	err := h.Engine.Pull(ctx, backend.PullSpec{Ref: ref, Platform: platform})
	if err != nil && h.PullBehavior == Default {
		if local, missing := h.Engine.Image(ctx, ref); missing == nil {
			return local, nil
		}
	}
	if err != nil {
		return backend.Image{}, err
	}
	h.mu.Lock()
	h.fetched[ref] = true
	h.mu.Unlock()
	return h.Engine.Image(ctx, ref)
}

func (w *work) pulled(i int, image backend.Image, startedAt, stoppedAt time.Time) {
	s := w.view.status
	if s.PullStartedAt.IsZero() || startedAt.Before(s.PullStartedAt) {
		s.PullStartedAt = startedAt
	}
	s.PullStoppedAt = stoppedAt
	s.Containers[i].ImageDigest = w.host.digests.of(w.image(i), image)
	s.Containers[i].Phase = state.ContainerPulled
}

// pullFailed is the end of a container without an image. On Fargate the task has
// the reason and the container none, nor has the task times of the pull; Source:
// recorded pull failures (ECS0002). A container that the task can do without keeps
// it.
func (w *work) pullFailed(i int, err error) {
	if w.machine != nil { // Source: field reports of tasks on EC2, current agents
		reason := "CannotPullImageManifestError: Error response from daemon: " + engineText(err)
		w.containerFailed(i, reason, reason)
		return
	}
	reason := fmt.Sprintf("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref %s: %s",
		canonical(w.image(i)), engineText(err))
	w.containerFailed(i, reason, reason)
	if taskdef.Essential(&w.view.definitions[i]) {
		w.view.status.Containers[i].Reason = ""
		w.view.status.PullStartedAt = time.Time{}
	}
}

// platformOf is what images must be for when the task definition says so: an engine
// that is asked for no platform takes its own, and what was built on it runs.
func platformOf(d *types.TaskDefinition) string {
	if d.RuntimePlatform == nil {
		return ""
	}
	switch d.RuntimePlatform.CpuArchitecture {
	case types.CPUArchitectureArm64:
		return "linux/arm64"
	case types.CPUArchitectureX8664:
		return "linux/amd64"
	default:
		return ""
	}
}

// fits reports whether a local image is for a platform.
func fits(image backend.Image, platform string) bool {
	_, architecture, _ := strings.Cut(platform, "/")
	return platform == "" || image.Architecture == architecture
}

// digestOf is the digest under which the image's own registry knows it. One that no
// registry knows, as it was built here or has another's name, is told by its id.
func digestOf(ref string, image backend.Image) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return image.ID
	}
	if digested, ok := named.(reference.Digested); ok {
		return digested.Digest().String()
	}
	for _, each := range image.Digests {
		known, err := reference.ParseNormalizedNamed(each)
		if err != nil || known.Name() != named.Name() {
			continue
		}
		if digested, ok := known.(reference.Digested); ok {
			return digested.Digest().String()
		}
	}
	return image.ID
}

// digests remembers what digestOf has found: to parse a reference takes as long as the
// simulated engine takes for a whole start.
type digests struct {
	mu    sync.Mutex
	known map[digestKey]string
}

type digestKey struct{ ref, id, digests string }

// mostDigests bounds the memory of references that are all different.
const mostDigests = 1000

func (d *digests) of(ref string, image backend.Image) string {
	key := digestKey{ref, image.ID, strings.Join(image.Digests, " ")}
	d.mu.Lock()
	defer d.mu.Unlock()
	if digest, known := d.known[key]; known {
		return digest
	}
	if d.known == nil || len(d.known) >= mostDigests {
		d.known = map[digestKey]string{}
	}
	digest := digestOf(ref, image)
	d.known[key] = digest
	return digest
}

// canonical is the full form of an image reference: docker.io/library/web:latest.
func canonical(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.TagNameOnly(named).String()
}

// engineText is the engine's own words without the client's frame.
func engineText(err error) string {
	return strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}
