package vpcnet

import (
	"fmt"
	"net/netip"

	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// Network is the Docker network of a VPC.
type Network struct {
	ID         string
	DockerName string // the engine's name of it
	Subnet     netip.Prefix
	Gateway    netip.Addr
	Labels     map[string]string // of the spec
	Addresses  *ipam.Network     // of its sandboxes
	// Adopted networks are the user's: never removed.
	Adopted bool
	// Isolated networks have no address of the engine's host.
	Isolated bool
	// Overlay networks belong to a swarm, whose engines share them. They lead nowhere, and the hosts of the engines
	// have no address there.
	Overlay bool
	// Resolver says that sandboxes on it ask a resolver.
	Resolver bool
	// fresh is one that was made just now.
	fresh bool
	// share is the part from which the engine gives addresses to the containers of others.
	share netip.Prefix
	// places are the relay's and the resolver's on an overlay.
	places swarm.Places
}

// The driver and the scope of networks that all engines of a swarm share.
const (
	overlayDriver = "overlay"
	swarmScope    = "swarm"
)

// isOverlay goes by the scope: the driver comes a moment later than the network.
func isOverlay(n network.Network) bool { return n.Scope == swarmScope }

// noHostAddress keeps the engine from giving the bridge the gateway's address;
// containers have their default route through it all the same.
// Source: Docker bridge network driver options.
const noHostAddress = "com.docker.network.bridge.inhibit_ipv4"

// Public is what others know of it under a name.
func (n Network) Public(name string) backend.Network {
	return backend.Network{ID: n.ID, Name: name, CIDR: n.Subnet, Gateway: n.Gateway, Labels: n.Labels}
}

// networkOf reads what the engine says of a network.
func networkOf(n network.Network) (Network, error) {
	for _, config := range n.IPAM.Config {
		if subnet := config.Subnet; subnet.Addr().Is4() {
			gateway := config.Gateway
			if !gateway.IsValid() { // the engine does not tell one that it picked itself
				gateway = subnet.Masked().Addr().Next()
			}
			isolated := n.Options[noHostAddress] == "true"
			vpc := Network{ID: n.ID, DockerName: n.Name, Subnet: subnet, Gateway: gateway, Isolated: isolated, Labels: label.SpecLabels(n.Labels)}
			if vpc.Overlay = isOverlay(n); vpc.Overlay {
				vpc.share = swarm.ShareBy(config.IPRange).All
			} else if config.IPRange.IsValid() || n.Labels[label.OwnerKey] == "" { // the user's own may lack one
				vpc.share = ipam.EngineShare(subnet)
			}
			return vpc, nil
		}
	}
	return Network{}, fmt.Errorf("network %s has no IPv4 range", n.Name)
}

// RelayAddress is where the relay of a network is: at the fourth address of the range, which AWS
// keeps for future use. On an overlay each engine has another one.
// Source: Amazon VPC user guide, subnet sizing.
func (n Network) RelayAddress() netip.Addr {
	if n.Overlay {
		return n.places.Relay
	}
	return n.reserved(3)
}

// ResolverAddress is where the resolver of a network is: at the third address of the range. On an overlay each engine has
// another one.
// Source: Amazon VPC user guide, Amazon DNS server.
func (n Network) ResolverAddress() netip.Addr {
	if n.Overlay {
		return n.places.Resolver
	}
	return n.reserved(2)
}

// reserved is an address that is so many behind the first one, if others may have it.
func (n Network) reserved(behind int) netip.Addr {
	at := n.Subnet.Masked().Addr()
	for range behind {
		at = at.Next()
	}
	if at == n.Gateway || !n.Subnet.Contains(at) {
		return netip.Addr{}
	}
	return at
}

// GatewayPrefix is the gateway with the length of the range, as the sandbox program reads it.
func (n Network) GatewayPrefix() string {
	return netip.PrefixFrom(n.Gateway, n.Subnet.Bits()).String()
}
