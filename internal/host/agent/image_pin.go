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

// choice is the image that a container is to run.
func (w *taskRunner) choice(i int) imagepull.Choice {
	choice := imagepull.Choice{Ref: w.image(i)}
	if to := w.pin(i); to.revision != nil {
		choice.Digest = to.revision.Pinned[to.container]
	}
	return choice
}

// pullPinned pulls the image of a container. All tasks of a revision run the image that the first one has pulled: a task
// that has pulled another one, as the tag has moved since then, pulls again by the digest. A local image is no version
// that others could pull.
func (h *host) pullPinned(ctx context.Context, by imagepull.Agent, choice imagepull.Choice, to pin, spec backend.PullSpec) (imagepull.Found, error) {
	found, err := h.images.Pull(ctx, by, choice, spec)
	if err != nil || to.revision == nil || found.Digest == "" || found.Digest == choice.Digest {
		return found, err
	}
	err = h.agent.Store.Update(func(tx *store.Tx) error {
		choice.Digest = state.PinImage(tx, to.revision.ARN, to.container, found.Digest)
		return nil
	})
	if err != nil {
		return imagepull.Found{}, fmt.Errorf("keep the digest of an image: %w", err)
	}
	if choice.Digest == found.Digest {
		return found, nil
	}
	return h.images.Pull(ctx, by, choice, spec)
}
