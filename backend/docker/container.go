package docker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/image"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
)

// settleTimeout bounds the wait for another call on the same container, a create
// or remove in flight, to end.
const settleTimeout = 30 * time.Second

// Create implements backend.Engine. Without a sandbox the container has no network.
// Where nothing bounds the sum of the sandbox's containers, each gets its sandbox's
// limits for what the spec leaves open: that bounds each.
func (e *Engine) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	defer e.warm.TaskStarts()()
	if err := e.ensureLifeline(ctx); err != nil {
		return "", dockerapi.Classify(err)
	}
	known, err := e.engineFacts(ctx)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	var sandbox sandboxFacts
	if spec.Sandbox != "" {
		if sandbox, err = e.sandbox(ctx, spec.Sandbox); err != nil {
			return "", dockerapi.Classify(err)
		}
	}
	if err := spec.CheckNames(spec.Joins == "" && spec.Network == "" && sandbox.ip.IsValid()); err != nil {
		return "", err
	}
	if err := checkServers(spec.Names.Servers); err != nil {
		return "", err
	}
	spec.Ulimits = e.ulimits(spec.Ulimits)
	c := creation{CreateRequest: e.containerRequest(spec, sandbox, sandbox.group != ""), name: spec.Name}
	if spec.Log.Ample {
		c.HostConfig.LogConfig = ampleLog(known.logDrivers)
	}
	if spec.Platform != "" {
		c.platform = image.Platform(spec.Platform)
	}
	switch {
	case spec.Network != "" && spec.Joins != "":
		return "", errors.New("a container is on a network or joins a sandbox, not both")
	case spec.Network != "":
		reachHost(c.HostConfig, known)
		return e.createOn(ctx, c, spec)
	case spec.Joins != "":
		if _, err := e.sandbox(ctx, spec.Joins); err != nil {
			return "", dockerapi.Classify(err)
		}
		if err := e.lendNames(ctx, c.HostConfig, spec); err != nil {
			return "", dockerapi.Classify(err)
		}
	}
	made, err := e.create(ctx, c)
	return made.id, dockerapi.Classify(err)
}

// createOn makes a container with an address of its own.
func (e *Engine) createOn(ctx context.Context, c creation, spec backend.ContainerSpec) (string, error) {
	vpc, err := e.vpc(ctx, spec.Network)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	if err := e.nameRelayAcross(ctx, c.HostConfig, vpc); err != nil {
		return "", dockerapi.Classify(err)
	}
	ip, err := vpc.addresses.Take(netip.Prefix{})
	if err != nil {
		found, err := e.existing(ctx, spec.Name, err)
		return found.ID, err
	}
	if vpc.isolated && len(c.HostConfig.DNS) == 0 {
		c.HostConfig.DNS = []netip.Addr{vpc.gateway} // of the sandbox that routes the network
	}
	e.putOn(&c.CreateRequest, vpc, ip, nil)
	made, err := e.create(ctx, c)
	if err != nil || !made.fresh {
		vpc.addresses.Give(ip)
		return made.id, dockerapi.Classify(err)
	}
	e.leases.add(made.id, lease{ip, vpc.addresses})
	return made.id, nil
}

// Start implements backend.Engine.
func (e *Engine) Start(ctx context.Context, id string) error {
	ended := e.warm.TaskStarts()
	defer func() { ended() }()
	its, err := e.tiesOf(ctx, id)
	if err == nil && its.bound != "" {
		err = e.expectRunning(ctx, its.bound)
	}
	if err == nil && its.sandbox {
		err = e.setLimits(ctx, id)
	}
	if err == nil {
		err = e.leases.resume(id)
	}
	if err != nil {
		return dockerapi.Classify(err)
	}
	began := e.leases.began(id)
	if !its.sandbox {
		e.awaitRelay(ctx)
		ended = e.warm.ContainerStarts(ended)
	}
	e.answering.forget(id)
	err = e.client.ContainerStart(ctx, id)
	if dockerapi.BridgeFull(err) && e.warm.Release(ctx, func(warm.Sandbox) bool { return true }) {
		err = e.client.ContainerStart(ctx, id)
	}
	err = e.whyNotStarted(ctx, id, err)
	if err != nil && !its.sandbox && !dockerapi.Lost(err) && ctx.Err() == nil { // the engine has refused it
		e.leases.rest(id, began)
	}
	if err == nil && its.routes != "" {
		err = e.tell(ctx, id, append([]string{"route"}, strings.Fields(its.routes)...)...)
	}
	if err == nil && its.sandbox {
		e.checkMetadata(id)
	}
	return dockerapi.Classify(err)
}

