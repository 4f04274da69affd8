package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/inspect"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/request"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// A warm sandbox is claimed by its name: a container's labels cannot change, its name
// can. As long as it has the name that it was made with it belongs to no task, and
// only the pool sees it.

// warmTimeout bounds how long the making or the removal of one may take, and
// warmFarewell how long Close waits for the removal of all.
const (
	warmTimeout  = time.Minute
	warmFarewell = 10 * time.Second
)

// limitsRest is how long there are no warm sandboxes after the engine has failed to change the limits of one: it may have
// been short of something, such as space on its disk.
const limitsRest = 5 * time.Minute

// warmShapeOf is the shape of the sandbox that a spec asks for; ok is false if it has
// to be made for it.
func warmShapeOf(spec backend.SandboxSpec, vpc vpcnet.Network) (shape warm.Shape, ok bool) {
	special := spec.SharesIPC || spec.Devices || spec.Balances || spec.CPUShares > 0 || spec.Swap > 0 || !spec.Names.Empty() || len(spec.Sysctls)+len(spec.Aliases) > 0
	if special || spec.IP.IsValid() || spec.Parent+spec.Routes != "" || spec.Network == "" {
		return shape, false
	}
	labels, _ := json.Marshal(spec.Labels) // strings always marshal, sorted by key
	return warm.Shape{
		Network: spec.Network, DockerID: vpc.ID, Subnet: spec.Subnet, Domain: spec.Domain, Labels: string(labels),
		CPULimited: spec.CPU > 0, MemoryLimited: spec.Memory > 0,
	}, true
}

// createWarm makes and starts a sandbox like one that a task had. With an error it may
// return one that has to be removed.
func (e *Engine) createWarm(ctx context.Context, use warm.Use) (warm.Sandbox, error) {
	shape := use.Shape
	ctx, cancel := context.WithTimeout(ctx, warmTimeout)
	defer cancel()
	spec := backend.SandboxSpec{
		Name: e.owner.WarmPrefix() + label.RandomSuffix(), Network: shape.Network, Subnet: shape.Subnet, Domain: shape.Domain,
		CPU: use.Limits.CPU, Memory: use.Limits.Memory,
	}
	if err := json.Unmarshal([]byte(shape.Labels), &spec.Labels); err != nil {
		return warm.Sandbox{}, err
	}
	vpc, err := e.networks.Get(ctx, shape.Network)
	if err != nil {
		return warm.Sandbox{}, err
	}
	if vpc.ID != shape.DockerID {
		return warm.Sandbox{}, &backend.NotFoundError{
			Kind: backend.KindNetwork, Err: fmt.Errorf("network %s is another one now", shape.Network),
		}
	}
	w := warm.Sandbox{Name: spec.Name, Shape: shape, Limits: use.Limits}
	made, err := e.createSandbox(ctx, spec, vpc, map[string]string{label.WarmKey: e.run})
	if err != nil {
		return w, err // the engine may have made it all the same, if its answer was lost
	}
	w.ID, w.IP = made.ID, made.IP
	if err := e.setLimits(ctx, w.ID); err != nil {
		return w, dockerapi.Classify(err)
	}
	return w, dockerapi.Classify(e.client.ContainerStart(ctx, w.ID))
}

// discardWarm removes a warm sandbox by its name, so that it cannot take the one of a
// task: that may have claimed it.
func (e *Engine) discardWarm(ctx context.Context, w warm.Sandbox) error {
	ctx, cancel := context.WithTimeout(ctx, warmTimeout)
	defer cancel()
	if err := e.removeWarm(ctx, w.Name); err != nil || w.ID == "" {
		return err
	}
	_, err := e.client.ContainerInspect(ctx, w.ID)
	if cerrdefs.IsNotFound(err) {
		e.containers.Forget(w.ID)
		e.forget(w.ID)
		return nil
	}
	return err
}

