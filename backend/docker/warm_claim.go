package docker

import (
	"context"
	"errors"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/inspect"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/request"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// claimWarm gives a task a warm sandbox, if there is one that runs: under the task's
// name and with its limits.
func (e *Engine) claimWarm(ctx context.Context, spec backend.SandboxSpec, vpc vpcnet.Network) (c backend.Container, ok bool) {
	shape, ok := warmShapeOf(spec, vpc)
	ok = ok && (!e.claims.Told || e.claims.Free(ctx, spec.Name))
	shape.Metadata = e.relay.Listens(relay.MetadataPort)
	for ok && ctx.Err() == nil {
		var w warm.Sandbox
		if w, ok = e.warm.Claim(ctx, shape, warm.Limits{CPU: spec.CPU, Memory: spec.Memory}); !ok {
			break
		}
		c, err := e.claim(ctx, w, spec)
		if err == nil {
			return c, true
		}
		e.log.Debug("warm sandbox cannot be used", "container", w.Name, "error", err)
		e.warm.Discard(w)
		if errors.Is(err, errLimitsFixed) {
			e.log.Warn("the engine cannot change limits, so no warm sandboxes are kept for a while: tasks start more slowly", "while", limitsRest, "error", err)
			e.warm.Rest(limitsRest)
		}
		// Repeated after an answer was lost: the task has its sandbox already.
		ok = !cerrdefs.IsConflict(err) && !dockerapi.Lost(err) && !errors.Is(err, errUnsure)
	}
	return c, false
}

var (
	errLimitsFixed = errors.New("limits cannot be changed")
	errNotRunning  = errors.New("sandbox does not run")
	errUnsure      = errors.New("sandbox does not answer whether it is claimed")
)

// claim sets the limits before the name: a sandbox with the task's name has them, also if this process
// dies in between.
func (e *Engine) claim(ctx context.Context, w warm.Sandbox, spec backend.SandboxSpec) (c backend.Container, err error) {
	soon, cancel := context.WithTimeout(ctx, inspectPatience) // the task can have another one
	defer cancel()
	found, err := e.client.ContainerInspect(soon, w.ID)
	if err != nil {
		return c, err
	}
	if found.State.Status != container.StateRunning || inspect.Address(found) != w.IP {
		return c, errNotRunning
	}
	if w.Limits != (warm.Limits{CPU: spec.CPU, Memory: spec.Memory}) {
		if err := e.limit(ctx, w.ID, spec); err != nil {
			return c, err
		}
	}
	if err := e.give(ctx, soon, w, spec.Name); err != nil {
		return c, err
	}
	return backend.Container{
		ID: w.ID, Name: spec.Name, Labels: spec.Labels, Sandbox: true, IP: w.IP, MAC: ipam.MAC(w.IP),
		State: backend.Running, StartedAt: dockerapi.ParseTime(found.State.StartedAt),
	}, nil
}

// give has a warm sandbox belong to a task. Where it is told so, and its answer is lost, the caller has it removed: the next
// run would find it under the task's name.
func (e *Engine) give(ctx, soon context.Context, w warm.Sandbox, name string) error {
	if !e.claims.Told {
		_, err := e.client.ContainerRename(ctx, w.ID, client.ContainerRenameOptions{NewName: name})
		return err
	}
	err := e.commands.Send(soon, w.ID, command.ClaimWords(name))
	var refused *command.RefusedError
	if err != nil && !errors.As(err, &refused) {
		return fmt.Errorf("%w: %w", errUnsure, err)
	}
	if err == nil {
		e.claims.Has(name, w.ID)
	}
	return err
}

// limit changes the limits of a sandbox.
func (e *Engine) limit(ctx context.Context, id string, spec backend.SandboxSpec) error {
	facts, err := e.sandbox(ctx, id)
	if err != nil {
		return err
	}
	limits := request.SandboxLimits(spec, request.Sandbox{})
	_, err = e.client.ContainerUpdate(ctx, id, client.ContainerUpdateOptions{Resources: &limits})
	switch {
	case err == nil:
		facts.CPUQuota, facts.Memory, facts.Own = limits.CPUQuota, limits.Memory, limits
		e.sandboxes.Store(id, facts)
		return e.setLimits(ctx, id)
	case cerrdefs.IsNotFound(err), cerrdefs.IsConflict(err), dockerapi.Lost(err), ctx.Err() != nil:
		return err
	}
	if found, gone := e.client.ContainerInspect(ctx, id); gone != nil || !found.State.Running {
		return err
	}
	return fmt.Errorf("%w: %w", errLimitsFixed, err)
}
