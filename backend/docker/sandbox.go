package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/inspect"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/request"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/wayout"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// CreateSandbox implements backend.Engine. With TaskLimits the sandbox's control
// group is the parent of its containers' groups, so its limits hold for their sum.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	defer e.warm.TaskStarts()()
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	c, err := e.makeSandbox(ctx, spec)
	if errors.Is(err, wayout.ErrGone) {
		c, err = e.makeSandbox(ctx, spec)
	}
	return c, err
}

// makeSandbox makes or claims a sandbox.
func (e *Engine) makeSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	var vpc, routed vpcnet.Network
	var err error
	if spec.Network != "" {
		if vpc, err = e.networks.Get(ctx, spec.Network); err != nil {
			return backend.Container{}, dockerapi.Classify(err)
		}
	}
	if err := request.CheckServers(spec.Names.Servers); err != nil {
		return backend.Container{}, err
	}
	if spec.Routes != "" {
		if spec.Network == "" {
			return backend.Container{}, errors.New("a sandbox that routes a network is on one itself")
		}
		if routed, err = e.networks.Get(ctx, spec.Routes); err != nil {
			return backend.Container{}, dockerapi.Classify(err)
		}
		return e.createRouter(ctx, spec, vpc, routed)
	}
	if e.claims.Told {
		return e.createOnce(ctx, spec, vpc)
	}
	if c, ok := e.claimWarm(ctx, spec, vpc); ok {
		return c, nil
	}
	return e.createInstead(ctx, spec, vpc, nil)
}

// createOnce makes or claims a sandbox where the engine does not keep two from having one name: it does not know the names
// by which sandboxes are claimed.
func (e *Engine) createOnce(ctx context.Context, spec backend.SandboxSpec, vpc vpcnet.Network) (c backend.Container, err error) {
	done, err := e.claims.Turn(ctx, spec.Name)
	if err != nil {
		return c, err
	}
	defer done()
	id, claimed, err := e.claims.Find(ctx, spec.Name)
	if err != nil {
		return c, dockerapi.Classify(err)
	}
	if claimed {
		if c, err := e.Inspect(ctx, id); !errors.Is(err, backend.ErrNotFound) {
			return c, err
		}
		e.claims.Forget(id)
	}
	if c, ok := e.claimWarm(ctx, spec, vpc); ok {
		return c, nil
	}
	c, err = e.createInstead(ctx, spec, vpc, nil)
	e.claims.Asked(spec.Name, err != nil && (ctx.Err() != nil || errors.Is(err, backend.ErrUnavailable)))
	return c, err
}

// createInstead makes a sandbox, if need be with the address of a warm one.
func (e *Engine) createInstead(ctx context.Context, spec backend.SandboxSpec, vpc vpcnet.Network, own map[string]string) (backend.Container, error) {
	c, err := e.createSandbox(ctx, spec, vpc, own)
	if addressMissing(err) && e.releaseWarm(ctx, spec.Network, spec.Subnet, spec.IP) {
		c, err = e.createSandbox(ctx, spec, vpc, own)
	}
	return c, err
}

// createSandbox makes a sandbox with further labels of the engine's own.
func (e *Engine) createSandbox(ctx context.Context, spec backend.SandboxSpec, vpc vpcnet.Network, own map[string]string) (backend.Container, error) {
	known, err := e.engineFacts(ctx)
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	how, err := e.limits.Binding(ctx)
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	var parent request.Sandbox
	if spec.Parent != "" {
		if parent, err = e.sandbox(ctx, spec.Parent); err != nil {
			return backend.Container{}, dockerapi.Classify(err)
		}
	}
	var out wayout.Bridge
	if vpc.Overlay {
		if out, err = e.wayOut.Get(ctx); err != nil {
			return backend.Container{}, dockerapi.Classify(err)
		}
	}
	ip, err := takeAddress(vpc, spec)
	if err != nil {
		return e.existing(ctx, spec.Name, err)
	}
	r := request.ForSandbox(e.owner, spec, vpc, ip, request.SandboxLimits(spec, parent))
	if ip.IsValid() {
		request.ReachHost(r.HostConfig, known.hostGateway)
		e.addCommand(ctx, r, spec, vpc, ip)
		if vpc.Overlay {
			request.LeadOut(&r, out.Gateway, own[label.RoutesKey])
		}
		if len(r.HostConfig.DNS) == 0 {
			r.HostConfig.DNS = e.resolvers.Servers(ctx, vpc)
		}
	}
	if how != limits.Unbound {
		r.HostConfig.CgroupParent = known.cgroups.Layout.ParentOf(parent.Group, spec.Name)
	}
	if how == limits.Managed { // it is to see the groups of its containers, which are beside its own; see Stats
		r.HostConfig.CgroupnsMode = container.CgroupnsModeHost
	}
	maps.Copy(r.Labels, own)
	made, err := e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{CreateRequest: r, Name: spec.Name})
	if err == nil && vpc.Overlay {
		err = e.wayOut.Put(ctx, out, made.ID)
		if err != nil && made.Fresh { // it would never lead out
			err = errors.Join(err, e.containers.TakeBack(ctx, made.ID))
		}
	}
	if (err != nil || !made.Fresh) && ip.IsValid() {
		vpc.Addresses.Give(ip)
	}
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	if !made.Fresh {
		return e.Inspect(ctx, made.ID)
	}
	e.sandboxes.Store(made.ID, request.SandboxOf(made.ID, r, ip, parent))
	e.unbegun.Store(made.ID, struct{}{})
	c := backend.Container{ID: made.ID, Name: spec.Name, Labels: spec.Labels, Sandbox: true, State: backend.Created}
	if ip.IsValid() {
		e.leases.Add(made.ID, vpcnet.Lease{IP: ip, From: vpc.Addresses})
		c.IP, c.MAC = ip, ipam.MAC(ip)
	}
	return c, nil
}

