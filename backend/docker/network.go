package docker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/versions"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// vpcNetwork is the Docker network of a VPC.
type vpcNetwork struct {
	id         string
	dockerName string
	subnet     netip.Prefix
	gateway    netip.Addr
	labels     map[string]string // of the spec
	addresses  *ipam.Network     // of its sandboxes
	// adopted networks are the user's: never removed.
	adopted bool
	// isolated networks have no address of the engine's host.
	isolated bool
	// fresh is one that was made just now.
	fresh bool
	// share is the part from which the engine gives addresses to the containers of others.
	share netip.Prefix
}

// EnsureNetwork implements backend.Engine. The first VPC gets 172.31.0.0/16, the
// range of AWS's default VPC, where nothing else on the engine or the host has it.
//
// An emulator that runs in a container of this engine joins the network with that
// container. If the container is on a network labelled ecs-emulator.vpc already,
// that one becomes the VPC, so that its neighbours in a compose project and the
// tasks reach each other. Source: Amazon VPC user guide, "Default VPCs".
func (e *Engine) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	if err := e.ensureLifeline(ctx); err != nil {
		return backend.Network{}, dockerapi.Classify(err)
	}
	own, err := e.ownContainer(ctx)
	if err != nil {
		return backend.Network{}, dockerapi.Classify(err)
	}
	if err := take(ctx, e.networkTurn); err != nil {
		return backend.Network{}, err
	}
	defer func() { <-e.networkTurn }()
	vpc, err := e.ensureVPC(ctx, spec, own)
	if err != nil {
		return backend.Network{}, dockerapi.Classify(err)
	}
	if err := e.know(ctx, spec.Name, vpc); err != nil {
		return backend.Network{}, dockerapi.Classify(err)
	}
	e.direct.Reset() // the gateway may tell what the engine's facts could not
	if !vpc.isolated {
		e.beginRelay()
	}
	return vpc.public(spec.Name), nil
}

// public is what others know of it.
func (n vpcNetwork) public(name string) backend.Network {
	return backend.Network{ID: n.id, Name: name, CIDR: n.subnet, Gateway: n.gateway, Labels: n.labels}
}

// know remembers a network, and which of its addresses sandboxes and containers of an
// earlier run have. Whose turn it is calls it.
func (e *Engine) know(ctx context.Context, name string, vpc vpcNetwork) error {
	if known, ok := e.knownVPC(name); ok && known.id == vpc.id {
		return nil
	}
	vpc.addresses = ipam.New(vpc.subnet, vpc.gateway, vpc.share)
	if !vpc.fresh {
		if err := e.occupyKnown(ctx, vpc); err != nil {
			return err
		}
	}
	e.networksMu.Lock()
	defer e.networksMu.Unlock()
	e.networks[name] = vpc
	return nil
}

// knownVPC is a network in use so far.
func (e *Engine) knownVPC(name string) (vpc vpcNetwork, known bool) {
	e.networksMu.Lock()
	defer e.networksMu.Unlock()
	vpc, known = e.networks[name]
	return vpc, known
}

// occupyKnown takes the addresses of the sandboxes and containers that are there.
func (e *Engine) occupyKnown(ctx context.Context, vpc vpcNetwork) error {
	began := e.leases.allBegan()
	found, err := e.membersOf(ctx, vpc, true)
	if err != nil {
		return err
	}
	for _, c := range found {
		if c.NetworkSettings == nil || e.removedWarm(ctx, c) {
			continue
		}
		if at, err := netip.ParseAddr(c.Labels[label.RelayKey]); err == nil && vpc.subnet.Contains(at) {
			e.relays.keep(vpc, at)
		}
		ip := dockerapi.EndpointAddress(c.NetworkSettings.Networks[vpc.dockerName])
		if ip.IsValid() && vpc.addresses.Occupy(ip) {
			e.leases.add(c.ID, lease{ip, vpc.addresses})
			if c.Labels[label.KindKey] == string(label.Container) && c.State == container.StateExited {
				e.leases.rest(c.ID, began[c.ID])
			}
		}
	}
	return nil
}

