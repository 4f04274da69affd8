package doctor

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Ranges are the ranges that an emulator takes, and what may be in their way.
type Ranges struct {
	VPC      netip.Prefix // --vpc-cidr; the zero Prefix leaves it to the engine
	Instance netip.Prefix // --instance-cidr; the zero Prefix is the default
	Routes   []Route      // of this host
	Unseen   string       // why they are not the engine's host's; empty: they are
}

// Route is a range that a host routes.
type Route struct {
	Interface string
	Range     netip.Prefix
}

// The ranges that serve takes unless it is told. Source: Amazon VPC user guide, "Default VPCs"; RFC 2544.
var (
	DefaultVPC      = netip.MustParsePrefix("172.31.0.0/16")
	DefaultInstance = netip.MustParsePrefix("198.18.0.0/15")
)

// clash is something that has part of a range.
type clash struct {
	what  string
	has   netip.Prefix
	route bool // of the host; else a network of the engine
}

// JudgeRanges says what is in the way of the ranges of VPC and container instances. Networks of emulators are not: each
// emulator finds another range.
func JudgeRanges(e diagnosis.Engine, r Ranges) diagnosis.Check {
	v := about(rangesCheck)
	if r.VPC.IsValid() {
		v.chosenVPC(r.VPC, clashes(e, r, r.VPC))
	} else {
		v.anyVPC(e, clashes(e, r, DefaultVPC))
	}
	instance := r.Instance
	if !instance.IsValid() {
		instance = DefaultInstance
	}
	v.instances(instance, clashes(e, r, instance))
	if r.Unseen != "" {
		v.note("%s", r.Unseen)
	}
	return v.check()
}

// chosenVPC judges a range that the user wants.
func (v *verdict) chosenVPC(vpc netip.Prefix, found []clash) {
	for _, c := range found {
		if c.route {
			v.degrade("choose another range with --vpc-cidr", "the VPC's range %s overlaps %s of %s: tasks do not reach what is there", vpc, c.has, c.what)
		} else {
			v.fail("choose another range with --vpc-cidr, or remove that network", "the VPC's range %s overlaps %s of %s: its network cannot be made", vpc, c.has, c.what)
		}
	}
	if len(found) == 0 {
		v.note("nothing else has part of the VPC's range %s", vpc)
	}
}

// anyVPC judges what the default VPC gets of itself.
func (v *verdict) anyVPC(e diagnosis.Engine, found []clash) {
	if !e.FreeRange.IsValid() {
		v.fail("remove networks that are not needed (docker network prune), or choose a range with --vpc-cidr", "no /16 is free for the default VPC: networks of the engine and routes of the host overlap each one")
		return
	}
	for _, c := range found {
		v.degrade("free it, or see that no definition names addresses of "+DefaultVPC.String(), "%s has %s: the default VPC has another range than on AWS, %s", c.what, c.has, e.FreeRange)
	}
	if len(found) == 0 {
		v.note("nothing else has part of %s, the default VPC's range", DefaultVPC)
	}
}

// instances judges the block of which each container instance gets a part that is free.
func (v *verdict) instances(block netip.Prefix, found []clash) {
	for _, c := range found {
		if c.has.Bits() <= block.Bits() {
			v.degrade("choose another range with --instance-cidr", "%s has %s, all of the container instances' range %s: bridge tasks on container instances do not start", c.what, c.has, block)
			return
		}
	}
	switch len(found) {
	case 0:
		v.note("nothing else has part of %s, the container instances' range", block)
	default:
		v.note("the container instances' range %s leaves out %s of %s", block, found[0].has, found[0].what)
	}
}

// clashes are what has part of a range, but for networks of emulators and their routes.
func clashes(e diagnosis.Engine, r Ranges, want netip.Prefix) (found []clash) {
	for _, n := range e.Networks {
		if n.Owner == "" && n.Range.Overlaps(want) {
			found = append(found, clash{"the engine's network " + n.Name, n.Range.Masked(), false})
		}
	}
	for _, route := range r.Routes {
		ofEngine := slices.ContainsFunc(e.Networks, func(n diagnosis.Network) bool { return n.Range.Masked() == route.Range.Masked() })
		one := clash{interfaceName(route.Interface), route.Range.Masked(), true}
		if !ofEngine && route.Range.Overlaps(want) && !slices.Contains(found, one) {
			found = append(found, one)
		}
	}
	return found
}

// prefixes of the names that VPNs give their interfaces. Sources: the documentation of OpenVPN (tun, tap), WireGuard
// (wg), Tailscale, ZeroTier (zt), strongSwan (ipsec), Cisco AnyConnect (cscotun), GlobalProtect (gpd), macOS (utun).
var vpnPrefixes = []string{"tun", "tap", "wg", "tailscale", "zt", "ipsec", "cscotun", "gpd", "utun", "ppp", "nordlynx", "proton"}

// interfaceName says what an interface of this host is.
func interfaceName(name string) string {
	vpn := slices.ContainsFunc(vpnPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	if vpn {
		return "the VPN interface " + name
	}
	return "this host's interface " + cmp.Or(name, "(unknown)")
}
