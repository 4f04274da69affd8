// Package hostrange has the ranges of addresses that this host uses itself.
package hostrange

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math/bits"
	"net"
	"net/netip"
	"os"
	"regexp"
)

// WithInvented widens a range of the host by the addresses that a proxy invents for names around its
// own: Clash and its kin have one address of 198.18.0.0/16, and route what is invented in
// tables of their own. Source: RFC 2544, appendix C; the documentation of mihomo, fake-ip-range.
func WithInvented(has netip.Prefix) netip.Prefix {
	if has.Bits() > 16 && netip.MustParsePrefix("198.18.0.0/15").Contains(has.Addr()) {
		return netip.PrefixFrom(has.Addr(), 16).Masked()
	}
	return has
}

// All are the ranges that this host routes itself: its interfaces' ones and,
// on Linux, its routing table, where a VPN shows.
func All() (ranges []netip.Prefix) {
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil {
			ranges = append(ranges, prefix.Masked())
		}
	}
	if table, err := os.Open("/proc/net/route"); err == nil {
		defer func() { _ = table.Close() }()
		ranges = append(ranges, routes(table)...)
	}
	return ranges
}

// routeLine is interface, destination, gateway, four numbers and mask; addresses
// are little-endian hex. Source: proc_pid_net(5), /proc/net/route.
var routeLine = regexp.MustCompile(`^\S+\s+([0-9A-F]{8})\s+[0-9A-F]{8}\s+\S+\s+\S+\s+\S+\s+\S+\s+([0-9A-F]{8})\s`)

// minRouteBits is the least length of a route that takes its range. A shorter one leads everywhere, as
// the default route does: a VPN that takes all traffic
// routes 0.0.0.0/1 and 128.0.0.0/1. No private range is larger than a /8.
// Source: RFC 1918; openvpn(8), --redirect-gateway def1.
const minRouteBits = 8

// routes reads a routing table, without the routes that lead everywhere.
func routes(table io.Reader) (ranges []netip.Prefix) {
	for lines := bufio.NewScanner(table); lines.Scan(); {
		fields := routeLine.FindStringSubmatch(lines.Text())
		if fields == nil {
			continue
		}
		destination, _ := hex.DecodeString(fields[1])
		mask, _ := hex.DecodeString(fields[2])
		ones := bits.OnesCount32(binary.LittleEndian.Uint32(mask))
		if ones < minRouteBits {
			continue
		}
		var address [4]byte
		binary.BigEndian.PutUint32(address[:], binary.LittleEndian.Uint32(destination))
		ranges = append(ranges, netip.PrefixFrom(netip.AddrFrom4(address), ones).Masked())
	}
	return ranges
}

// HasAddress reports whether an interface of this host has an address.
func HasAddress(want netip.Addr) bool {
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr() == want {
			return true
		}
	}
	return false
}
