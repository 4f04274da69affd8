package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/inspect"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// sandboxFacts are what other calls need to know of a sandbox; remembered so that
// they need not ask the engine.
type sandboxFacts struct {
	ip     netip.Addr // none without a network
	routes bool
	// network is the engine's name of its network.
	network string
	group   string // parent of the control groups of its containers; empty is none of its own
	own     container.Resources
	// What bounds its containers, be it its own or its parent's.
	cpuQuota int64 // per limits.CPUPeriod
	memory   int64
}

// CreateSandbox implements backend.Engine. With TaskLimits the sandbox's control
// group is the parent of its containers' groups, so its limits hold for their sum.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	defer e.warm.TaskStarts()()
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	var vpc, routed vpcnet.Network
	var err error
	if spec.Network != "" {
		if vpc, err = e.networks.Get(ctx, spec.Network); err != nil {
			return backend.Container{}, dockerapi.Classify(err)
		}
	}
	if err := checkServers(spec.Names.Servers); err != nil {
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
	if c, ok := e.claimWarm(ctx, spec, vpc); ok {
		return c, nil
	}
	return e.createInstead(ctx, spec, vpc, nil)
}

// createInstead makes a sandbox, if need be with the address of a warm one.
func (e *Engine) createInstead(ctx context.Context, spec backend.SandboxSpec, vpc vpcnet.Network, own map[string]string) (backend.Container, error) {
	c, err := e.createSandbox(ctx, spec, vpc, own)
	if addressMissing(err) && e.releaseWarm(ctx, spec.Network, spec.Subnet, spec.IP) {
		c, err = e.createSandbox(ctx, spec, vpc, own)
	}
	return c, err
}

// createSandbox makes a sandbox with labels of the engine's own besides.
func (e *Engine) createSandbox(ctx context.Context, spec backend.SandboxSpec, vpc vpcnet.Network, own map[string]string) (backend.Container, error) {
	known, err := e.engineFacts(ctx)
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	how, err := e.limits.Binding(ctx)
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	var parent sandboxFacts
	if spec.Parent != "" {
		if parent, err = e.sandbox(ctx, spec.Parent); err != nil {
			return backend.Container{}, dockerapi.Classify(err)
		}
	}
	ip, err := takeAddress(vpc, spec)
	if err != nil {
		return e.existing(ctx, spec.Name, err)
	}
	request := e.sandboxRequest(spec, vpc, ip, sandboxLimits(spec, parent))
	if ip.IsValid() {
		reachHost(request.HostConfig, known)
		e.addCommand(ctx, request, spec, vpc, ip)
	}
	if how != limits.Unbound {
		request.HostConfig.CgroupParent = known.cgroups.Layout.ParentOf(parent.group, spec.Name)
	}
	if how == limits.Managed { // it is to see the groups of its containers, which are beside its own; see Stats
		request.HostConfig.CgroupnsMode = container.CgroupnsModeHost
	}
	maps.Copy(request.Labels, own)
	made, err := e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{CreateRequest: request, Name: spec.Name})
	if (err != nil || !made.Fresh) && ip.IsValid() {
		vpc.Addresses.Give(ip)
	}
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	if !made.Fresh {
		return e.Inspect(ctx, made.ID)
	}
	e.sandboxes.Store(made.ID, factsOfSandbox(made.ID, request, ip, parent))
	c := backend.Container{ID: made.ID, Name: spec.Name, Labels: spec.Labels, Sandbox: true, State: backend.Created}
	if ip.IsValid() {
		e.leases.Add(made.ID, vpcnet.Lease{IP: ip, From: vpc.Addresses})
		c.IP, c.MAC = ip, ipam.MAC(ip)
	}
	return c, nil
}

// addCommand says what the program of a sandbox does that has an address.
func (e *Engine) addCommand(ctx context.Context, request container.CreateRequest, spec backend.SandboxSpec, vpc vpcnet.Network, ip netip.Addr) {
	e.relay.Name(ctx, request.HostConfig, vpc)
	at := e.relay.SettledAddress(ctx, vpc)
	request.Cmd = e.hold(ip, at)
	if at != vpc.RelayAddress() {
		request.Labels[label.RelayKey] = at.String()
	}
	if spec.Routes != "" { // it is that of a container instance, whose agent is asked there as well
		request.Env = append(request.Env, introspection)
	}
	if spec.Balances {
		request.Cmd = append(request.Cmd, "balance")
		sysctls := map[string]string{}
		maps.Copy(sysctls, spec.Sysctls)
		sysctls["net.ipv4.ip_forward"] = "1"
		request.HostConfig.Sysctls = sysctls
	}
}