// membersOf are the owner's containers on a network, but for the relay: all, or those that
// run.
func (e *Engine) membersOf(ctx context.Context, vpc vpcNetwork, all bool) ([]container.Summary, error) {
	members := e.owner.Filter(nil)
	members.Add("network", vpc.dockerName)
	found, err := e.client.ContainerList(ctx, client.ContainerListOptions{All: all, Filters: members})
	return slices.DeleteFunc(found, func(c container.Summary) bool { return c.Labels[label.KindKey] == string(label.Relay) }), err
}

// Networks implements backend.Engine.
func (e *Engine) Networks(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	found, err := e.client.NetworkList(ctx, e.owner.Filter(labels))
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	var list []backend.Network
	for _, n := range found {
		if vpc, err := vpcOf(n.Network); err == nil {
			list = append(list, vpc.public(n.Labels[label.VPCKey]))
		}
	}
	return list, nil
}

// RemoveNetwork implements backend.Engine.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	vpc, err := e.vpc(ctx, name)
	if errors.Is(err, backend.ErrNotFound) {
		return nil
	}
	if err != nil {
		return dockerapi.Classify(err)
	}
	defer e.warm.TaskStarts()()
	e.releaseWarm(ctx, name, netip.Prefix{}, netip.Addr{})
	members, err := e.membersOf(ctx, vpc, false)
	switch {
	case err != nil:
		return dockerapi.Classify(err)
	case len(members) > 0:
		return fmt.Errorf("network %s has active endpoints: %s", name, dockerapi.FirstName(members[0].Names))
	}
	left, err := e.leaveNetwork(ctx, vpc)
	if err != nil {
		return dockerapi.Classify(err)
	}
	defer left()
	if !vpc.adopted {
		err = e.removeNetwork(ctx, vpc.id)
	}
	switch {
	case errors.Is(err, dockerapi.ErrNetworkStuck): // as when all is removed
		e.log.Warn("network stays until the engine is restarted", "network", vpc.dockerName, "error", err)
	case err != nil && !cerrdefs.IsNotFound(err):
		e.beginRelay() // it is to come back
		return dockerapi.Classify(err)
	}
	e.forgetVPCs(ctx, func(known string, _ vpcNetwork) bool { return known == name })
	return nil
}

// ReserveAddress implements backend.Engine.
func (e *Engine) ReserveAddress(ctx context.Context, name string, subnet netip.Prefix) (netip.Addr, error) {
	vpc, err := e.vpc(ctx, name)
	if err != nil {
		return netip.Addr{}, dockerapi.Classify(err)
	}
	defer e.warm.TaskStarts()()
	ip, err := vpc.addresses.Reserve(subnet)
	if addressMissing(err) && e.releaseWarm(ctx, name, subnet, ip) {
		ip, err = vpc.addresses.Reserve(subnet)
	}
	return ip, err
}

// ReleaseAddress implements backend.Engine.
func (e *Engine) ReleaseAddress(name string, address netip.Addr) {
	if vpc, ok := e.knownVPC(name); ok {
		vpc.addresses.Release(address)
	}
}

func (e *Engine) ensureVPC(ctx context.Context, spec backend.NetworkSpec, own ownContainer) (vpcNetwork, error) {
	existing, err := e.client.NetworkList(ctx, nil)
	if err != nil {
		return vpcNetwork{}, err
	}
	for _, n := range existing {
		if n.Labels[label.OwnerKey] == e.owner.Name && n.Labels[label.VPCKey] == spec.Name {
			vpc, err := vpcOf(n.Network)
			if err != nil {
				return vpcNetwork{}, err
			}
			return vpc, e.join(ctx, vpc, own)
		}
	}
	if !spec.Exact {
		if vpc, found, err := e.adopt(ctx, existing, spec.Name, own); found || err != nil {
			return vpc, err
		}
	}
	vpc, err := e.createVPC(ctx, spec, existing)
	if err != nil {
		return vpcNetwork{}, err
	}
	return vpc, e.join(ctx, vpc, own)
}

