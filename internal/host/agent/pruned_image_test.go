package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// imagePruning is an engine whose user removes an image before a container is made of it.
type imagePruning struct {
	backend.Engine
	mu    sync.Mutex
	left  int // how often
	gone  bool
	pulls int
}

func (e *imagePruning) missing() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.gone {
		return nil
	}
	return &backend.NotFoundError{Kind: backend.KindImage, Err: errors.New("No such image: app")} //nolint:staticcheck // the engine's own text
}

func (e *imagePruning) Pull(ctx context.Context, spec backend.PullSpec) error {
	e.mu.Lock()
	e.gone = false
	e.pulls++
	e.mu.Unlock()
	return e.Engine.Pull(ctx, spec)
}

func (e *imagePruning) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	if err := e.missing(); err != nil {
		return backend.Image{}, err
	}
	return e.Engine.Image(ctx, ref, platform)
}

func (e *imagePruning) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	e.mu.Lock()
	if !e.gone && e.left > 0 {
		e.left--
		e.gone = true
	}
	e.mu.Unlock()
	if err := e.missing(); err != nil {
		return "", err
	}
	return e.Engine.Create(ctx, spec)
}

func TestAnImageThatIsRemovedBeforeItsContainerIsMadeIsPulledAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: "app"}), error(nil))
		engine := &imagePruning{Engine: b.engine, left: maxLooks}
		b.startOn(HostOptions{Engine: engine})
		var all []types.ContainerDefinition // each of them looks again
		for n := range 2 * maxLooks {
			all = append(all, container(fmt.Sprintf("web%d", n)))
		}
		id := b.run(all...)
		b.expect("status", b.task(id).Status.LastStatus, state.Running)
		b.expect("removals to come", engine.left, 0)
		if engine.pulls == 0 {
			t.Error("it is not pulled")
		}
	})
}

func TestAnImageThatIsAlwaysRemovedFailsItsTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &imagePruning{Engine: b.engine, left: 1000}
		b.startOn(HostOptions{Engine: engine})
		task := b.task(b.run(container("web")))
		b.expect("status", task.Status.LastStatus, state.Stopped)
		b.expect("stop code", task.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		if reason := task.Status.Containers[0].Reason; !strings.HasPrefix(reason, "CannotCreateContainerError: ") {
			t.Errorf("the container's reason is %q", reason)
		}
		if engine.pulls != 1+maxLooks {
			t.Errorf("it is pulled %d times", engine.pulls)
		}
	})
}

// An image for another platform is there, and the engine makes no container of it.
func TestAnImageForAnotherPlatformIsNotLookedForAgain(t *testing.T) {
	w := &taskRunner{images: map[int]imagepull.Found{}, looks: map[int]int{}}
	if w.looksAgain(0) {
		t.Error("an image that never fitted is looked for again")
	}
}
