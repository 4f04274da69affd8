// Package ec2network is the rows of networks of EC2: VPCs, subnets, security groups, prefix lists,
// public addresses, and the tags of all of EC2's resources. They stand below package ec2, because
// ec2 knows load balancers, and these and tasks have network interfaces and public addresses.
package ec2network

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var vpcs = store.NewTable("vpc", func(v *VPC) string { return v.Scope.Prefix() + v.ID })

// VPC is a virtual private cloud. That of one's own is a network on the engine, by its id,
// from its first task on.
type VPC struct {
	Scope arn.Scope
	ID    string
	// CIDR is its range. That of a default VPC is the engine's choice, and is not stored.
	CIDR    string
	Default bool
	Tenancy string // default or dedicated
	// Secondary are further ranges, in the order in which they came.
	Secondary []VPCRange
	// DHCPOptions is the id of its DHCP options, or [NoDHCPOptions].
	// Empty is what every VPC has at first.
	DHCPOptions string

	DNSSupport, DNSHostnames bool
	// UsageMetrics (enableNetworkAddressUsageMetrics) is kept.
	UsageMetrics bool
}

// VPCRange is a range that AssociateVpcCidrBlock added to a VPC.
type VPCRange struct {
	ID   string // vpc-cidr-assoc-…
	CIDR string
}

// NoDHCPOptions stands for no DHCP options at all. Source: EC2 API reference,
// AssociateDhcpOptions.
const NoDHCPOptions = "default"

// Ranges returns all ranges of a VPC, the one that it was made with first.
func (v *VPC) Ranges() []netip.Prefix {
	ranges := []netip.Prefix{netip.MustParsePrefix(v.CIDR)}
	for _, r := range v.Secondary {
		ranges = append(ranges, netip.MustParsePrefix(r.CIDR))
	}
	return ranges
}

// ownDigits begin the ids of VPCs, subnets and security groups that are not made up. So
// one that was deleted is gone, and does not follow from its id.
const ownDigits = "0ec5e"

// NewNetworkID makes the id of a VPC, subnet or security group, of a prefix such as vpc-.
func NewNetworkID(prefix string) string { return prefix + ownDigits + arn.NewID()[:12] }

// ownID reports whether an id was given out here. Those of 8 digits are
// none.
func ownID(id string) bool {
	_, digits, _ := strings.Cut(id, "-")
	return len(digits) == 17 && strings.HasPrefix(digits, ownDigits)
}

// FindVPC returns a VPC, or nil.
func FindVPC(tx *store.Tx, scope arn.Scope, id string) *VPC {
	found := vpcs.Get(tx, scope.Prefix()+id)
	if id != DefaultVPC {
		return found
	}
	v := VPC{Scope: scope, ID: id, Default: true, Tenancy: "default", DNSSupport: true, DNSHostnames: true}
	if found != nil { // its attributes have been changed
		v = *found
	}
	v.CIDR = NetworkCIDR(tx).String()
	return &v
}

// VPCs returns the VPCs of an account and region, by id.
func VPCs(tx *store.Tx, scope arn.Scope) []*VPC {
	found := []*VPC{FindVPC(tx, scope, DefaultVPC)}
	for _, v := range vpcs.List(tx, scope.Prefix()) {
		if v.ID != DefaultVPC {
			found = append(found, v)
		}
	}
	return byID(found, func(v *VPC) string { return v.ID })
}

// OwnVPCByID returns a VPC of one's own of any account and region, or nil.
func OwnVPCByID(tx *store.Tx, id string) *VPC {
	for _, v := range vpcs.List(tx, "") {
		if v.ID == id && !v.Default {
			return v
		}
	}
	return nil
}

// OnOwnVPCs wakes with the id of each VPC of one's own that changes.
func OnOwnVPCs() store.Source {
	return store.On(vpcs, func(before, after *VPC) []string {
		if after == nil {
			after = before
		}
		if after.Default {
			return nil
		}
		return []string{after.ID}
	})
}

// HasVPC reports whether there is a VPC of one's own of an id in some account and region.
func HasVPC(tx *store.Tx, id string) bool {
	return slices.ContainsFunc(vpcs.List(tx, ""), func(v *VPC) bool { return v.ID == id })
}

// OwnVPC reports whether an id names a VPC of one's own.
func OwnVPC(id string) bool { return id != DefaultVPC && strings.HasPrefix(id, "vpc-") && ownID(id) }

// PutVPC writes a VPC. What comes with a new one is the matter of package ec2.
func PutVPC(tx *store.Tx, v *VPC) { vpcs.Put(tx, v) }

// DeleteVPC removes a VPC and its tags.
func DeleteVPC(tx *store.Tx, v *VPC) {
	vpcs.Delete(tx, v)
	SetTags(tx, v.Scope, v.ID, nil)
}

// WatchGoneVPCs wakes with the id of each VPC that has been deleted. Ids are unique in all
// accounts and regions, but for that of the default VPCs, which stay.
func WatchGoneVPCs(s *store.Store) *store.Watch {
	return s.Watch(0, store.On(vpcs, func(before, after *VPC) []string {
		if after != nil || before.Default {
			return nil
		}
		return []string{before.ID}
	}))
}

// byID sorts rows by their ids.
func byID[R any](rows []R, id func(R) string) []R {
	sorting.By(rows, func(a, b R) int { return strings.Compare(id(a), id(b)) })
	return rows
}

// HostDomain is the domain of the names that a VPC gives to addresses.
// Source: Amazon VPC user guide, DNS attributes.
func HostDomain(s arn.Scope) string {
	if s.Region != "us-east-1" {
		return s.Region + ".compute.internal"
	}
	return "ec2.internal"
}
