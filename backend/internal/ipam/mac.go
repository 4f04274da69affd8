package ipam

import (
	"fmt"
	"net/netip"
)

// MAC is a locally administered address that follows from the IP, so that it is
// unique on the network.
func MAC(ip netip.Addr) string {
	b := ip.As4()
	return fmt.Sprintf("0a:ec:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}
