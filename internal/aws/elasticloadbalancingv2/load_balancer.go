// Package elasticloadbalancingv2 is the rows of Elastic Load Balancing: load balancers, their listeners and
// rules, target groups and their targets.
//
// Functions take the transaction of package state, so rows of load balancing and of ECS
// change together: a task's target comes and goes with the task.
package elasticloadbalancingv2

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	loadBalancers       = store.NewTable("elbv2-load-balancer", func(b *LoadBalancer) string { return b.ARN })
	loadBalancersByName = loadBalancers.Index(func(b *LoadBalancer) string { return prefix(b.Scope) + b.Name })
	loadBalancersByDNS  = loadBalancers.Index(func(b *LoadBalancer) string { return strings.ToLower(b.DNSName) })
)

// LoadBalancer is an application or a network load balancer: what its callers want. Handlers
// write it, but for what is said to be the controller's.
type LoadBalancer struct {
	Scope          arn.Scope
	ARN, Name      string
	Type           types.LoadBalancerTypeEnum
	Scheme         types.LoadBalancerSchemeEnum
	VPC            string
	Zones          []Zone
	SecurityGroups []string
	DNSName        string
	CreatedAt      time.Time
	// AddressesFrom is since when it has the zones that it has; zero: since CreatedAt.
	AddressesFrom time.Time
	Attributes    Attributes
	Tags          Tags

	// State, StateReason, Addresses, by subnet, which are private ones, and Host, the one of the agent that it has
	// them on, are the load balancer controller's. One that has no state yet is being provisioned.
	State       types.LoadBalancerStateEnum
	StateReason string
	Addresses   map[string]string
	Host        string
}

// Zone is where a load balancer is, one in each availability zone.
type Zone struct {
	Name, Subnet string
	Interface    string // the id of its network interface: eni-…
}

// Resource is what load balancers are called in dimensions of metrics and in descriptions of
// their network interfaces: app/web/0123456789abcdef.
func (b *LoadBalancer) Resource() string {
	_, resource, _ := strings.Cut(b.ARN, ":loadbalancer/")
	return resource
}

// ID is the last part of the ARN, 16 hex digits.
func (b *LoadBalancer) ID() string { return arn.Name(b.ARN) }

func NewLoadBalancerARN(s arn.Scope, kind types.LoadBalancerTypeEnum, name string) string {
	short := map[types.LoadBalancerTypeEnum]string{types.LoadBalancerTypeEnumApplication: "app", types.LoadBalancerTypeEnumNetwork: "net"}[kind]
	return prefix(s) + "loadbalancer/" + short + "/" + name + "/" + newID()
}

// FindLoadBalancer returns a load balancer by its ARN, or nil.
func FindLoadBalancer(tx *store.Tx, arn string) *LoadBalancer {
	return loadBalancers.Get(tx, arn)
}

// LoadBalancerByName returns a load balancer of any type by its name, or nil.
func LoadBalancerByName(tx *store.Tx, s arn.Scope, name string) *LoadBalancer {
	return first(loadBalancersByName.List(tx, prefix(s)+name))
}

// LoadBalancerByDNSName returns the load balancer with a DNS name, in any case, or nil.
func LoadBalancerByDNSName(tx *store.Tx, name string) *LoadBalancer {
	return first(loadBalancersByDNS.List(tx, strings.ToLower(name)))
}

// LoadBalancers returns those of an account and region, in order of their ARNs.
func LoadBalancers(tx *store.Tx, s arn.Scope) []*LoadBalancer {
	return loadBalancers.List(tx, prefix(s))
}

// AllLoadBalancers returns those of all accounts and regions.
func AllLoadBalancers(tx *store.Tx) []*LoadBalancer { return loadBalancers.List(tx, "") }

// PutLoadBalancer writes a load balancer. The public addresses go of network interfaces that it has
// no longer.
func PutLoadBalancer(tx *store.Tx, b *LoadBalancer) {
	if before := FindLoadBalancer(tx, b.ARN); before != nil {
		for _, z := range before.Zones {
			if !slices.ContainsFunc(b.Zones, func(has Zone) bool { return has.Interface == z.Interface }) {
				ec2network.GivePublicAddress(tx, z.Interface)
			}
		}
	}
	loadBalancers.Put(tx, b)
}

// Billed is what is billed of a load balancer by the hour until a time. One that faces the internet has a public address in each
// zone. Source: VPC's page of prices of public IPv4 addresses, since February 2024.
func (b *LoadBalancer) Billed(end time.Time) ledger.LoadBalancer {
	bill := ledger.LoadBalancer{Region: b.Scope.Region, ARN: b.ARN, From: b.CreatedAt, AddressesFrom: b.AddressesFrom, To: end}
	if b.Scheme == types.LoadBalancerSchemeEnumInternetFacing {
		bill.Zones = len(b.Zones)
	}
	return bill
}

// EndAddresses ends the public addresses that a load balancer has in its zones, which go into the ledger, before it gets other
// zones. The row is one to be written. Handlers call it.
func (b *LoadBalancer) EndAddresses(tx *store.Tx, now time.Time) {
	bill := b.Billed(now)
	bill.BillAddresses(now, ledger.Into(tx))
	b.AddressesFrom = now
}

// EndLoadBalancer removes a load balancer, which goes into the ledger. Handlers call it.
func EndLoadBalancer(tx *store.Tx, b *LoadBalancer, now time.Time) {
	bill := b.Billed(now)
	bill.Bill(now, ledger.Into(tx))
	DeleteLoadBalancer(tx, b)
}

// DeleteLoadBalancer removes a load balancer with its listeners and their rules. Target
// groups and their targets stay.
func DeleteLoadBalancer(tx *store.Tx, b *LoadBalancer) {
	for _, l := range LoadBalancerListeners(tx, b.ARN) {
		DeleteListener(tx, l)
	}
	for _, z := range b.Zones {
		ec2network.GivePublicAddress(tx, z.Interface)
	}
	deleteApplied(tx, b.ARN)
	loadBalancers.Delete(tx, b)
}

// prefix is what ARNs of load balancing start with: arn:aws:elasticloadbalancing:R:A:.
func prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":elasticloadbalancing:" + s.Region + ":" + s.Account + ":"
}

// newID makes the last part of an ARN.
func newID() string { return arn.NewID()[:16] }

func first[T any](list []*T) *T {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}