// expectRunning makes sure that the sandbox runs in whose limits something is to start:
// the engine would make its control group anew, without limits, and leave it for ever.
func (e *Engine) expectRunning(ctx context.Context, sandboxID string) error {
	found, err := e.client.ContainerInspect(ctx, sandboxID)
	switch {
	case cerrdefs.IsNotFound(err), err == nil && !found.State.Running:
		return fmt.Errorf("%w: %s", backend.ErrNoSandbox, sandboxID)
	}
	return err
}

// Stop implements backend.Engine. The engine counts whole seconds; a fraction is
// rounded up.
func (e *Engine) Stop(ctx context.Context, id string, grace time.Duration) error {
	if err := e.checkOwner(ctx, id); err != nil {
		return dockerapi.Classify(err)
	}
	seconds := max(0, int(math.Ceil(grace.Seconds())))
	return dockerapi.Classify(e.client.ContainerStop(ctx, id, seconds))
}

// Crash implements backend.Crasher.
func (e *Engine) Crash(ctx context.Context, id string) error {
	if err := e.checkOwner(ctx, id); err != nil {
		return dockerapi.Classify(err)
	}
	err := e.client.ContainerKill(ctx, id, "KILL")
	if cerrdefs.IsConflict(err) { // it does not run
		return nil
	}
	return dockerapi.Classify(err)
}

// Remove implements backend.Engine. Remove the containers of a sandbox before the
// sandbox: their control groups lie inside its own.
func (e *Engine) Remove(ctx context.Context, id string) error {
	its, err := e.tiesOf(ctx, id)
	switch {
	case err == nil && its.sandbox:
		err = e.removeSandbox(ctx, id)
	case err == nil:
		err = e.remove(ctx, id)
	}
	if err == nil || errors.Is(dockerapi.Classify(err), backend.ErrNotFound) {
		e.ours.Delete(id)
		e.forget(id)
		return nil
	}
	return dockerapi.Classify(err)
}

// checkOwner makes sure that a container is the owner's. What this process made or
// listed needs no asking.
func (e *Engine) checkOwner(ctx context.Context, id string) error {
	_, err := e.tiesOf(ctx, id)
	return err
}

// ties are what ties a container to others.
type ties struct {
	sandbox bool   // that it is one
	bound   string // see label.BoundKey
	routes  string // see label.RoutesKey
	group   string // of a sandbox; see groupOf
	// name is its own, as it was made.
	name string
	// joins is the container whose network namespace it has; empty is one of its own, which
	// may be on a network.
	joins     string
	networked bool
}

func tiesOf(id, name string, labels map[string]string, host *container.HostConfig) ties {
	its := ties{
		sandbox: labels[label.KindKey] == string(label.Sandbox), bound: labels[label.BoundKey], routes: labels[label.RoutesKey],
		name: strings.TrimPrefix(name, "/"), joins: host.NetworkMode.ConnectedContainer(), networked: !host.NetworkMode.IsNone(),
	}
	if its.sandbox {
		its.group = groupOf(host.CgroupParent, id)
	}
	return its
}

func (e *Engine) tiesOf(ctx context.Context, id string) (ties, error) {
	if known, ok := e.ours.Load(id); ok {
		return known.(ties), nil
	}
	found, err := e.inspectOwned(ctx, id)
	if err != nil {
		return ties{}, err
	}
	return tiesOf(found.ID, found.Name, found.Config.Labels, found.HostConfig), nil
}

func (e *Engine) remove(ctx context.Context, id string) error {
	err := e.client.ContainerRemove(ctx, id)
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
	id, err := e.client.ContainerCreate(ctx, c.CreateRequest, c.platform, c.name)
	return created{id, true}, err
}

// created is a container that a call made, or found under its name.
type created struct {
	id    string
	fresh bool // this call made it
}

// create makes a container, or finds the one of that name.
func (e *Engine) create(ctx context.Context, c creation) (created, error) {
	made, err := e.post(ctx, c)
	if conflict := err; dockerapi.NameTaken(conflict) {
		err = e.await(ctx, conflict, func() (done bool, err error) {
			made, done, err = e.createAgain(ctx, c, conflict)
			return done, err
		})
	}
	if err == nil {
		e.ours.Store(made.id, tiesOf(made.id, c.name, c.Config.Labels, c.HostConfig))
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
	case err == nil && existing.Config.Labels[label.OwnerKey] != e.owner.Name:
		return made, false, conflict
	case err == nil && existing.State.Status != container.StateRemoving && existing.State.Status != container.StateDead:
		return created{id: existing.ID}, true, nil
	}
	made, err = e.post(ctx, c)
	if dockerapi.NameTaken(err) {
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
