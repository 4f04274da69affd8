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
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
)

// find looks whether the container's image is there and need not be pulled.
func (w *taskRunner) find(i int) run {
	h, by, choice, platform := w.host, w.puller(), w.choice(i), w.maker.Platform
	if w.view.IsProxy(plan.Container(i)) { // the engine has what it needs
		return func(context.Context) func() {
			return func() { w.view.Status.Containers[i].Phase = state.ContainerPulled }
		}
	}
	return func(ctx context.Context) func() {
		at := h.agent.Clock.Now()
		image, err := h.images.Find(ctx, choice, platform)
		if enginecall.IsTimeout(err) { // neither a reason to pull nor a failed pull
			return w.unanswered(ctx, "cannot look for an image", err)
		}
		return func() {
			delete(w.cuts, plan.Container(i))
			switch {
			case h.Engine.Lost(err):
			case by.MustPull(choice.Ref) || errors.Is(err, backend.ErrNotFound) || err == nil && !h.images.Fits(image.Image, platform):
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
	by := imagepull.Agent{Behavior: w.host.PullBehavior, Anew: w.host.PullsAnew, Pulled: &w.host.pulled}
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
	h, by, choice, to, spec := w.host, w.puller(), w.choice(i), w.pin(i), backend.PullSpec{Platform: w.maker.Platform}
	spec.Auth = w.view.Resources.Of[aws.ToString(w.view.Definitions[i].Name)].Registry
	return func(ctx context.Context) func() {
		startedAt := h.agent.Clock.Now()
		image, err := leftover.WithRoom(ctx, h.leftovers, func() (imagepull.Found, error) { return h.pullPinned(ctx, by, choice, to, spec) })
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
				w.containerFailed(i, reason.OtherPlatform(w.maker.Platform))
			default:
				w.pulled(i, image, startedAt, stoppedAt)
			}
		}
	}
}

func (w *taskRunner) pulled(i int, image imagepull.Found, startedAt, stoppedAt time.Time) {
	w.view.Pulled(i, image.Image, w.host.images.Digest(image.Name, image.Image), startedAt, stoppedAt)
	if w.host.images.Fits(image.Image, w.maker.Platform) {
		w.images[i] = image
	}
}

// pullFailed is the end of a container without an image. On Fargate the task has
// the reason and the container none, nor has the task times of the pull; Source:
// recorded pull failures (ECS0002). A container that the task can do without keeps
// it.
func (w *taskRunner) pullFailed(i int, err error) {
	if ref := w.image(i); taskdef.IsECRImage(ref) {
		w.host.agent.Log.Warn("an image of ECR cannot be pulled: give a local one this name, with docker tag, or log the engine in to the registry",
			"task", w.task.ARN, "image", ref)
	}
	w.containerFailed(i, reason.Pull(w.choice(i).Remote(), err, w.instance == nil))
	switch {
	case w.instance == nil && taskdef.Essential(&w.view.Definitions[i]):
		w.view.Status.Containers[i].Reason = ""
		w.view.Status.PullStartedAt = time.Time{}
	case w.instance != nil && w.puller().FailureIsFinal():
		w.failTask(reason.FailedToStart)
	}
}
