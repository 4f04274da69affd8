package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// perform makes the engine call of an action, without the lock, and returns what
// to do about its outcome, which runs under the lock.
func (w *work) perform(ctx context.Context, a action) (finish func()) {
	switch a.verb {
	case createSandbox:
		return w.createSandbox(ctx)
	case startSandbox:
		return w.startSandbox(ctx)
	case removeSandbox:
		return w.removeSandbox(ctx)
	case find:
		return w.find(ctx, a.container)
	case pull:
		return w.pull(ctx, a.container)
	case create:
		return w.create(ctx, a.container)
	case discard:
		return w.discard(ctx, a.container)
	case start:
		return w.start(ctx, a.container)
	case stop:
		return w.stop(ctx, a.container)
	case examine:
		return w.examine(ctx, a.container)
	}
	panic("agent: no such action: " + string(a.verb))
}

// skipAll marks all containers as never run.
func (w *work) skipAll() {
	for i := range w.view.status.Containers {
		if w.view.status.Containers[i].Phase != state.ContainerStopped {
			w.containerStopped(i)
		}
	}
}

// find looks whether the container's image is there and need not be pulled.
func (w *work) find(ctx context.Context, i int) func() {
	ref := aws.ToString(w.view.definitions[i].Image)
	at := w.agent.Clock.Now()
	image, err := w.agent.Engine.Image(ctx, ref)
	return func() {
		switch {
		case errors.Is(err, backend.ErrNotFound) || err == nil && w.agent.mustPull(ref):
			w.view.absent[aws.ToString(w.view.definitions[i].Name)] = true
		case w.agent.engineLost(err):
		case err != nil:
			w.pullFailed(i, err)
		default:
			w.pulled(i, image, at, at)
		}
	}
}

// mustPull reports whether an image is pulled although it is there.
func (a *Agent) mustPull(ref string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.PullBehavior {
	case PreferCached:
		return false
	case Once:
		return !a.fetched[ref]
	default:
		return true
	}
}

// pull fetches the container's image.
func (w *work) pull(ctx context.Context, i int) func() {
	ref := aws.ToString(w.view.definitions[i].Image)
	startedAt := w.agent.Clock.Now()
	image, err := w.agent.fetch(ctx, ref, w.platform())
	stoppedAt := w.agent.Clock.Now()
	return func() {
		delete(w.pulls, aws.ToString(w.view.definitions[i].Name))
		switch {
		case w.agent.engineLost(err): // or told to stop meanwhile
		case err != nil:
			w.pullFailed(i, err)
		default:
			w.pulled(i, image, startedAt, stoppedAt)
		}
	}
}

// fetch pulls an image and inspects it.
func (a *Agent) fetch(ctx context.Context, ref, platform string) (backend.Image, error) {
	if err := a.Engine.Pull(ctx, backend.PullSpec{Ref: ref, Platform: platform}); err != nil {
		if local, missing := a.Engine.Image(ctx, ref); a.PullBehavior == Default && missing == nil {
			return local, nil
		}
		return backend.Image{}, err
	}
	a.mu.Lock()
	a.fetched[ref] = true
	a.mu.Unlock()
	return a.Engine.Image(ctx, ref)
}

func (w *work) pulled(i int, image backend.Image, startedAt, stoppedAt time.Time) {
	s := w.view.status
	if s.PullStartedAt.IsZero() || startedAt.Before(s.PullStartedAt) {
		s.PullStartedAt = startedAt
	}
	s.PullStoppedAt = stoppedAt
	s.Containers[i].ImageDigest = digestOf(image)
	s.Containers[i].Phase = state.ContainerPulled
}

// pullFailed is the end of a container without an image. On Fargate the task has
// the reason and the container none, nor has the task times of the pull; Source:
// recorded pull failures. A container that the task can do without keeps it.
func (w *work) pullFailed(i int, err error) {
	reason := fmt.Sprintf("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref %s: %s",
		canonical(aws.ToString(w.view.definitions[i].Image)), engineText(err))
	w.containerFailed(i, reason, reason)
	if essential(&w.view.definitions[i]) {
		w.view.status.Containers[i].Reason = ""
		w.view.status.PullStartedAt = time.Time{}
	}
}

