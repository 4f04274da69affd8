package machine

import (
	"net"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// minRouteBits is the least length of a route that takes its range: a VPN that takes all traffic routes 0.0.0.0/1 and
// 128.0.0.0/1. Source: RFC 1918; openvpn(8), --redirect-gateway def1.
const minRouteBits = 8

// Routes are the IPv4 ranges of this machine's interfaces and, on Linux, of all its routing tables, where VPNs show.
func Routes() (all []doctor.Route) {
	interfaces, _ := net.Interfaces()
	byIndex := map[int]string{}
	for _, one := range interfaces {
		byIndex[one.Index] = one.Name
		if one.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, _ := one.Addrs()
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Is4() {
				all = append(all, doctor.Route{Interface: one.Name, Range: prefix.Masked()})
			}
		}
	}
	for _, r := range routingTables() {
		if name := byIndex[r.index]; r.to.Bits() >= minRouteBits && name != "lo" {
			all = append(all, doctor.Route{Interface: name, Range: r.to})
		}
	}
	return slices.CompactFunc(all, func(a, b doctor.Route) bool { return a == b })
}

// route leads a range to the interface of an index.
type route struct {
	to    netip.Prefix
	index int
}
