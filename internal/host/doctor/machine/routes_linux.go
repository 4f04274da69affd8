package machine

import (
	"encoding/binary"
	"net/netip"
	"syscall"
)

// routingTables are the IPv4 routes of all tables but the one of this machine's own addresses: WireGuard and Tailscale have
// tables of their own, which /proc/net/route does not show. Source: rtnetlink(7).
func routingTables() (all []route) {
	answer, err := syscall.NetlinkRIB(syscall.RTM_GETROUTE, syscall.AF_INET)
	if err != nil {
		return nil
	}
	messages, err := syscall.ParseNetlinkMessage(answer)
	if err != nil {
		return nil
	}
	for _, m := range messages {
		if r, ok := readRoute(m); ok {
			all = append(all, r)
		}
	}
	return all
}

// readRoute reads a message about a route to a range. The length of the range is the second byte of its head, the table
// the fifth, the kind the eighth.
func readRoute(m syscall.NetlinkMessage) (r route, ok bool) {
	if m.Header.Type != syscall.RTM_NEWROUTE || len(m.Data) < syscall.SizeofRtMsg {
		return r, false
	}
	bits, table, kind := int(m.Data[1]), m.Data[4], m.Data[7]
	if table == syscall.RT_TABLE_LOCAL || kind != syscall.RTN_UNICAST {
		return r, false
	}
	attributes, err := syscall.ParseNetlinkRouteAttr(&m)
	if err != nil {
		return r, false
	}
	for _, a := range attributes {
		switch {
		case a.Attr.Type == syscall.RTA_DST && len(a.Value) == 4 && bits <= 32:
			r.to = netip.PrefixFrom(netip.AddrFrom4([4]byte(a.Value)), bits).Masked()
		case a.Attr.Type == syscall.RTA_OIF && len(a.Value) == 4:
			r.index = int(binary.NativeEndian.Uint32(a.Value))
		}
	}
	return r, r.to.IsValid()
}
