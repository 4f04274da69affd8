package resolver

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
)

// negativeTTL is for how many seconds it is remembered that a name does not exist where the namespace does
// not say it. No source has AWS's default.
const negativeTTL = 15

// pieces are all that the resolver of a VPC is to know.
func pieces(tx *store.Tx, id string) (all []resolver.Piece) {
	if v := ec2network.OwnVPCByID(tx, id); v != nil && !v.DNSSupport {
		all = append(all, resolver.Piece{Silent: &resolver.Silent{}})
	}
	for _, n := range namespaces(tx, id) {
		all = append(all, *zone(n))
		for _, service := range servicediscovery.NamespaceServices(tx, n.ARN) {
			if piece, _ := name(tx, service); piece != nil {
				all = append(all, *piece)
			}
		}
	}
	for _, s := range express.OfVPC(tx, id) {
		endpoints, _ := endpoint(tx, s.ARN)
		all = append(all, endpoints...)
	}
	for _, r := range gateway.RoutesOfVPC(tx, id) {
		endpoints, _ := endpoint(tx, r.ARN)
		all = append(all, endpoints...)
	}
	return all
}

// namespaces are those that the resolver of a VPC answers for: its private ones and all public ones.
func namespaces(tx *store.Tx, id string) []*servicediscovery.Namespace {
	return append(servicediscovery.NamespacesOfVPC(tx, id), servicediscovery.PublicNamespaces(tx)...)
}

// zone is the piece of a namespace; nil is none: names of HTTP namespaces are not in DNS.
func zone(n *servicediscovery.Namespace) *resolver.Piece {
	if n == nil || n.Type == types.NamespaceTypeHttp {
		return nil
	}
	ttl := n.SOATTL
	if ttl <= 0 {
		ttl = negativeTTL
	}
	return &resolver.Piece{Zone: &resolver.Zone{ID: n.ARN, Name: n.Name, NegativeTTL: uint32(ttl)}}
}

// name is the piece of a service; nil is none. aliases are the names of load balancers that instances are
// aliases of.
func name(tx *store.Tx, s *servicediscovery.Service) (piece *resolver.Piece, aliases []string) {
	if !s.HasDNS() {
		return nil, nil
	}
	n := &resolver.Name{ID: s.ARN, Zone: s.NamespaceARN, Name: s.Name, Weighted: s.RoutingPolicy == types.RoutingPolicyWeighted}
	for _, r := range s.DNSRecords {
		set := resolver.Set{Type: string(r.Type)}
		if r.TTL != nil {
			set.TTL = uint32(*r.TTL)
		}
		n.Sets = append(n.Sets, set)
	}
	for _, i := range servicediscovery.Instances(tx, s.ARN) {
		r := record(i)
		r.Unhealthy = s.HealthOf(i) == types.HealthStatusUnhealthy
		if alias := strings.ToLower(i.Attributes[servicediscovery.AttributeAlias]); alias != "" {
			aliases = append(aliases, balancerName(alias))
			r.Alias = addresses(tx, alias)
		}
		n.Records = append(n.Records, r)
	}
	return &resolver.Piece{Name: n}, aliases
}

// record is what an instance has for each type of records.
func record(i *servicediscovery.Instance) resolver.Record {
	r := resolver.Record{ID: i.ID, CNAME: i.Attributes[servicediscovery.AttributeCNAME]}
	r.IPv4, _ = netip.ParseAddr(i.Attributes[servicediscovery.AttributeIPv4])
	r.IPv6, _ = netip.ParseAddr(i.Attributes[servicediscovery.AttributeIPv6])
	if port, err := strconv.ParseUint(i.Attributes[servicediscovery.AttributePort], 10, 16); err == nil {
		r.Port = uint16(port)
	}
	return r
}

// balancerName is the load balancer's own of its DNS names. A name that begins with dualstack is what Route 53 writes in
// alias records. Source: Amazon Route 53 developer guide, values for alias records.
func balancerName(dnsName string) string { return strings.TrimPrefix(dnsName, "dualstack.") }

// addresses are the addresses of a load balancer, by its DNS name.
func addresses(tx *store.Tx, dnsName string) []netip.Addr {
	return addressesOf(elbv2.LoadBalancerByDNSName(tx, balancerName(dnsName)))
}

// addressesOf are the addresses of a load balancer, which may be nil.
func addressesOf(b *elbv2.LoadBalancer) (all []netip.Addr) {
	if b == nil {
		return nil
	}
	for _, text := range b.Addresses {
		if address, err := netip.ParseAddr(text); err == nil {
			all = append(all, address)
		}
	}
	sorting.By(all, netip.Addr.Compare)
	return all
}
