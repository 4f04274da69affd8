// Package securitygroup says what the security groups of a network interface let pass: pure rules
// over the rows of groups and the addresses of their members.
package securitygroup

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Peers tells who the other side of a rule is.
type Peers interface {
	// Members are the addresses of the network interfaces that have a security group.
	Members(group string) []netip.Addr
	PrefixList(id string) []netip.Prefix
	// Elsewhere is the ranges of other VPCs: nothing is sent there, whichever the rules are.
	Elsewhere() []netip.Prefix
}

// Compile is what a network interface with some security groups lets pass; nil is
// everything. It has the rules of all groups together, each kind of traffic once.
//
// Rules about IPv6 are about nothing here: interfaces have addresses of IPv4 alone. Nothing leads to
// another VPC without a connection between both. Source: Amazon VPC user guide, VPC peering.
func Compile(groups []*ec2network.SecurityGroup, peers Peers, strict bool) *backend.Filter {
	in, out := traffic{}, traffic{}
	for _, g := range groups {
		for _, r := range g.Rules {
			into := in
			if r.Egress {
				into = out
			}
			into.add(r, peers)
		}
	}
	out.leaveOut(peers.Elsewhere())
	f := &backend.Filter{In: in.rules(), Out: out.rules(), Strict: strict}
	if everything(f.In) && everything(f.Out) {
		return nil
	}
	return f
}

// Names returns the groups and the prefix lists that rules of some groups name, by id. The
// groups may be their own.
func Names(groups []*ec2network.SecurityGroup) (named, lists []string) {
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Group != "" {
				named = append(named, r.Group)
			}
			if r.PrefixList != "" {
				lists = append(lists, r.PrefixList)
			}
		}
	}
	slices.Sort(named)
	slices.Sort(lists)
	return slices.Compact(named), slices.Compact(lists)
}

// traffic is who may be at the other end of each kind.
type traffic map[kind][]backend.AddressRange

// kind is the packets that rules are about, but for their addresses.
type kind struct{ protocol, from, to int }

var anything = kind{backend.AnyProtocol, -1, -1}

func (t traffic) add(r ec2network.SecurityGroupRule, peers Peers) {
	k, ok := kindOf(r)
	if !ok {
		return
	}
	switch {
	case r.CIDR != "":
		if p, err := netip.ParsePrefix(r.CIDR); err == nil && p.Addr().Is4() {
			t[k] = append(t[k], backend.RangeOf(p))
		}
	case r.PrefixList != "":
		for _, p := range peers.PrefixList(r.PrefixList) {
			t[k] = append(t[k], backend.RangeOf(p))
		}
	case r.Group != "":
		for _, a := range peers.Members(r.Group) {
			t[k] = append(t[k], backend.AddressRange{First: a, Last: a})
		}
	}
}

// kindOf is what packets a rule is about; ok is false if it is none that there can be.
// Source: EC2 API reference, IpPermission.
func kindOf(r ec2network.SecurityGroupRule) (k kind, ok bool) {
	k = kind{from: -1, to: -1}
	switch r.Protocol {
	case ec2network.AllProtocols:
		return anything, true
	case "tcp":
		k.protocol = backend.TCP
	case "udp":
		k.protocol = backend.UDP
	case "icmp":
		k.protocol = backend.ICMP
	default:
		number, err := strconv.ParseUint(r.Protocol, 10, 8)
		if k.protocol = int(number); err != nil || k.protocol == icmpForIPv6 {
			return k, false
		}
	}
	switch k.protocol {
	case backend.TCP, backend.UDP:
		if r.From >= 0 && (r.From > 0 || r.To < 65535) {
			k.from, k.to = int(r.From), int(r.To)
		}
	case backend.ICMP:
		if r.From >= 0 {
			k.from, k.to = int(r.From), int(r.To)
		}
	}
	return k, true
}

// Source: IANA, assigned internet protocol numbers.
const icmpForIPv6 = 58

// rules are in an order that does not depend on that of the groups.
func (t traffic) rules() (rules []backend.FilterRule) {
	for k, peers := range t {
		if peers = backend.Union(peers); len(peers) > 0 {
			rules = append(rules, backend.FilterRule{Protocol: k.protocol, From: k.from, To: k.to, Peers: peers})
		}
	}
	sorting.By(rules, func(a, b backend.FilterRule) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	if len(rules) > 0 && everything(rules[:1]) {
		return rules[:1]
	}
	return rules
}

// everything reports whether rules let everything pass. In their order, the one that would
// do so alone is the first.
func everything(rules []backend.FilterRule) bool {
	if len(rules) == 0 {
		return false
	}
	r := rules[0]
	return r.Protocol == backend.AnyProtocol && slices.Equal(r.Peers, []backend.AddressRange{backend.Anywhere})
}

// Equal reports whether two filters let the same pass.
func Equal(a, b *backend.Filter) bool {
	if a == nil || b == nil {
		return a == b
	}
	same := func(x, y backend.FilterRule) bool {
		return x.Protocol == y.Protocol && x.From == y.From && x.To == y.To && slices.Equal(x.Peers, y.Peers)
	}
	return a.Strict == b.Strict && slices.EqualFunc(a.In, b.In, same) && slices.EqualFunc(a.Out, b.Out, same)
}
