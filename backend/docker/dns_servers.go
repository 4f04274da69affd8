package docker

import (
	"fmt"
	"net/netip"
)

// checkServers refuses names for the addresses of DNS servers, which the engine has no place for.
func checkServers(servers []string) error {
	for _, s := range servers {
		if _, err := netip.ParseAddr(s); err != nil {
			return fmt.Errorf("DNS server %q is no IP address", s)
		}
	}
	return nil
}

// serverAddresses are those of DNS servers that were checked.
func serverAddresses(servers []string) (addresses []netip.Addr) {
	for _, s := range servers {
		if at, err := netip.ParseAddr(s); err == nil {
			addresses = append(addresses, at)
		}
	}
	return addresses
}
