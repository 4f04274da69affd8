package docker

import (
	"context"
	"errors"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// governor is a container in which the sandbox program sets limits of control groups: it
// has those of the engine's host, wherever this process runs.
type governor struct {
	id     string
	whyNot string // it cannot; the engine goes without
	tried  time.Time
}

// retryGovernor is after how long one that cannot is tried again, with the next sandbox: the
// engine may have been short of something, or somebody has mended its host.
const retryGovernor = 10 * time.Minute

// usableGovernor is the governor, or why there is none.
func (e *Engine) usableGovernor(ctx context.Context) (governor, error) {
	g, err := e.governor.Get(ctx, e.startGovernor)
	if err != nil || g.whyNot == "" || time.Since(g.tried) < retryGovernor {
		return g, err
	}
	e.governor.Reset()
	g, err = e.governor.Get(ctx, e.startGovernor)
	if err == nil && g.whyNot == "" {
		e.log.Info("tasks and container instances are bounded as a whole from now on")
	}
	return g, err
}

// binding is how new sandboxes are bound on this engine, which tries whether the governor
// can do what it is for.
func (e *Engine) binding(ctx context.Context) (binding, error) {
	known, err := e.engineFacts(ctx)
	if err != nil || known.binding != governed {
		return known.binding, err
	}
	g, err := e.usableGovernor(ctx)
	if err != nil || g.whyNot != "" {
		return unbound, err
	}
	return governed, nil
}

// limitsHold says whether the limits of a sandbox hold for the sum of its containers, as
// far as that is known, or why not.
func (e *Engine) limitsHold(known facts) (hold bool, whyNot string) {
	if known.binding != governed {
		return known.binding == nested, known.unbound
	}
	g, _ := e.governor.Peek()
	return g.whyNot == "", g.whyNot
}

func (e *Engine) governorName() string { return e.owner.ResourceName("governor") }

// createGovernor makes it. One of an earlier run may have another version's program.
func (e *Engine) createGovernor(ctx context.Context, g groups) (made containers.Created, err error) {
	for range 2 {
		made, err = e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{Name: e.governorName(), CreateRequest: e.governorRequest(g)})
		if err != nil || made.Fresh {
			break
		}
		err = e.containers.Remove(ctx, made.ID)
	}
	return made, err
}

// startGovernor starts the owner's governor and tries it on a group that nothing is in.
func (e *Engine) startGovernor(ctx context.Context) (governor, error) {
	known, err := e.engineFacts(ctx)
	if err != nil {
		return governor{}, err
	}
	name := e.governorName()
	trial := known.groups.parentOf("", name)
	made, err := e.createGovernor(ctx, known.groups)
	if err == nil {
		err = e.client.ContainerStart(ctx, made.ID)
	}
	if err == nil {
		err = e.commands.Exec(ctx, made.ID, limitWords(trial, container.Resources{Memory: 64 << 20, MemorySwap: 64 << 20, CPUQuota: cpuPeriod, CPUShares: 1024})...)
	}
	if err == nil {
		err = e.commands.Exec(ctx, made.ID, "drop", trial)
	}
	switch {
	case err == nil:
		return governor{id: made.ID}, nil
	case dockerapi.Lost(err) || ctx.Err() != nil:
		return governor{}, err
	}
	if removed := e.containers.Remove(ctx, name); removed != nil {
		e.log.Debug("governor of control groups not removed", "container", name, "error", removed)
	}
	g := governor{whyNot: fmt.Sprintf("limits of %s cannot be set: %v", known.groups, err), tried: time.Now()}
	e.warnUnbound(g.whyNot)
	return g, nil
}

// warnUnbound says a reason once.
func (e *Engine) warnUnbound(why string) {
	if e.saidUnbound.Swap(why) == why {
		return
	}
	e.log.Warn("a task or container instance is not bounded as a whole: each of its containers has its limits for itself", "reason", why)
}

// governorRequest asks for the rights of the host's root on its control groups alone. To a
// host that confines containers by label or by another user's numbers it has to be said.
func (e *Engine) governorRequest(g groups) container.CreateRequest {
	host := &container.HostConfig{
		NetworkMode: "none", CgroupnsMode: container.CgroupnsModeHost, UsernsMode: "host",
		SecurityOpt: []string{"label=disable"},
		LogConfig:   container.LogConfig{Type: "none"},
		Binds:       []string{"/sys/fs/cgroup:/sys/fs/cgroup"},
	}
	if g.driver == "systemd" {
		// The folder, since systemd makes its socket anew.
		host.Binds = append(host.Binds, "/run/systemd:/run/systemd")
	}
	return container.CreateRequest{Config: &container.Config{Labels: e.owner.Labels(label.CgroupManager, nil)}, HostConfig: host}
}

// govern has the governor do something. One that somebody removed is started again.
func (e *Engine) govern(ctx context.Context, words ...string) error {
	for again := true; ; again = false {
		g, err := e.governor.Get(ctx, e.startGovernor)
		if err == nil && g.whyNot != "" {
			err = errors.New(g.whyNot)
		}
		if err != nil {
			return err
		}
		err = e.commands.Exec(ctx, g.id, words...)
		if err == nil || !again || !cerrdefs.IsNotFound(err) && !cerrdefs.IsConflict(err) {
			return err
		}
		e.governor.Reset()
	}
}

// setLimits gives the group of a sandbox its limits before anything runs in it, where the
// engine does not.
func (e *Engine) setLimits(ctx context.Context, sandboxID string) error {
	known, err := e.sandbox(ctx, sandboxID)
	if err != nil || !isGoverned(known.group) {
		return err
	}
	if err := e.govern(ctx, limitWords(known.group, known.own)...); err != nil {
		return fmt.Errorf("set the limits of a task: %w", err)
	}
	return nil
}

// dropGroup removes the group of a sandbox that is gone. One that stays bounds nothing.
func (e *Engine) dropGroup(ctx context.Context, group string) {
	if !isGoverned(group) {
		return
	}
	if err := e.govern(ctx, "drop", group); err != nil {
		e.log.Warn("control group of a sandbox that is gone not removed", "group", group, "error", err)
	}
}

// dropGovernor removes the owner's governor, be it of an earlier run that was killed. The
// next sandbox starts another.
func (e *Engine) dropGovernor(ctx context.Context) error {
	if known, asked := e.facts.Peek(); !asked || known.binding != governed {
		return nil
	}
	e.governor.Reset()
	return dockerapi.Classify(e.containers.Remove(ctx, e.governorName()))
}
