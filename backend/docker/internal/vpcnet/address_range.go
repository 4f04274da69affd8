package vpcnet

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/bits"
	"net"
	"net/netip"
	"os"
	"regexp"
	"strings"

	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// taken are the ranges of the engine's networks, no matter who made them.
func taken(networks []network.Summary) (ranges []netip.Prefix) {
	for _, n := range networks {
		for _, config := range n.IPAM.Config {
			if config.Subnet.IsValid() {
				ranges = append(ranges, config.Subnet)
			}
		}
	}
	return ranges
}

// inTheWay refuses a range that is Exact, or Isolated, if a network of the engine or of its host
// overlaps it, and names that network. Other ranges are the user's choice.
func (s *Networks) inTheWay(spec backend.NetworkSpec, networks []network.Summary) error {
	want := spec.CIDR
	if !spec.Exact && !spec.Isolated || !want.IsValid() {
		return nil
	}
	if err := inTheWayOf(want, networks); err != nil {
		return err
	}
	return s.onHost(want)
}

// inTheWayOf refuses a range that a network overlaps, and names that network.
func inTheWayOf(want netip.Prefix, networks []network.Summary) error {
	for _, n := range networks {
		for _, has := range taken([]network.Summary{n}) {
			if want.IsValid() && has.Overlaps(want) {
				return dockerapi.WithMeaning(fmt.Errorf("%s overlaps %s of network %s", want, has, nameOf(n)), backend.ErrAddressInUse)
			}
		}
	}
	return nil
}

// nameOf is the name of a network, with the VPC's where that does not fit into it.
func nameOf(n network.Summary) string {
	if vpc := n.Labels[label.VPCKey]; vpc != "" && !strings.Contains(n.Name, vpc) {
		return n.Name + " of " + vpc
	}
	return n.Name
}

// onHost refuses a range that this host has elsewhere, where the engine is on it.
func (s *Networks) onHost(want netip.Prefix) error {
	if !s.Local {
		return nil
	}
	for _, has := range hostRanges() {
		if has = withInvented(has); has.Overlaps(want) {
			return dockerapi.WithMeaning(fmt.Errorf("%s overlaps %s, which this host has elsewhere", want, has), backend.ErrAddressInUse)
		}
	}
	return nil
}

// RangeInUse is an error that names what overlaps a range; nil if nothing does. See
// backend.RangeChecker.
func (s *Networks) RangeInUse(ctx context.Context, cidr netip.Prefix) error {
	networks, err := s.listed(ctx, nil)
	if err != nil {
		return err
	}
	if s.Swarm != nil {
		networks = append(networks, s.Swarm.bridges(ctx)...)
	}
	return s.inTheWay(backend.NetworkSpec{CIDR: cidr, Exact: true}, networks)
}

// withInvented widens a range of the host by the addresses that a proxy invents for names around its
// own: Clash and its kin have one address of 198.18.0.0/16, and route what is invented in
// tables of their own. Source: RFC 2544, appendix C; the documentation of mihomo, fake-ip-range.
func withInvented(has netip.Prefix) netip.Prefix {
	if has.Bits() > 16 && netip.MustParsePrefix("198.18.0.0/15").Contains(has.Addr()) {
		return netip.PrefixFrom(has.Addr(), 16).Masked()
	}
	return has
}

// hostRanges are the ranges that this host routes itself: those of its interfaces and,
// on Linux, its routing table, where a VPN shows.
func hostRanges() (ranges []netip.Prefix) {
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

func isHostAddress(want netip.Addr) bool {
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr() == want {
			return true
		}
	}
	return false
}