func factsOfSandbox(id string, r container.CreateRequest, ip netip.Addr, parent sandboxFacts) sandboxFacts {
	return sandboxFacts{
		ip: ip, routes: r.Labels[label.RoutesKey] != "", network: string(r.HostConfig.NetworkMode),
		group: limits.GroupOf(r.HostConfig.CgroupParent, id), own: r.HostConfig.Resources,
		cpuQuota: within(r.HostConfig.CPUQuota, parent.cpuQuota), memory: within(r.HostConfig.Memory, parent.memory),
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

// existing finds the container of that name, which has the address already; if there
// is none, why is the error.
func (e *Engine) existing(ctx context.Context, name string, why error) (backend.Container, error) {
	found, err := e.Inspect(ctx, name)
	if errors.Is(err, backend.ErrNotFound) {
		return found, why
	}
	return found, err
}

func (e *Engine) sandboxRequest(spec backend.SandboxSpec, vpc vpcnet.Network, ip netip.Addr, limits container.Resources) container.CreateRequest {
	r := container.CreateRequest{
		Config: &container.Config{Labels: e.owner.Labels(label.Sandbox, spec.Labels), OpenStdin: true}, // for command and ask
		HostConfig: &container.HostConfig{
			NetworkMode: "none",
			DNS:         serverAddresses(spec.Names.Servers),
			DNSSearch:   spec.Names.SearchDomains,
			ExtraHosts:  spec.Names.Hosts,
			Sysctls:     spec.Sysctls,
			LogConfig:   container.LogConfig{Type: "none"}, // what the program answers is for ask alone
			Resources:   limits,
		},
	}
	if spec.Parent != "" {
		r.Labels[label.BoundKey] = spec.Parent
	}
	if spec.Devices {
		r.HostConfig.DeviceCgroupRules = []string{"a *:* rwm"}
	}
	if spec.SharesIPC {
		r.HostConfig.IpcMode = container.IPCModeShareable
	}
	if ip.IsValid() {
		var names []string
		if spec.Domain != "" {
			r.Hostname = backend.HostName(ip, spec.Domain)
			names = backend.FoundBy(r.Hostname)
		}
		names = append(names, spec.Aliases...)
		e.putOn(&r, vpc, ip, names)
		// For tell. Containers that share the namespace do not have this right, and an
		// engine has it that can make networks. One that lacks others cannot give all to
		// a process, as a privileged exec would have it.
		r.HostConfig.CapAdd = []string{"NET_ADMIN"}
	}
	return r
}

// putOn has a container made on a network, with an address and names for it there.
func (e *Engine) putOn(r *container.CreateRequest, vpc vpcnet.Network, ip netip.Addr, names []string) {
	endpoint := &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: ip}, Aliases: names}
	if mac, err := net.ParseMAC(ipam.MAC(ip)); err == nil {
		endpoint.MacAddress = network.HardwareAddr(mac)
	}
	r.HostConfig.NetworkMode = container.NetworkMode(vpc.DockerName)
	r.NetworkingConfig = &network.NetworkingConfig{
		EndpointsConfig: map[string]*network.EndpointSettings{vpc.DockerName: endpoint},
	}
}

// sandboxLimits bound the containers of a sandbox together. The kernel refuses a group
// more time than its parent group has.
func sandboxLimits(spec backend.SandboxSpec, parent sandboxFacts) container.Resources {
	quota, memory := cut(cpuQuota(spec.CPU), parent.cpuQuota), cut(spec.Memory, parent.memory)
	both := memory // without swap
	if memory > 0 {
		both += spec.Swap
	}
	return container.Resources{CPUShares: spec.CPUShares, Memory: memory, MemorySwap: both, CPUPeriod: cpuPeriodFor(quota), CPUQuota: quota}
}

// within is the limit that holds of one's own and one's parent's. 0 is none.
func within(own, parent int64) int64 {
	if own == 0 {
		return parent
	}
	return cut(own, parent)
}

// sandbox returns what is known of a sandbox, and asks the engine after a restart.
func (e *Engine) sandbox(ctx context.Context, id string) (sandboxFacts, error) {
	if known, ok := e.sandboxes.Load(id); ok {
		return known.(sandboxFacts), nil
	}
	found, err := e.containers.Inspect(ctx, id)
	if err != nil {
		return sandboxFacts{}, err
	}
	if found.Config.Labels[label.KindKey] != string(label.Sandbox) {
		return sandboxFacts{}, dockerapi.NoContainer(id)
	}
	var parent sandboxFacts
	if of := found.Config.Labels[label.BoundKey]; of != "" {
		if parent, err = e.sandbox(ctx, of); err != nil && !errors.Is(dockerapi.Classify(err), backend.ErrNotFound) {
			return sandboxFacts{}, err
		}
	}
	known := factsOfSandbox(found.ID, container.CreateRequest{Config: found.Config, HostConfig: found.HostConfig}, inspect.Address(found), parent)
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
	return e.limits.Limit(ctx, known.group, known.own)
}

// forget gives back the addresses of a sandbox or container that is gone.
func (e *Engine) forget(id string) {
	e.sandboxes.Delete(id)
	e.commands.Forget(id)
	e.stats.Forget(id)
	e.answering.forget(id)
	e.leases.End(id)
}