// createVPC tries one range after the other: another process may take one between
// the look and the leap.
func (e *Engine) createVPC(ctx context.Context, spec backend.NetworkSpec, existing []network.Summary) (vpcNetwork, error) {
	avoid := taken(existing)
	if e.local {
		avoid = append(avoid, hostRanges()...)
	}
	if err := e.inTheWay(spec, existing); err != nil {
		return vpcNetwork{}, err
	}
	name := e.owner.ResourceName(spec.Name)
	labels := e.owner.Labels(label.Network, spec.Labels)
	labels[label.VPCKey] = spec.Name
	for subnet := range ranges(spec.CIDR, avoid) {
		vpc := vpcNetwork{dockerName: name, subnet: subnet, gateway: spec.Gateway, labels: spec.Labels}
		if !spec.Exact {
			vpc.share = ipam.EngineShare(subnet)
		}
		if !vpc.gateway.IsValid() {
			vpc.gateway = subnet.Addr().Next()
		}
		id, err := e.client.NetworkCreate(ctx, networkRequest(vpc, bridgeOptions(spec.Isolated, e.client.ClientVersion()), labels))
		switch {
		case !overlaps(err):
			vpc.id, vpc.isolated, vpc.fresh = id, spec.Isolated, true
			return vpc, err
		case spec.CIDR.IsValid():
			return vpcNetwork{}, dockerapi.WithMeaning(err, backend.ErrAddressInUse)
		}
	}
	return vpcNetwork{}, errors.New("no free /16 for the VPC: each candidate overlaps a network of the engine or the host; choose one with --vpc-cidr")
}

// ranges are the range asked for, or those that may be free.
func ranges(asked netip.Prefix, avoid []netip.Prefix) iter.Seq[netip.Prefix] {
	if asked.IsValid() {
		return slices.Values([]netip.Prefix{asked.Masked()})
	}
	return ipam.FreeRanges(avoid)
}

func networkRequest(vpc vpcNetwork, options, labels map[string]string) network.CreateRequest {
	config := network.IPAMConfig{Subnet: vpc.subnet, Gateway: vpc.gateway, IPRange: vpc.share}
	return network.CreateRequest{
		Name: vpc.dockerName, Driver: "bridge", Options: options, Labels: labels,
		IPAM: &network.IPAM{Driver: "default", Config: []network.IPAMConfig{config}},
	}
}

// bridgeOptions are what an engine of an API version is told of a bridge. Isolated ones have
// no address of its host.
//
// From 28.0 on, an engine drops what comes to a container by another bridge than its own.
// Where the kernel shows bridged frames to iptables, as Kubernetes asks for, that is all that
// containers on the isolated network of a container instance send to the VPC: they are still
// on their way to the sandbox that routes it. So networks of VPCs go without that protection:
// another machine that has a route to them through the engine's host reaches tasks.
// Source: Moby libnetwork/drivers/bridge, filterDirectAccess; Docker's documentation, "Gateway
// modes"; Engine API version history, v1.48 (Docker 28.0).
func bridgeOptions(isolated bool, version string) map[string]string {
	switch {
	case isolated:
		return map[string]string{noHostAddress: "true"}
	case versions.GreaterThanOrEqualTo(version, "1.48"):
		return map[string]string{gatewayMode: "nat-unprotected"}
	default: // refuses what it does not know
		return map[string]string{}
	}
}

// gatewayMode is what the engine keeps from the containers of a bridge.
// Source: Docker bridge network driver options.
const gatewayMode = "com.docker.network.bridge.gateway_mode_ipv4"

// noHostAddress keeps the engine from giving the bridge the gateway's address;
// containers have their default route through it all the same.
// Source: Docker bridge network driver options.
const noHostAddress = "com.docker.network.bridge.inhibit_ipv4"

// overlaps recognizes the engine's refusal of a range that is taken.
func overlaps(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "Pool overlaps") ||
		strings.Contains(err.Error(), "conflicts with network") ||
		strings.Contains(err.Error(), "is already used on the host or by another config")) // Podman's words
}

