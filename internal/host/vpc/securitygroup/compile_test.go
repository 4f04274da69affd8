package securitygroup_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc/securitygroup"
)

// peers are members of groups and prefixes of lists, by id.
type peers map[string]string

func (p peers) Members(group string) (list []netip.Addr) {
	for each := range strings.FieldsSeq(p[group]) {
		list = append(list, netip.MustParseAddr(each))
	}
	return list
}

func (p peers) PrefixList(id string) (list []netip.Prefix) {
	for each := range strings.FieldsSeq(p[id]) {
		list = append(list, netip.MustParsePrefix(each))
	}
	return list
}

// Elsewhere is under a name of its own.
func (p peers) Elsewhere() []netip.Prefix { return p.PrefixList("elsewhere") }

// text is a line for each rule: in 6 80-443 10.0.0.0-10.0.0.255 10.0.1.9
func text(f *backend.Filter) string {
	if f == nil {
		return "everything"
	}
	var b strings.Builder
	write := func(direction string, rules []backend.FilterRule) {
		for _, r := range rules {
			fmt.Fprintf(&b, "%s %d %d-%d", direction, r.Protocol, r.From, r.To)
			for _, p := range r.Peers {
				b.WriteString(" " + p.First.String())
				if p.Last != p.First {
					b.WriteString("-" + p.Last.String())
				}
			}
			b.WriteString("\n")
		}
	}
	write("in", f.In)
	write("out", f.Out)
	return b.String()
}

type rule = ec2network.SecurityGroupRule

func group(id string, rules ...rule) *ec2network.SecurityGroup {
	return &ec2network.SecurityGroup{ID: id, Rules: rules}
}

var (
	allIn  = rule{Protocol: "-1", From: -1, To: -1, CIDR: "0.0.0.0/0"}
	allOut = rule{Egress: true, Protocol: "-1", From: -1, To: -1, CIDR: "0.0.0.0/0"}
)

const anywhereOut = "out -1 -1--1 0.0.0.0-255.255.255.255\n"

func TestCompile(t *testing.T) {
	members := peers{
		"sg-web": "10.0.0.5 10.0.0.4", "sg-db": "10.0.0.9", "sg-empty": "",
		"pl-offices": "192.0.2.0/25 192.0.2.128/25 198.51.100.7/32", "pl-all": "0.0.0.0/1 128.0.0.0/1",
	}
	for name, c := range map[string]struct {
		groups []*ec2network.SecurityGroup
		want   string
	}{
		"a group made on first use": {[]*ec2network.SecurityGroup{group("sg-a", allIn, allOut)}, "everything"},
		"no rules":                  {[]*ec2network.SecurityGroup{group("sg-a")}, ""},
		"a new group":               {[]*ec2network.SecurityGroup{group("sg-a", allOut)}, anywhereOut},
		"the default group": {
			[]*ec2network.SecurityGroup{ec2network.NewDefaultGroup("vpc-1", "sg-web")},
			"in -1 -1--1 10.0.0.4-10.0.0.5\n" + anywhereOut,
		},
		"another group": {
			[]*ec2network.SecurityGroup{group("sg-web", rule{Protocol: "tcp", From: 5432, To: 5432, Group: "sg-db"}, rule{Protocol: "tcp", From: 80, To: 80, Group: "sg-empty"})},
			"in 6 5432-5432 10.0.0.9\n",
		},
		"a prefix list": {
			[]*ec2network.SecurityGroup{group("sg-a", rule{Protocol: "udp", From: 53, To: 53, PrefixList: "pl-offices"}, rule{Protocol: "udp", From: 53, To: 53, PrefixList: "pl-unknown"})},
			"in 17 53-53 192.0.2.0-192.0.2.255 198.51.100.7\n",
		},
		"a prefix list beside ranges that it overlaps": {
			[]*ec2network.SecurityGroup{group("sg-a", rule{Protocol: "tcp", From: 22, To: 22, PrefixList: "pl-offices"}, rule{Egress: true, Protocol: "-1", From: -1, To: -1, PrefixList: "pl-offices"}),
				group("sg-b", rule{Protocol: "tcp", From: 22, To: 22, CIDR: "192.0.2.64/26"}, rule{Protocol: "tcp", From: 22, To: 22, CIDR: "192.0.3.0/24"})},
			"in 6 22-22 192.0.2.0-192.0.3.255 198.51.100.7\nout -1 -1--1 192.0.2.0-192.0.2.255 198.51.100.7\n",
		},
		"a prefix list of everything": {
			[]*ec2network.SecurityGroup{group("sg-a", rule{Protocol: "-1", From: -1, To: -1, PrefixList: "pl-all"}, allOut)}, "everything",
		},
		"ranges of ports and of addresses that overlap": {
			[]*ec2network.SecurityGroup{
				group("sg-a", rule{Protocol: "tcp", From: 8000, To: 8099, CIDR: "10.0.0.0/24"}, rule{Protocol: "tcp", From: 8000, To: 8099, CIDR: "10.0.0.128/25"}),
				group("sg-b", rule{Protocol: "tcp", From: 8000, To: 8099, CIDR: "10.0.1.0/24"}, rule{Protocol: "tcp", From: 0, To: 65535, CIDR: "10.0.0.7/32"}),
			},
			"in 6 -1--1 10.0.0.7\nin 6 8000-8099 10.0.0.0-10.0.1.255\n",
		},
		"what a wider rule has anyhow": {
			[]*ec2network.SecurityGroup{group("sg-a", rule{Protocol: "tcp", From: 80, To: 80, CIDR: "10.0.0.0/8"}, allIn)},
			"in -1 -1--1 0.0.0.0-255.255.255.255\n",
		},
		"ICMP, whole and by type and code": {
			[]*ec2network.SecurityGroup{group("sg-a",
				rule{Protocol: "icmp", From: 8, To: -1, CIDR: "10.0.0.0/8"}, rule{Protocol: "icmp", From: 3, To: 4, CIDR: "10.0.0.0/8"},
				rule{Egress: true, Protocol: "icmp", From: -1, To: -1, CIDR: "10.0.0.0/8"})},
			"in 1 3-4 10.0.0.0-10.255.255.255\nin 1 8--1 10.0.0.0-10.255.255.255\nout 1 -1--1 10.0.0.0-10.255.255.255\n",
		},
		"protocols by number": {
			[]*ec2network.SecurityGroup{group("sg-a", rule{Protocol: "50", From: -1, To: -1, CIDR: "10.0.0.1/32"}, rule{Protocol: "6", From: 80, To: 80, CIDR: "10.0.0.1/32"})},
			"in 6 80-80 10.0.0.1\nin 50 -1--1 10.0.0.1\n",
		},
		"IPv6": {
			[]*ec2network.SecurityGroup{group("sg-a", rule{Protocol: "-1", From: -1, To: -1, CIDRv6: "::/0"}, rule{Protocol: "icmpv6", From: -1, To: -1, CIDR: "0.0.0.0/0"}, rule{Protocol: "58", From: -1, To: -1, CIDR: "0.0.0.0/0"})},
			"",
		},
	} {
		f := securitygroup.Compile(c.groups, members, false)
		if got := text(f); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
		if err := f.Check(netip.MustParseAddr("10.0.0.1")); err != nil {
			t.Errorf("%s: no engine takes it: %v", name, err)
		}
		slices.Reverse(c.groups)
		if !securitygroup.Equal(securitygroup.Compile(c.groups, members, false), f) {
			t.Errorf("%s: the order of groups makes a difference", name)
		}
	}
}

