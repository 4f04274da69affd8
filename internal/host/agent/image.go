package agent

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/trouble"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
)

// find looks whether the container's image is there and need not be pulled.
func (w *taskRunner) find(i int) run {
	h, by, to, platform := w.host, w.puller(), w.pin(i), w.maker.Platform
	if w.view.IsProxy(plan.Container(i)) { // the engine has what it needs
		return func(context.Context) func() {
			return func() { w.view.Status.Containers[i].Phase = state.ContainerPulled }
		}
	}
	choice, lacks := w.choice(i)
	look := h.images.Look
	if lacks != nil {
		look = h.images.LookHere
	}
	return func(ctx context.Context) func() {
		at := h.agent.Clock.Now()
		choice := h.agent.Registry.Reach(ctx, h.Name, choice)
		image, err := look(ctx, by, choice, platform)
		if enginecall.IsTimeout(err) { // neither a reason to pull nor a failed pull
			return w.unanswered(ctx, "cannot look for an image", err)
		}
		missing := errors.Is(err, backend.ErrNotFound) || err == nil && !h.images.Fits(image.Image, platform)
		if err == nil && choice.Own && lacks == nil && !missing {
			var pinned string
			pinned, err = h.pinAs(to, state.PinnedImage{Digest: image.Digest, Own: true})
			missing = pinned != image.Digest
		}
		return func() {
			delete(w.cuts, plan.Container(i))
			if missing && err == nil {
				w.misfits[i] = image.Image
			}
			switch {
			case h.Engine.Lost(err):
			case lacks != nil && !missing && err == nil && h.agent.Registry.StandsIn(lacks, by, w.instance == nil):
				h.agent.Log.Info("a local image stands in for one that its repository does not have", "task", w.task.ARN, "image", choice.Named())
				w.pulled(i, image, at, at)
			case lacks != nil:
				w.pullFailed(i, lacks)
			case by.MustPull(choice.Ref) || missing:
				w.view.State(plan.Container(i)).Absent = true
			case err != nil:
				w.pullFailed(i, err)
			default:
				w.pulled(i, image, at, at)
			}
		}
	}
}

func (w *taskRunner) image(i int) string { return aws.ToString(w.view.Definitions[i].Image) }

// puller is the agent that pulls for the task: the one of its container instance, which may have a
// behaviour of its own, or the one of the host.
func (w *taskRunner) puller() imagepull.Agent {
	by := imagepull.Agent{Task: w.task.ARN, Behavior: w.host.PullBehavior, Anew: w.host.PullsAnew, Pulled: &w.host.pulled}
	if w.instance == nil {
		return by
	}
	by.Pulled = &w.instance.Pulled
	row := state.FindContainerInstance(w.host.agent.Store.Read(), w.instance.ARN())
	if row != nil && row.PullBehavior != "" {
		by.Behavior, by.Anew = imagepull.Configured(row.PullBehavior), false
	}
	return by
}

// pull fetches the container's image.
func (w *taskRunner) pull(i int) run {
	h, by, to, spec := w.host, w.puller(), w.pin(i), backend.PullSpec{Platform: w.maker.Platform}
	choice, lacks := w.choice(i)
	spec.Auth = w.view.Resources.Of[aws.ToString(w.view.Definitions[i].Name)].Registry
	return func(ctx context.Context) func() {
		if lacks != nil { // it was deleted just now
			return func() { w.pullFailed(i, lacks) }
		}
		startedAt := h.agent.Clock.Now()
		choice := h.agent.Registry.Reach(ctx, h.Name, choice)
		image, err := leftover.WithRoom(ctx, h.leftovers, func() (imagepull.Found, error) { return w.pullPinned(ctx, by, choice, to, spec) })
		if enginecall.IsTimeout(err) { // it is the look at what has been pulled
			return w.unanswered(ctx, "cannot look at an image", err)
		}
		stoppedAt := h.agent.Clock.Now()
		return func() {
			delete(w.cuts, plan.Container(i))
			switch {
			case h.Engine.Lost(err): // or told to stop meanwhile
			case err != nil:
				w.pullFailed(i, err)
			case w.instance == nil && !h.images.Fits(image.Image, spec.Platform):
				w.suffers(trouble.OtherPlatform(w.view.Status.Containers[i].Name, w.image(i), spec.Platform, image.Image))
				w.containerFailed(i, reason.OtherPlatform(w.maker.Platform))
			default:
				w.pulled(i, image, startedAt, stoppedAt)
			}
		}
	}
}

func (w *taskRunner) pulled(i int, image imagepull.Found, startedAt, stoppedAt time.Time) {
	w.view.Pulled(i, image.Image, image.Digest, startedAt, stoppedAt)
	if w.host.images.Fits(image.Image, w.maker.Platform) {
		w.images[i] = image
	}
}

// maxLooks bounds how often an image is looked for that goes before its container is made.
const maxLooks = 3

// looksAgain reports whether to look for an image again that was there: a user or another emulator has removed it since.
func (w *taskRunner) looksAgain(i int) bool {
	if _, was := w.images[i]; !was || w.looks[i] == maxLooks {
		return false
	}
	delete(w.images, i)
	w.looks[i]++
	return true
}

// pullFailed is the end of a container without an image. On Fargate the task has
// the reason and the container none, nor has the task times of the pull; Source:
// recorded pull failures (ECS0002). A container that the task can do without keeps
// it.
func (w *taskRunner) pullFailed(i int, err error) {
	w.suffers(w.pullTrouble(i, err))
	choice, lacks := w.choice(i)
	if ref := w.image(i); lacks == nil && !choice.Own && taskdef.IsECRImage(ref) {
		w.host.agent.Log.Warn("an image of ECR cannot be pulled: give a local one this name, with docker tag, or log the engine in to the registry",
			"task", w.task.ARN, "image", ref)
	}
	named := choice.Ref
	if w.pinned(i).Digest != "" { // others are looked for by their tags (ECR-31)
		named = choice.Named()
	}
	w.containerFailed(i, reason.Pull(named, err, w.instance == nil))
	switch {
	case w.instance == nil && taskdef.Essential(&w.view.Definitions[i]):
		w.view.Status.Containers[i].Reason = ""
		w.view.Status.PullStartedAt = time.Time{}
	case w.instance != nil && w.puller().FailureIsFinal():
		w.failTask(reason.FailedToStart)
	}
}

// pullTrouble is why the image of a container could not be pulled. One that is there for another platform would have
// spared the pull.
func (w *taskRunner) pullTrouble(i int, err error) state.Trouble {
	t := trouble.Pull(w.view.Status.Containers[i].Name, w.image(i), w.maker.Platform, err)
	if local, there := w.misfits[i]; there {
		other := trouble.OtherPlatform(t.Container, t.Subject, w.maker.Platform, local)
		t.Kind, t.Wanted, t.Has = other.Kind, other.Wanted, other.Has
	}
	return t
}
