package agent

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// pin is a container of a service revision, all of whose tasks run the same image in it. The zero value is none.
type pin struct {
	revision  *state.ServiceRevision
	container string
}

func (w *taskRunner) pin(i int) pin {
	d := &w.view.Definitions[i]
	if w.task.Spec.ServiceARN == "" || d.VersionConsistency == types.VersionConsistencyDisabled || imagepull.HasDigest(w.image(i)) {
		return pin{}
	}
	return pin{state.RevisionOf(w.host.agent.Store.Read(), w.task), aws.ToString(d.Name)}
}

// pinned is the image that all tasks of a container's service revision run; the zero value: none yet, or any.
func (w *taskRunner) pinned(i int) state.PinnedImage {
	if to := w.pin(i); to.revision != nil {
		return to.revision.Pinned[to.container]
	}
	return state.PinnedImage{}
}

// choice is the image that a container is to run, and what its repository lacks of it, if the emulator has that.
func (w *taskRunner) choice(i int) (imagepull.Choice, *imagepull.LacksError) {
	pinned := w.pinned(i)
	choice := imagepull.Choice{Ref: w.image(i), Digest: pinned.Digest, Own: pinned.Own}
	a := w.host.agent
	if a.Registry == nil {
		return choice, nil
	}
	return a.Registry.Choose(a.Store.Read(), choice, w.host.Engine.LastInfo().Simulated)
}

// imageName is the name under which the engine has the image of a container: the definition's, if nothing else is known.
func (w *taskRunner) imageName(i int, named string) string {
	found, known := w.images[i]
	switch id := w.view.Status.Containers[i].ImageID; {
	case known:
		return found.Name
	case id != "" && !w.host.Engine.LastInfo().Simulated: // it was found before a restart
		return id
	}
	if choice, _ := w.choice(i); choice.Own {
		return choice.Named()
	}
	return named
}

// pinAs pins the image of a container, unless another task has done so, and returns the digest that is pinned.
func (h *host) pinAs(to pin, image state.PinnedImage) (digest string, err error) {
	if to.revision == nil || to.revision.Pinned[to.container].Digest == image.Digest {
		return image.Digest, nil
	}
	err = h.agent.Store.Update(func(tx *store.Tx) error {
		digest = state.PinImage(tx, to.revision.ARN, to.container, image).Digest
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("keep the digest of an image: %w", err)
	}
	return digest, nil
}

// pullPinned pulls the image of a container. All tasks of a revision run the image that the first one has pulled: a task
// that has pulled another one, as the tag has moved since then, pulls again by the digest. A local image is no version
// that others could pull.
func (w *taskRunner) pullPinned(ctx context.Context, by imagepull.Agent, choice imagepull.Choice, to pin, spec backend.PullSpec) (found imagepull.Found, err error) {
	h := w.host
	if r := h.agent.Registry; choice.Own && r.Login != nil { // a simulated engine needs none, but the role may not get one
		auth, err := r.Login(ctx, w.task)
		switch {
		case err != nil:
			return found, err
		case choice.From != "":
			spec.Auth = auth
		case r.MayPull != nil:
			if err := r.MayPull(ctx, w.task, choice); err != nil {
				return found, err
			}
		}
	}
	found, err = h.images.Pull(ctx, by, choice, spec)
	if err != nil || !found.Pulled {
		return found, err
	}
	pinned, err := h.pinAs(to, state.PinnedImage{Digest: found.Digest, Own: choice.Own})
	if err != nil || pinned == found.Digest {
		return found, err
	}
	choice.Digest, choice.Tag = pinned, ""
	return h.images.Pull(ctx, by, choice, spec)
}
