package ec2network

import (
	"hash/fnv"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	subnets      = store.NewTable("subnet", func(s *Subnet) string { return s.Scope.Prefix() + s.ID })
	subnetsOfVPC = subnets.Index(func(s *Subnet) string { return s.Scope.Prefix() + s.VPC })
)

// Subnet is a part of a VPC in one availability zone.
type Subnet struct {
	Scope   arn.Scope
	ID      string
	VPC     string
	Zone    string
	Default bool
	// MadeUp is one of the default VPC without CreateSubnet, which follows from its id: local
	// set-ups name those of the account that they stand in for.
	MadeUp bool
	// Third byte and length of the range of one that is made up or a default one. The first
	// two bytes are those of the network.
	Block, Bits int
	// Range of one's own subnet, as it was made.
	Range string

	// What new network interfaces get is kept.
	MapPublicIP  bool
	HostnameType string // ip-name or resource-name; empty is ip-name
	// ResourceNameA and ResourceNameAAAA have resource names answered with such records.
	ResourceNameA, ResourceNameAAAA bool
}

// CIDR is the range of the subnet's addresses, network being that of its VPC. In a default
// VPC, which has another range where the engine so chooses, it moves along.
func (s *Subnet) CIDR(network netip.Prefix) netip.Prefix {
	if s.Range == "" {
		base := network.Addr().As4()
		base[2] = byte(s.Block)
		return netip.PrefixFrom(netip.AddrFrom4(base), s.Bits)
	}
	own := netip.MustParsePrefix(s.Range)
	if s.VPC != DefaultVPC {
		return own
	}
	at, base := own.Addr().As4(), network.Addr().As4()
	at[0], at[1] = base[0], base[1]
	return netip.PrefixFrom(netip.AddrFrom4(at), own.Bits())
}

// Subnets returns the subnets of an account and region by id, without those that are made
// up.
func Subnets(tx *store.Tx, scope arn.Scope) []*Subnet {
	stored := subnets.List(tx, scope.Prefix())
	defaults, _ := DefaultNetwork(scope)
	if len(stored) == 0 {
		return defaults
	}
	found := slices.Clone(stored)
	for _, s := range defaults {
		if subnets.Get(tx, scope.Prefix()+s.ID) == nil {
			found = append(found, s)
		}
	}
	return byID(found, func(s *Subnet) string { return s.ID })
}

// SubnetsOf returns the subnets of a VPC by id, without those that are made up.
func SubnetsOf(tx *store.Tx, v *VPC) []*Subnet {
	if !v.Default {
		return subnetsOfVPC.List(tx, v.Scope.Prefix()+v.ID)
	}
	return slices.DeleteFunc(slices.Clone(Subnets(tx, v.Scope)), func(s *Subnet) bool { return s.VPC != v.ID })
}

// DefaultSubnets returns the default subnets of an account and region, one for each zone.
func DefaultSubnets(tx *store.Tx, scope arn.Scope) []*Subnet {
	return slices.DeleteFunc(slices.Clone(Subnets(tx, scope)), func(s *Subnet) bool { return !s.Default })
}

// FindSubnet returns a subnet, which may be one that is made up, or nil.
func FindSubnet(tx *store.Tx, scope arn.Scope, id string) *Subnet {
	if s := subnets.Get(tx, scope.Prefix()+id); s != nil {
		return s
	}
	defaults, _ := DefaultNetwork(scope)
	if i := slices.IndexFunc(defaults, func(s *Subnet) bool { return s.ID == id }); i >= 0 {
		return defaults[i]
	}
	return madeUpSubnet(scope, id)
}

// PutSubnet writes a subnet of one's own, or the attributes of a default one.
func PutSubnet(tx *store.Tx, s *Subnet) { subnets.Put(tx, s) }

// DeleteSubnet removes a subnet of one's own and its tags.
func DeleteSubnet(tx *store.Tx, s *Subnet) {
	subnets.Delete(tx, s)
	SetTags(tx, s.Scope, s.ID, nil)
}

// Source: EC2 user guide, resource ids. AWS gives the second id to nothing (ECS0060).
var (
	subnetID = lazyregexp.New(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
	noSubnet = "subnet-00000000000000000"
)

const (
	// madeUpBlocks is how many ranges there are beside those of the default subnets; the
	// last /20 is the engine's.
	madeUpBlocks = (240 - 16*zones) / blockSize
	// blockSize is their room, in units of 256 addresses.
	blockSize = 8
)

// madeUpSubnet makes a subnet from an id, in the same zone and range each time. There are
// more ids than ranges, so some subnets share one, also with those of one's own in the
// default VPC; no two tasks share an address.
func madeUpSubnet(scope arn.Scope, id string) *Subnet {
	if id == noSubnet || ownID(id) || !subnetID.MatchString(id) {
		return nil
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(id)) // never fails
	sum := hash.Sum32()
	return &Subnet{
		Scope: scope, ID: id, VPC: DefaultVPC, MadeUp: true, Zone: Zone(scope.Region, int(sum%zones)),
		Block: 16*zones + blockSize*int(sum/zones%madeUpBlocks), Bits: 21,
	}
}