// addCommand says what the program of a sandbox with an address does.
func (e *Engine) addCommand(ctx context.Context, r container.CreateRequest, spec backend.SandboxSpec, vpc vpcnet.Network, ip netip.Addr) {
	e.relay.Name(ctx, r.HostConfig, vpc)
	at := e.relay.SettledAddress(ctx, vpc)
	r.Cmd = e.hold(ip, at)
	if at != vpc.RelayAddress() || vpc.Overlay { // the engine may have another usual one in the next run
		r.Labels[label.RelayKey] = at.String()
	}
	if spec.Routes != "" { // it is that of a container instance, whose agent is asked there as well
		r.Env = append(r.Env, introspection)
	}
	if spec.Balances {
		r.Cmd = append(r.Cmd, "balance")
		sysctls := map[string]string{}
		maps.Copy(sysctls, spec.Sysctls)
		sysctls["net.ipv4.ip_forward"] = "1"
		r.HostConfig.Sysctls = sysctls
	}
}

// takeAddress takes the address that a sandbox asks for, or one of its subnet. Without
// a network it has none.
func takeAddress(vpc vpcnet.Network, spec backend.SandboxSpec) (netip.Addr, error) {
	switch from := vpc.Addresses; {
	case from == nil:
		return netip.Addr{}, nil
	case !spec.IP.IsValid():
		return from.Take(spec.Subnet)
	case !from.Occupy(spec.IP):
		return spec.IP, fmt.Errorf("%w: %s", backend.ErrAddressInUse, spec.IP)
	}
	return spec.IP, nil
}

// existing finds the container of that name, of an earlier call; if there is none, the error is why.
func (e *Engine) existing(ctx context.Context, name string, why error) (backend.Container, error) {
	found, err := e.Inspect(ctx, name)
	if errors.Is(err, backend.ErrNotFound) {
		return found, why
	}
	return found, err
}

// sandbox returns what is known of a sandbox, and asks the engine after a restart.
func (e *Engine) sandbox(ctx context.Context, id string) (request.Sandbox, error) {
	if known, ok := e.sandboxes.Load(e.claims.Resolve(id)); ok {
		return known.(request.Sandbox), nil
	}
	found, err := e.containers.Inspect(ctx, id)
	if err != nil {
		return request.Sandbox{}, err
	}
	if found.Config.Labels[label.KindKey] != string(label.Sandbox) {
		return request.Sandbox{}, dockerapi.NoContainer(id)
	}
	var parent request.Sandbox
	if of := found.Config.Labels[label.BoundKey]; of != "" {
		if parent, err = e.sandbox(ctx, of); err != nil && !errors.Is(dockerapi.Classify(err), backend.ErrNotFound) {
			return request.Sandbox{}, err
		}
	}
	known := request.SandboxOf(found.ID, container.CreateRequest{Config: found.Config, HostConfig: found.HostConfig}, inspect.Address(found), parent)
	e.sandboxes.Store(found.ID, known)
	return known, nil
}

// setLimits gives the group of a sandbox its limits before anything runs in it, where the
// engine does not.
func (e *Engine) setLimits(ctx context.Context, id string) error {
	known, err := e.sandbox(ctx, id)
	if err != nil {
		return err
	}
	return e.limits.Limit(ctx, known.Group, known.Own)
}

// forget gives back the addresses of a sandbox or container that is gone.
func (e *Engine) forget(id string) {
	e.sandboxes.Delete(id)
	e.unbegun.Delete(id)
	e.commands.Forget(id)
	e.stats.Forget(id)
	e.answering.forget(id)
	e.claims.Forget(id)
	e.leases.End(id)
}
