package docker

import (
	"context"
	"math"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// settleTimeout bounds the wait for another call on the same container, a create
// or remove in flight, to end.
const settleTimeout = 30 * time.Second

// Create implements backend.Engine. Without a sandbox the container has no network.
// Where the engine has no TaskLimits, each container gets its sandbox's limits for
// what the spec leaves open: that bounds each, if not the sum.
func (e *Engine) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	if err := e.ensureLifeline(ctx); err != nil {
		return "", engineError(err)
	}
	known, err := e.engineFacts(ctx)
	if err != nil {
		return "", engineError(err)
	}
	var sandbox sandboxFacts
	if spec.Sandbox != "" {
		if sandbox, err = e.sandbox(ctx, spec.Sandbox); err != nil {
			return "", engineError(err)
		}
	}
	id, err := e.create(ctx, e.containerRequest(spec, sandbox, known.taskLimits), spec.Name)
	return id, engineError(err)
}

// Start implements backend.Engine.
func (e *Engine) Start(ctx context.Context, id string) error {
	return engineError(e.client.ContainerStart(ctx, id, container.StartOptions{}))
}

// Stop implements backend.Engine. The engine counts whole seconds; a fraction is
// rounded up.
func (e *Engine) Stop(ctx context.Context, id string, grace time.Duration) error {
	seconds := max(0, int(math.Ceil(grace.Seconds())))
	return engineError(e.client.ContainerStop(ctx, id, container.StopOptions{Timeout: &seconds}))
}

// Remove implements backend.Engine. Remove the containers of a sandbox before the
// sandbox: their control groups lie inside its own.
func (e *Engine) Remove(ctx context.Context, id string) error {
	err := e.remove(ctx, id)
	if err == nil {
		e.sandboxes.Delete(id)
	}
	return engineError(err)
}

func (e *Engine) remove(ctx context.Context, id string) error {
	err := e.client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	switch {
	case cerrdefs.IsNotFound(err):
		return nil
	case cerrdefs.IsConflict(err): // somebody else is removing it
		return e.await(ctx, err, func() (bool, error) {
			_, inspectErr := e.client.ContainerInspect(ctx, id)
			if cerrdefs.IsNotFound(inspectErr) {
				return true, nil
			}
			return false, inspectErr
		})
	default:
		return err
	}
}

// create makes a container, or finds the one of that name.
func (e *Engine) create(ctx context.Context, request container.CreateRequest, name string) (string, error) {
	made, conflict := e.client.ContainerCreate(ctx, request.Config, request.HostConfig, request.NetworkingConfig, nil, name)
	if !cerrdefs.IsConflict(conflict) {
		return made.ID, conflict
	}
	var id string
	err := e.await(ctx, conflict, func() (bool, error) {
		existing, err := e.client.ContainerInspect(ctx, name)
		switch {
		case err != nil && !cerrdefs.IsNotFound(err):
			return false, err
		case err == nil && existing.Config.Labels[ownerLabel] != e.owner:
			return false, conflict
		case err == nil && existing.State.Status != container.StateRemoving && existing.State.Status != container.StateDead:
			id = existing.ID
			return true, nil
		}
		// The name is taken by a container that is only just coming or going.
		made, err := e.client.ContainerCreate(ctx, request.Config, request.HostConfig, request.NetworkingConfig, nil, name)
		if cerrdefs.IsConflict(err) {
			return false, nil
		}
		id = made.ID
		return err == nil, err
	})
	return id, err
}

// await asks until done or an error, and returns err if that takes too long.
func (e *Engine) await(ctx context.Context, err error, done func() (bool, error)) error {
	limit := time.NewTimer(settleTimeout)
	defer limit.Stop()
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		if ok, failed := done(); ok || failed != nil {
			return failed
		}
		select {
		case <-time.After(pause):
		case <-limit.C:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