// vpc returns the network of a VPC that EnsureNetwork made, now or in an earlier
// run of the same owner.
func (e *Engine) vpc(ctx context.Context, name string) (vpcNetwork, error) {
	if known, ok := e.knownVPC(name); ok {
		return known, nil
	}
	if err := take(ctx, e.networkTurn); err != nil {
		return vpcNetwork{}, err
	}
	defer func() { <-e.networkTurn }()
	if known, ok := e.knownVPC(name); ok {
		return known, nil
	}
	found, err := e.client.NetworkList(ctx, e.owner.Filter(map[string]string{label.VPCKey: name}))
	if err != nil {
		return vpcNetwork{}, err
	}
	if len(found) == 0 {
		return vpcNetwork{}, &backend.NotFoundError{Kind: backend.KindNetwork, Err: fmt.Errorf("network %s not found", name)}
	}
	vpc, err := vpcOf(found[0].Network)
	if err == nil {
		err = e.know(ctx, name, vpc)
	}
	known, _ := e.knownVPC(name)
	return known, err
}

// knownVPCs are the networks in use so far.
func (e *Engine) knownVPCs() map[string]vpcNetwork {
	e.networksMu.Lock()
	defer e.networksMu.Unlock()
	return maps.Clone(e.networks)
}

// forgetVPCs forgets networks that are gone, behind the one that is just being looked for, if that
// does not take too long.
func (e *Engine) forgetVPCs(ctx context.Context, which func(name string, vpc vpcNetwork) bool) {
	if take(ctx, e.networkTurn) == nil {
		defer func() { <-e.networkTurn }()
	}
	e.networksMu.Lock()
	defer e.networksMu.Unlock()
	maps.DeleteFunc(e.networks, which)
}

func vpcOf(n network.Network) (vpcNetwork, error) {
	for _, config := range n.IPAM.Config {
		if subnet := config.Subnet; subnet.Addr().Is4() {
			gateway := config.Gateway
			if !gateway.IsValid() { // the engine does not tell one that it picked itself
				gateway = subnet.Masked().Addr().Next()
			}
			isolated := n.Options[noHostAddress] == "true"
			vpc := vpcNetwork{id: n.ID, dockerName: n.Name, subnet: subnet, gateway: gateway, isolated: isolated, labels: label.SpecLabels(n.Labels)}
			if config.IPRange.IsValid() || n.Labels[label.OwnerKey] == "" { // the user's own may lack one
				vpc.share = ipam.EngineShare(subnet)
			}
			return vpc, nil
		}
	}
	return vpcNetwork{}, fmt.Errorf("network %s has no IPv4 range", n.Name)
}

// removeNetwork disconnects what is still on the network, such as the container in
// which the emulator runs or one that the user connected.
func (e *Engine) removeNetwork(ctx context.Context, id string) error {
	found, err := e.client.NetworkInspect(ctx, id)
	if err != nil {
		return err
	}
	for endpoint := range found.Containers {
		if err := e.client.NetworkDisconnect(ctx, id, endpoint); err != nil {
			e.log.Debug("disconnect container", "network", found.Name, "container", endpoint, "error", err)
		}
	}
	err = e.client.NetworkRemove(ctx, id)
	if cerrdefs.IsPermissionDenied(err) && len(found.Containers) == 0 && strings.Contains(err.Error(), "has active endpoints") {
		return fmt.Errorf("%w: %w", dockerapi.ErrNetworkStuck, err)
	}
	return err
}

// gatewayHere says whether the engine's bridges are interfaces of this host, which
// a socket of this host alone does not prove.
func (e *Engine) gatewayHere(ctx context.Context) (bool, error) {
	for _, vpc := range e.knownVPCs() {
		if !vpc.isolated {
			return isHostAddress(vpc.gateway), nil
		}
	}
	bridges, err := e.client.NetworkList(ctx, make(client.Filters).Add("driver", "bridge"))
	if err != nil {
		return false, err
	}
	for _, bridge := range bridges {
		if vpc, err := vpcOf(bridge.Network); err == nil && isHostAddress(vpc.gateway) {
			return true, nil
		}
	}
	return false, nil
}
