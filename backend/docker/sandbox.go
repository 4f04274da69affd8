package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// sandboxFacts are what other calls need to know of a sandbox; remembered so that
// they need not ask the engine.
type sandboxFacts struct {
	ip       netip.Addr
	group    string // parent of the control groups of its containers
	cpuQuota int64  // per cpuPeriod
	memory   int64
}

// lease is the address that a sandbox holds until it is removed.
type lease struct {
	ip   netip.Addr
	from *ipam.Network
}

// CreateSandbox implements backend.Engine. With TaskLimits the sandbox's control
// group is the parent of its containers' groups, so its limits hold for their sum.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	defer e.warm.starts()()
	if err := e.ensureLifeline(ctx); err != nil {
		return backend.Container{}, engineError(err)
	}
	vpc, err := e.vpc(ctx, spec.Network)
	if err != nil {
		return backend.Container{}, engineError(err)
	}
	if c, ok := e.claimWarm(ctx, spec, vpc); ok {
		return c, nil
	}
	c, err := e.createSandbox(ctx, spec, vpc, nil)
	if addressMissing(err) && e.releaseWarm(ctx, spec.Network, spec.Subnet, spec.IP) {
		c, err = e.createSandbox(ctx, spec, vpc, nil)
	}
	return c, err
}

// createSandbox makes a sandbox with labels of the engine's own besides.
func (e *Engine) createSandbox(ctx context.Context, spec backend.SandboxSpec, vpc vpcNetwork, own map[string]string) (backend.Container, error) {
	group, err := e.sandboxGroup(ctx, spec)
	if err != nil {
		return backend.Container{}, engineError(err)
	}
	ip, err := takeAddress(vpc.addresses, spec)
	if err != nil {
		return e.existing(ctx, spec.Name, err)
	}
	request := e.sandboxRequest(spec, vpc, ip, group)
	maps.Copy(request.Labels, own)
	made, err := e.createFromSandboxImage(ctx, creation{CreateRequest: request, name: spec.Name})
	if err != nil || !made.fresh {
		vpc.addresses.Give(ip)
	}
	if err != nil {
		return backend.Container{}, engineError(err)
	}
	if !made.fresh {
		return e.Inspect(ctx, made.id)
	}
	known, err := e.engineFacts(ctx)
	if err != nil {
		return backend.Container{}, engineError(err)
	}
	facts := sandboxFacts{ip: ip, cpuQuota: cpuQuota(spec.CPU), memory: spec.Memory}
	if group != "" {
		facts.group = known.groups.ofContainers(group, made.id)
	}
	e.sandboxes.Store(made.id, facts)
	e.leases.Store(made.id, lease{ip, vpc.addresses})
	return backend.Container{
		ID: made.id, Name: spec.Name, Labels: spec.Labels, Sandbox: true,
		IP: ip, MAC: ipam.MAC(ip), State: backend.Created,
	}, nil
}

// takeAddress takes the address that a sandbox asks for, or one of its subnet.
func takeAddress(from *ipam.Network, spec backend.SandboxSpec) (netip.Addr, error) {
	if !spec.IP.IsValid() {
		return from.Take(spec.Subnet)
	}
	if !from.Occupy(spec.IP) {
		return spec.IP, fmt.Errorf("%w: %s", backend.ErrAddressInUse, spec.IP)
	}
	return spec.IP, nil
}

// existing finds the sandbox of that name, which has the address already; if there
// is none, why is the error.
func (e *Engine) existing(ctx context.Context, name string, why error) (backend.Container, error) {
	found, err := e.Inspect(ctx, name)
	if errors.Is(err, backend.ErrNotFound) {
		return found, why
	}
	return found, err
}

// sandboxGroup is the parent of a new sandbox's control group; empty is the engine's
// own choice.
func (e *Engine) sandboxGroup(ctx context.Context, spec backend.SandboxSpec) (string, error) {
	known, err := e.engineFacts(ctx)
	if err != nil || !known.taskLimits {
		return "", err
	}
	if spec.Parent == "" {
		return known.groups.parentOf("", spec.Name), nil
	}
	machine, err := e.sandbox(ctx, spec.Parent)
	return known.groups.parentOf(machine.group, spec.Name), err
}

// createFromSandboxImage imports the image again when somebody pruned it.
func (e *Engine) createFromSandboxImage(ctx context.Context, c creation) (created, error) {
	for attempt := 0; ; attempt++ {
		image, err := e.ensureSandboxImage(ctx)
		if err != nil {
			return created{}, fmt.Errorf("import sandbox image: %w", err)
		}
		c.Image = image
		made, err := e.create(ctx, c)
		if attempt > 0 || !cerrdefs.IsNotFound(err) {
			return made, err
		}
		e.sandboxImage.reset()
	}
}

func (e *Engine) sandboxRequest(spec backend.SandboxSpec, vpc vpcNetwork, ip netip.Addr, group string) container.CreateRequest {
	mac := ipam.MAC(ip)
	endpoint := &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: ip.String()}}
	config := &container.Config{
		Hostname: backend.HostName(ip, spec.Domain), Labels: e.labels(kindSandbox, spec.Labels),
	}
	// The address moved from the container to the endpoint; each engine refuses or
	// ignores the other place.
	// Source: Docker Engine API version history, v1.44.
	if versions.LessThan(e.client.ClientVersion(), "1.44") {
		//lint:ignore SA1019 older engines know no other place
		config.MacAddress = mac
	} else {
		endpoint.MacAddress = mac
	}
	host := &container.HostConfig{
		NetworkMode: container.NetworkMode(vpc.dockerName),
		ExtraHosts:  spec.ExtraHosts,
		Sysctls:     spec.Sysctls,
		LogConfig:   logConfig(),
		Resources:   sandboxLimits(spec),
	}
	host.CgroupParent = group
	return container.CreateRequest{
		Config: config, HostConfig: host,
		NetworkingConfig: &network.NetworkingConfig{
			EndpointsConfig: map[string]*network.EndpointSettings{vpc.dockerName: endpoint},
		},
	}
}

// sandboxLimits bound the containers of a sandbox together.
func sandboxLimits(spec backend.SandboxSpec) container.Resources {
	return container.Resources{
		Memory: spec.Memory, MemorySwap: spec.Memory,
		CPUPeriod: cpuPeriodFor(spec.CPU), CPUQuota: cpuQuota(spec.CPU),
	}
}

// sandbox returns what is known of a sandbox, and asks the engine after a restart.
func (e *Engine) sandbox(ctx context.Context, id string) (sandboxFacts, error) {
	if known, ok := e.sandboxes.Load(id); ok {
		return known.(sandboxFacts), nil
	}
	found, err := e.inspectOwned(ctx, id)
	if err != nil {
		return sandboxFacts{}, err
	}
	if found.Config.Labels[kindLabel] != string(kindSandbox) {
		return sandboxFacts{}, noContainer(id)
	}
	engine, err := e.engineFacts(ctx)
	if err != nil {
		return sandboxFacts{}, err
	}
	known := sandboxFacts{ip: address(found), cpuQuota: found.HostConfig.CPUQuota, memory: found.HostConfig.Memory}
	if engine.taskLimits {
		known.group = engine.groups.ofContainers(found.HostConfig.CgroupParent, found.ID)
	}
	e.sandboxes.Store(found.ID, known)
	return known, nil
}

// forgetSandbox gives the address of a sandbox back that is gone.
func (e *Engine) forgetSandbox(id string) {
	e.sandboxes.Delete(id)
	if held, ok := e.leases.LoadAndDelete(id); ok {
		l := held.(lease)
		l.from.Give(l.ip)
	}
}
