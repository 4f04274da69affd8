package docker

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// settleTimeout bounds the wait for another call on the same container, a create
// or remove in flight, to end.
const settleTimeout = 30 * time.Second

// Create implements backend.Engine. Without a sandbox the container has no network.
// Where the engine has no TaskLimits, each container gets its sandbox's limits for
// what the spec leaves open: that bounds each, if not the sum.
func (e *Engine) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	defer e.warm.starts()()
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
	c := creation{CreateRequest: e.containerRequest(spec, sandbox, known.taskLimits), name: spec.Name}
	if spec.Platform != "" {
		os, architecture, _ := strings.Cut(spec.Platform, "/")
		c.platform = &ocispec.Platform{OS: os, Architecture: architecture}
	}
	made, err := e.create(ctx, c)
	return made.id, engineError(err)
}

// Start implements backend.Engine.
func (e *Engine) Start(ctx context.Context, id string) error {
	defer e.warm.starts()()
	if err := e.checkOwner(ctx, id); err != nil {
		return engineError(err)
	}
	err := e.client.ContainerStart(ctx, id, container.StartOptions{})
	if bridgeFull(err) && e.warm.release(ctx, func(warmSandbox) bool { return true }) {
		err = e.client.ContainerStart(ctx, id, container.StartOptions{})
	}
	return engineError(err)
}

// Stop implements backend.Engine. The engine counts whole seconds; a fraction is
// rounded up.
func (e *Engine) Stop(ctx context.Context, id string, grace time.Duration) error {
	if err := e.checkOwner(ctx, id); err != nil {
		return engineError(err)
	}
	seconds := max(0, int(math.Ceil(grace.Seconds())))
	return engineError(e.client.ContainerStop(ctx, id, container.StopOptions{Timeout: &seconds}))
}

// Crash implements backend.Crasher.
func (e *Engine) Crash(ctx context.Context, id string) error {
	if err := e.checkOwner(ctx, id); err != nil {
		return engineError(err)
	}
	err := e.client.ContainerKill(ctx, id, "KILL")
	if cerrdefs.IsConflict(err) { // it does not run
		return nil
	}
	return engineError(err)
}

// Remove implements backend.Engine. Remove the containers of a sandbox before the
// sandbox: their control groups lie inside its own.
func (e *Engine) Remove(ctx context.Context, id string) error {
	err := e.checkOwner(ctx, id)
	if err == nil {
		err = e.remove(ctx, id)
	}
	if err == nil || errors.Is(engineError(err), backend.ErrNotFound) {
		e.ours.Delete(id)
		e.forgetSandbox(id)
		return nil
	}
	return engineError(err)
}

// checkOwner makes sure that a container is the owner's. What this process made or
// listed needs no asking.
func (e *Engine) checkOwner(ctx context.Context, id string) error {
	if _, known := e.ours.Load(id); known {
		return nil
	}
	_, err := e.inspectOwned(ctx, id)
	return err
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

// creation is a container that is to be made.
type creation struct {
	container.CreateRequest
	platform *ocispec.Platform // nil: any
	name     string
}

// post asks the engine for the container.
func (e *Engine) post(ctx context.Context, c creation) (created, error) {
	made, err := e.client.ContainerCreate(ctx, c.Config, c.HostConfig, c.NetworkingConfig, c.platform, c.name)
	return created{made.ID, true}, err
}

// created is a container that a call made, or found under its name.
type created struct {
	id    string
	fresh bool // this call made it
}

// create makes a container, or finds the one of that name.
func (e *Engine) create(ctx context.Context, c creation) (created, error) {
	made, err := e.post(ctx, c)
	if conflict := err; cerrdefs.IsConflict(conflict) {
		err = e.await(ctx, conflict, func() (done bool, err error) {
			made, done, err = e.createAgain(ctx, c, conflict)
			return done, err
		})
	}
	if err == nil {
		e.ours.Store(made.id, struct{}{})
	}
	return made, err
}

// createAgain looks what has the name: the container that is wanted, somebody
// else's, or one that is only just coming or going.
func (e *Engine) createAgain(ctx context.Context, c creation, conflict error) (made created, done bool, err error) {
	existing, err := e.client.ContainerInspect(ctx, c.name)
	switch {
	case err != nil && !cerrdefs.IsNotFound(err):
		return made, false, err
	case err == nil && existing.Config.Labels[ownerLabel] != e.owner:
		return made, false, conflict
	case err == nil && existing.State.Status != container.StateRemoving && existing.State.Status != container.StateDead:
		return created{id: existing.ID}, true, nil
	}
	made, err = e.post(ctx, c)
	if cerrdefs.IsConflict(err) {
		return made, false, nil
	}
	return made, err == nil, err
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
