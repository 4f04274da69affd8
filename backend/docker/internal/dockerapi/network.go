package dockerapi

import (
	"errors"
	"net/netip"

	"github.com/moby/moby/api/types/network"
)

// EndpointAddress is the address that a container has on a network, or will have once it starts.
func EndpointAddress(endpoint *network.EndpointSettings) netip.Addr {
	switch {
	case endpoint == nil:
		return netip.Addr{}
	case !endpoint.IPAddress.IsValid() && endpoint.IPAMConfig != nil:
		return endpoint.IPAMConfig.IPv4Address
	default:
		return endpoint.IPAddress
	}
}

// ErrNetworkStuck is a network that the engine cannot remove, although nothing is on it:
// it has lost track of an endpoint, which engines up to 20.10 do now and then when
// containers are removed while they start. Only a restart of the engine helps.
var ErrNetworkStuck = errors.New("network without containers is in use")