func (w *work) create(ctx context.Context, i int) func() {
	w.mu.Lock() // the sandbox may be replaced at any time
	spec := w.containerSpec(i)
	w.mu.Unlock()
	id, err := w.agent.Engine.Create(ctx, spec)
	return func() {
		c := &w.view.status.Containers[i]
		replaced := spec.Sandbox != w.view.status.SandboxID
		switch {
		case w.agent.engineLost(err):
		case err != nil && replaced: // tried again with the new sandbox
		case err != nil:
			reason := "CannotCreateContainerError: " + err.Error()
			w.containerFailed(i, reason, reason)
		default:
			c.RuntimeID = id
			c.Phase = state.ContainerCreated
			w.view.stale[c.Name] = replaced
		}
	}
}

// discard removes a container that was made for a sandbox which has been replaced.
func (w *work) discard(ctx context.Context, i int) func() {
	c := &w.view.status.Containers[i]
	err := w.agent.Engine.Remove(ctx, c.RuntimeID)
	return func() {
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			reason := "CannotRemoveContainerError: " + err.Error()
			w.containerFailed(i, reason, reason)
		default:
			delete(w.view.stale, c.Name)
			c.RuntimeID = ""
			c.Phase = state.ContainerPulled
		}
	}
}

func (w *work) start(ctx context.Context, i int) func() {
	err := w.agent.Engine.Start(ctx, w.view.status.Containers[i].RuntimeID)
	startedAt := w.agent.Clock.Now()
	return func() {
		c := &w.view.status.Containers[i]
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			reason := "CannotStartContainerError: " + err.Error()
			w.containerFailed(i, reason, reason)
		default:
			// It was RUNNING, however briefly: an exit that the engine has told
			// of already is looked at in the next step.
			c.StartedAt = startedAt
			c.Phase = state.ContainerRunning
		}
	}
}

// defaultStopTimeout is what a container gets that asks for nothing.
// Source: ECS API reference, ContainerDefinition.stopTimeout.
const defaultStopTimeout = 30 * time.Second

func (w *work) stop(ctx context.Context, i int) func() {
	grace := defaultStopTimeout
	if t := w.view.definitions[i].StopTimeout; t != nil {
		grace = time.Duration(*t) * time.Second
	}
	id := w.view.status.Containers[i].RuntimeID
	if err := w.agent.Engine.Stop(ctx, id, grace); err != nil && !errors.Is(err, backend.ErrNotFound) {
		return func() {
			if w.agent.engineLost(err) {
				return
			}
			w.agent.Log.Error("container not stopped; it is killed", "task", w.task.ARN, "container", id, "error", err)
			w.view.status.Containers[i].Reason = cut("CannotStopContainerError: " + err.Error())
			w.containerStopped(i)
		}
	}
	return w.examine(ctx, i)
}

// examine asks the engine how a container ended.
func (w *work) examine(ctx context.Context, i int) func() {
	seen, err := w.agent.Engine.Inspect(ctx, w.view.status.Containers[i].RuntimeID)
	return func() {
		switch {
		case errors.Is(err, backend.ErrNotFound):
			w.containerVanished(i)
		case w.agent.engineLost(err):
		case err != nil:
			w.agent.Log.Error("container not inspected", "task", w.task.ARN, "error", err)
			w.containerVanished(i)
		case w.view.stop != nil && essential(&w.view.definitions[i]):
			w.executionStopped()
			fallthrough
		default:
			w.containerExited(i, seen)
		}
	}
}

// platform is what to pull; empty is the engine's own.
func (w *work) platform() string {
	if w.task.Spec.Architecture == "arm64" {
		return "linux/arm64"
	}
	return ""
}

// digestOf is the digest under which a registry knows the image; an image that
// was built here has none.
func digestOf(image backend.Image) string {
	for _, d := range image.Digests {
		if _, digest, ok := strings.Cut(d, "@"); ok {
			return digest
		}
	}
	return ""
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
