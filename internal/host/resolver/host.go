package resolver

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Answer answers on the host what is answered in tasks of all VPCs. There the engine knows the names of tasks,
// container instances and load balancers: its answers come before the names of AWS Cloud Map, and it is asked for the
// target of a CNAME. Here the rows stand for the engine.
func (c *Controller) Answer(q dnsmessage.Question, random func(n int) int) resolver.Answer {
	tx := c.Store.Read()
	given := c.given(tx, q.Name.String()).Answer(q, random)
	if given.Ours && given.RCode == dnsmessage.RCodeSuccess {
		return given
	}
	a := c.table.Answer(q, random)
	if !a.Ours {
		return given
	}
	if target, err := dnsmessage.NewName(a.Elsewhere); err == nil && a.Elsewhere != "" {
		q.Name = target
		if given = c.given(tx, a.Elsewhere).Answer(q, random); given.Ours {
			given.Answers = append(a.Answers, given.Answers...)
			return given
		}
	}
	return a
}

// givenDomains have all names that AWS gives to network interfaces, load balancers and Express gateway services, in any region.
// Source: Amazon VPC user guide, DNS attributes; recorded answers of Elastic Load Balancing; services.md I.2.
var givenDomains = lazyregexp.New(`^(?:(.+)\.)?(ec2\.internal|[a-z0-9-]+\.compute\.internal|ecs\.[a-z0-9-]+\.on\.aws|(?:[a-z0-9-]+\.elb|elb\.[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?)\.$`)

// givenTTL is for how many seconds names that AWS gives may be remembered, as aliases of load balancers are. No
// source has the one of private DNS names.
const givenTTL = 60

// given is the domain that a name is in, if AWS gives names there, with the name if something has it.
func (c *Controller) given(tx *store.Tx, name string) *resolver.Table {
	t := resolver.NewTable()
	name = strings.ToLower(name)
	parts := givenDomains.FindStringSubmatch(name)
	if parts == nil {
		return t
	}
	below, domain := parts[1], parts[2]
	n := &resolver.Name{ID: name, Zone: domain, Name: below, Sets: []resolver.Set{{Type: "A", TTL: givenTTL}}}
	for _, address := range c.has(tx, strings.TrimSuffix(name, ".")) {
		n.Records = append(n.Records, resolver.Record{ID: address.String(), IPv4: address})
	}
	_ = t.Set(resolver.Piece{Zone: &resolver.Zone{ID: domain, Name: domain, NegativeTTL: negativeTTL}}) // it is a name of a zone
	_ = t.Set(resolver.Piece{Name: n})
	return t
}

// has are the addresses of what has a name that AWS gives. A private DNS name in VPCs with the same ranges has one
// address, whichever of them has it.
func (c *Controller) has(tx *store.Tx, name string) []netip.Addr {
	if e, found := composition.FindAnyEndpoint(tx, name); found {
		if !e.Public {
			return nil
		}
		return addressesOf(elbv2.FindLoadBalancer(tx, e.Balancer))
	}
	address, private := backend.HostAddress(name)
	if !private {
		return addresses(tx, name)
	}
	if slices.ContainsFunc(c.Owners(address), func(owner string) bool { return privateName(tx, owner, address) == name }) {
		return []netip.Addr{address}
	}
	return nil
}

// privateName is the private DNS name of a task or container instance with an address; empty is none.
func privateName(tx *store.Tx, owner string, address netip.Addr) string {
	var name string
	var in *ec2network.VPC
	if t := state.FindTask(tx, owner); t != nil {
		name, in = t.Status.Attachment.PrivateDNSName, vpc.Of(tx, t.Scope(), t.Placement.SubnetID)
	} else if i := state.FindContainerInstance(tx, owner); i != nil {
		name, in = vpc.PrivateDNSName(tx, i.Scope(), i.Subnet, address), vpc.Of(tx, i.Scope(), i.Subnet)
	}
	if in == nil || !vpc.TellsNames(in) {
		return ""
	}
	return name
}
