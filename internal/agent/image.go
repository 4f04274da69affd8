package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
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
		image, err := h.Engine.Image(ctx, ref, platform)
		return func() {
			switch {
			case errors.Is(err, backend.ErrNotFound) || err == nil && (h.mustPull(ref) || !h.fits(image, platform)):
				w.view.about(i).absent = true
			case h.Engine.Lost(err):
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
	h, spec := w.host, backend.PullSpec{Ref: w.image(i), Platform: w.platform}
	spec.Auth = w.view.resources.of[aws.ToString(w.view.definitions[i].Name)].Registry
	return func(ctx context.Context) func() {
		startedAt := h.agent.Clock.Now()
		image, err := h.fetch(ctx, spec)
		stoppedAt := h.agent.Clock.Now()
		return func() {
			delete(w.cuts, i)
			switch {
			case h.Engine.Lost(err): // or told to stop meanwhile
			case err != nil:
				w.pullFailed(i, err)
			case w.machine == nil && !h.fits(image, spec.Platform):
				w.otherPlatform(i)
			default:
				w.pulled(i, image, startedAt, stoppedAt)
			}
		}
	}
}

// pullTries are how often an image is pulled that another task replaces meanwhile, which
// pulls it for another architecture: a name stands for one of them.
const pullTries = 3

// fetch pulls an image and inspects it. Where no platform is asked for and there is none for the
// engine's own, it takes the one for X86_64, as AWS does.
func (h *host) fetch(ctx context.Context, spec backend.PullSpec) (image backend.Image, err error) {
	for range pullTries {
		err = h.Engine.Pull(ctx, spec)
		if errors.Is(err, backend.ErrNoPlatform) && spec.Platform == "" && h.Engine.LastInfo().Architecture != "amd64" {
			spec.Platform = "linux/amd64"
			err = h.Engine.Pull(ctx, spec)
		}
		if err != nil {
			return h.instead(ctx, spec.Ref, spec.Platform, err)
		}
		h.mu.Lock()
		h.fetched[spec.Ref] = true
		h.mu.Unlock()
		image, err = h.Engine.Image(ctx, spec.Ref, spec.Platform)
		if err != nil || h.fits(image, spec.Platform) {
			break
		}
	}
	return image, err
}

// instead is the local image, where that will do for one that cannot be pulled.
func (h *host) instead(ctx context.Context, ref, platform string, why error) (backend.Image, error) {
	local, missing := h.Engine.Image(ctx, ref, platform)
	switch {
	case missing != nil:
		return backend.Image{}, why
	case !h.fits(local, platform):
		return backend.Image{}, fmt.Errorf("%w (the image here is for %s/%s)", why, local.OS, local.Architecture)
	case h.PullBehavior != Default:
		return backend.Image{}, why
	}
	return local, nil
}

func (w *work) pulled(i int, image backend.Image, startedAt, stoppedAt time.Time) {
	s := w.view.status
	if s.PullStartedAt.IsZero() || startedAt.Before(s.PullStartedAt) {
		s.PullStartedAt = startedAt
	}
	s.PullStoppedAt = stoppedAt
	s.Containers[i].ImageDigest = w.host.digests.of(w.image(i), image)
	s.Containers[i].ImageID = image.ID
	s.Containers[i].Phase = state.ContainerPulled
	w.view.about(i).region = slices.ContainsFunc(image.Env, func(v string) bool {
		return strings.HasPrefix(v, "AWS_REGION=") || strings.HasPrefix(v, "AWS_DEFAULT_REGION=")
	})
	if w.host.fits(image, w.platform) {
		w.images[i] = image.ID
	}
}

// pullFailed is the end of a container without an image. On Fargate the task has
// the reason and the container none, nor has the task times of the pull; Source:
// recorded pull failures (ECS0002). A container that the task can do without keeps
// it.
func (w *work) pullFailed(i int, err error) {
	if ref := w.image(i); taskdef.IsECRImage(ref) {
		w.host.agent.Log.Warn("an image of ECR cannot be pulled: give a local one this name, with docker tag, or log the engine in to the registry",
			"task", w.task.ARN, "image", ref)
	}
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

// otherPlatform is the end of a container whose image is for other machines, on Fargate. On
// a container instance the engine itself refuses such an image.
// Source: field reports of tasks on Fargate.
func (w *work) otherPlatform(i int) {
	wanted := cmp.Or(w.platform, "linux/amd64")
	reason := fmt.Sprintf("CannotPullContainerError: image Manifest does not contain descriptor matching platform '%s'", wanted)
	w.containerFailed(i, reason, reason)
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

// fits reports whether a local image is for a platform. Where none is asked for, it is for
// the engine's own, or for X86_64, which is what AWS takes then: a name may stand for the
// image that a task of another architecture has pulled.
func (h *host) fits(image backend.Image, platform string) bool {
	own := h.Engine.LastInfo().Architecture
	if image.Architecture == "" || platform == "" && own == "" {
		return true // nobody knows
	}
	if platform == "" {
		return image.Architecture == own || image.Architecture == "amd64"
	}
	_, wanted, _ := strings.Cut(platform, "/")
	return image.Architecture == wanted
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
