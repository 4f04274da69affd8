package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
)

// A warm sandbox is claimed by its name: a container's labels cannot change, its name
// can. As long as it has the name that it was made with it belongs to no task, and
// only the pool sees it, unless its program was told who claims it; see warm_claim.go.

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
	return w, dockerapi.Classify(vpc.Start(ctx, e.client, w.ID))
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

// addressMissing reports whether a sandbox was not made for lack of an address.
func addressMissing(err error) bool {
	return errors.Is(err, backend.ErrSubnetFull) || errors.Is(err, backend.ErrAddressInUse)
}

// releaseWarm gives up the warm sandboxes that have addresses of a subnet, the zero
// Prefix being the whole network, or the address that is asked for, also on the other engines of a swarm. It reports
// whether there were any.
func (e *Engine) releaseWarm(ctx context.Context, network string, subnet netip.Prefix, ip netip.Addr) (any bool) {
	any = e.releaseOwnWarm(ctx, network, subnet, ip)
	others := slices.DeleteFunc(e.swarm.with(e)[1:], func(on *Engine) bool { return !on.warm.MayHave(network, at(network, subnet, ip)) })
	released := make([]bool, len(others))
	silence.AskEach(ctx, silences(others), inspectPatience, func(ctx context.Context, i int, _ *silence.Silence) error {
		defer others[i].warm.TaskStarts()() // it leaves the task a while to take the address
		released[i] = others[i].releaseOwnWarm(ctx, network, subnet, ip)
		return nil
	})
	return any || slices.Contains(released, true)
}

func (e *Engine) releaseOwnWarm(ctx context.Context, network string, subnet netip.Prefix, ip netip.Addr) bool {
	return e.warm.Release(ctx, at(network, subnet, ip))
}

func at(network string, subnet netip.Prefix, ip netip.Addr) func(warm.Sandbox) bool {
	return func(w warm.Sandbox) bool {
		if ip.IsValid() {
			return w.Shape.Network == network && w.IP == ip
		}
		return w.Shape.Network == network && (!subnet.IsValid() || subnet.Contains(w.IP))
	}
}

// seenName returns the name under which callers see a container of a list. A warm sandbox that belongs to no task they do not
// see: the error is NotFound then. One that does not run any more, as after a restart of the engine, is replaced, and one of
// an earlier run is removed, with one of an earlier run whose task has a container of that name: it was claimed, and the
// claim's answer was lost.
func (e *Engine) seenName(ctx context.Context, c container.Summary, names map[string]bool) (name string, err error) {
	name, free, err := e.claims.Owner(ctx, c.ID, dockerapi.FirstName(c.Names), c.Labels)
	earlier := e.owner.IsWarm(dockerapi.FirstName(c.Names), c.Labels) && c.Labels[label.WarmKey] != e.run
	switch {
	case err != nil:
		return "", err
	case earlier && (free || names[name]):
		go func() {
			ctx, cancel := context.WithTimeout(e.closing, warmTimeout)
			defer cancel()
			e.removeEarlier(ctx, c)
		}()
	case !free:
		return name, nil
	case c.State != container.StateRunning && c.State != container.StateCreated:
		e.warm.Ended(c.ID)
	}
	return "", dockerapi.NoContainer(c.ID)
}

// lookAtSpare has a spare container replaced that does not run any more, as after a restart of the engine.
func (e *Engine) lookAtSpare(c container.Summary) {
	if label.Kind(c.Labels[label.KindKey]) == label.Spare && c.State == container.StateExited {
		e.spares.Ended(c.ID)
	}
}

// hideWarmEvent keeps what happens to a warm sandbox from callers of Watch. If it died
// just before a task got it, the task's Start starts it again.
func (e *Engine) hideWarmEvent(message events.Message) bool {
	if label.Kind(message.Actor.Attributes[label.KindKey]) == label.Spare {
		if message.Action == events.ActionDie {
			e.spares.Ended(message.Actor.ID)
		}
		return true
	}
	soon, cancel := context.WithTimeout(e.closing, inspectPatience)
	defer cancel()
	_, free, err := e.claims.Owner(soon, message.Actor.ID, message.Actor.Attributes["name"], message.Actor.Attributes)
	if free && err == nil && message.Action == events.ActionDie {
		e.warm.Ended(message.Actor.ID)
	}
	return free && err == nil
}

// removedWarm removes a warm sandbox that an earlier run of the same owner has left
// when it was killed.
func (e *Engine) removedWarm(ctx context.Context, c container.Summary) bool {
	if c.Labels[label.WarmKey] == e.run {
		return false
	}
	_, free, err := e.claims.Owner(ctx, c.ID, dockerapi.FirstName(c.Names), c.Labels)
	return err == nil && free && e.removeEarlier(ctx, c)
}

func (e *Engine) removeEarlier(ctx context.Context, c container.Summary) bool {
	name := dockerapi.FirstName(c.Names)
	err := e.removeWarm(ctx, name)
	if err != nil {
		e.log.Warn("sandbox of an earlier run not removed", "container", name, "error", err)
		return false
	}
	e.claims.Forget(c.ID)
	return true
}
