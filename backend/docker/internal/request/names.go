package request

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// CheckServers refuses DNS servers that are no IP addresses: the engine takes no names for them.
func CheckServers(servers []string) error {
	for _, s := range servers {
		if _, err := netip.ParseAddr(s); err != nil {
			return fmt.Errorf("DNS server %q is not an IP address", s)
		}
	}
	return nil
}

// serverAddresses are the addresses of DNS servers that were checked.
func serverAddresses(servers []string) (addresses []netip.Addr) {
	for _, s := range servers {
		if at, err := netip.ParseAddr(s); err == nil {
			addresses = append(addresses, at)
		}
	}
	return addresses
}

// hostName is the name by which containers find the engine's host: Docker Desktop's own name for
// it, which other engines give a container that asks for it.
const hostName = "host.docker.internal"

// ReachHost lets a container on a network find the engine's host by name, unless the spec
// says where that name leads. hostGateway says that the engine can
// name its host.
func ReachHost(host *container.HostConfig, hostGateway bool) {
	if !hostGateway || slices.ContainsFunc(host.ExtraHosts, func(entry string) bool {
		return strings.HasPrefix(entry, hostName+":")
	}) {
		return
	}
	host.ExtraHosts = append(slices.Clone(host.ExtraHosts), hostName+":host-gateway")
}