// removeWarm removes a warm sandbox, unless it has another name by now, with the group
// that was made for it under this one.
func (e *Engine) removeWarm(ctx context.Context, name string) error {
	known, err := e.engineFacts(ctx)
	if err == nil {
		err = e.containers.Remove(ctx, name)
	}
	if err == nil {
		e.limits.Drop(ctx, known.cgroups.Layout.ParentOf("", name))
	}
	return err
}

// claimWarm gives a task a warm sandbox, if there is one that runs: under the task's
// name and with its limits.
func (e *Engine) claimWarm(ctx context.Context, spec backend.SandboxSpec, vpc vpcnet.Network) (c backend.Container, ok bool) {
	shape, ok := warmShapeOf(spec, vpc)
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
		ok = !cerrdefs.IsConflict(err) && !dockerapi.Lost(err)
	}
	return c, false
}

var (
	errLimitsFixed = errors.New("limits cannot be changed")
	errNotRunning  = errors.New("sandbox does not run")
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
	if _, err := e.client.ContainerRename(ctx, w.ID, client.ContainerRenameOptions{NewName: spec.Name}); err != nil {
		return c, err
	}
	return backend.Container{
		ID: w.ID, Name: spec.Name, Labels: spec.Labels, Sandbox: true, IP: w.IP, MAC: ipam.MAC(w.IP),
		State: backend.Running, StartedAt: dockerapi.ParseTime(found.State.StartedAt),
	}, nil
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

// addressMissing reports whether a sandbox was not made for lack of an address.
func addressMissing(err error) bool {
	return errors.Is(err, backend.ErrSubnetFull) || errors.Is(err, backend.ErrAddressInUse)
}

// releaseWarm gives up the warm sandboxes that have addresses of a subnet, the zero
// Prefix being the whole network, or the address that is asked for. It reports
// whether there were any.
func (e *Engine) releaseWarm(ctx context.Context, network string, subnet netip.Prefix, ip netip.Addr) bool {
	return e.warm.Release(ctx, func(w warm.Sandbox) bool {
		if ip.IsValid() {
			return w.Shape.Network == network && w.IP == ip
		}
		return w.Shape.Network == network && (!subnet.IsValid() || subnet.Contains(w.IP))
	})
}

// hideWarm keeps a warm sandbox out of lists. One that does not run any more, as
// after a restart of the engine, is replaced, and one of an earlier run is removed.
func (e *Engine) hideWarm(c container.Summary) bool {
	if !e.owner.IsWarm(dockerapi.FirstName(c.Names), c.Labels) {
		return false
	}
	switch {
	case c.Labels[label.WarmKey] != e.run:
		go func() {
			ctx, cancel := context.WithTimeout(e.closing, warmTimeout)
			defer cancel()
			e.removedWarm(ctx, c)
		}()
	case c.State != container.StateRunning && c.State != container.StateCreated:
		e.warm.Ended(c.ID)
	}
	return true
}

// hideWarmEvent keeps what happens to a warm sandbox from callers of Watch. If it died
// just before a task got it, the task's Start starts it again.
func (e *Engine) hideWarmEvent(message events.Message) bool {
	if !e.owner.IsWarm(message.Actor.Attributes["name"], message.Actor.Attributes) {
		return false
	}
	if message.Action == events.ActionDie {
		e.warm.Ended(message.Actor.ID)
	}
	return true
}

// removedWarm removes a warm sandbox that an earlier run of the same owner has left
// when it was killed.
func (e *Engine) removedWarm(ctx context.Context, c container.Summary) bool {
	name := dockerapi.FirstName(c.Names)
	if !e.owner.IsWarm(name, c.Labels) || c.Labels[label.WarmKey] == e.run {
		return false
	}
	err := e.removeWarm(ctx, name)
	if err != nil {
		e.log.Warn("sandbox of an earlier run not removed", "container", name, "error", err)
	}
	return err == nil
}