func TestStrict(t *testing.T) {
	if f := securitygroup.Compile([]*ec2network.SecurityGroup{group("sg-a")}, peers{}, true); !f.Strict {
		t.Error("the filter is not strict")
	}
	if f := securitygroup.Compile([]*ec2network.SecurityGroup{group("sg-a", allIn, allOut)}, peers{}, true); f != nil {
		t.Error("what lets everything pass needs a filter")
	}
}

func TestNames(t *testing.T) {
	groups := []*ec2network.SecurityGroup{
		group("sg-a", rule{Protocol: "-1", Group: "sg-b"}, rule{Protocol: "-1", Group: "sg-a"}, allOut),
		group("sg-b", rule{Egress: true, Protocol: "-1", Group: "sg-b"}, rule{Protocol: "-1", PrefixList: "pl-b"}, rule{Egress: true, Protocol: "-1", PrefixList: "pl-a"}),
		group("sg-c", rule{Protocol: "-1", PrefixList: "pl-b"}),
	}
	named, lists := securitygroup.Names(groups)
	if !slices.Equal(named, []string{"sg-a", "sg-b"}) || !slices.Equal(lists, []string{"pl-a", "pl-b"}) {
		t.Errorf("Names: %v and %v", named, lists)
	}
}

// What leads to other VPCs is not sent, also by groups that let everything pass. Theirs stays their
// own concern: what comes in has been sent.
func TestNothingIsSentToOtherVPCs(t *testing.T) {
	out := func(cidr string) rule { return rule{Egress: true, Protocol: "-1", From: -1, To: -1, CIDR: cidr} }
	for elsewhere, c := range map[string]struct {
		rules []rule
		want  string
	}{
		"":                             {[]rule{allIn, allOut}, "everything"},
		"10.2.0.0/16":                  {[]rule{allIn, allOut}, "in -1 -1--1 0.0.0.0-255.255.255.255\nout -1 -1--1 0.0.0.0-10.1.255.255 10.3.0.0-255.255.255.255\n"},
		"10.2.0.0/16 10.4.0.0/24":      {[]rule{allOut}, "out -1 -1--1 0.0.0.0-10.1.255.255 10.3.0.0-10.3.255.255 10.4.1.0-255.255.255.255\n"},
		"10.2.0.0/15":                  {[]rule{out("10.2.1.0/24")}, ""},
		"10.2.1.0/24":                  {[]rule{out("10.2.0.0/23"), out("10.2.1.7/32"), out("10.1.0.0/16")}, "out -1 -1--1 10.1.0.0-10.2.0.255\n"},
		"0.0.0.0/8 255.255.255.255/32": {[]rule{allOut}, "out -1 -1--1 1.0.0.0-255.255.255.254\n"},
	} {
		if got := text(securitygroup.Compile([]*ec2network.SecurityGroup{group("sg-a", c.rules...)}, peers{"elsewhere": elsewhere}, false)); got != c.want {
			t.Errorf("without %s:\n%swant\n%s", elsewhere, got, c.want)
		}
	}
}
