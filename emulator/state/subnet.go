package state

import (
	"hash/fnv"
	"net/netip"
	"regexp"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
)

// Subnet is a part of the default VPC in one availability zone.
type Subnet struct {
	ID      string
	VPC     string
	Zone    string
	Default bool
	// MadeUp is one that nobody made and that follows from its id: local set-ups name
	// those of the account that they stand in for.
	MadeUp bool
	// Third byte and length of the range, whose first two bytes are those of the
	// network.
	Block, Bits int
}

// CIDR is the range of the subnet's addresses.
func (s *Subnet) CIDR(network netip.Prefix) netip.Prefix {
	base := network.Addr().As4()
	base[2] = byte(s.Block)
	return netip.PrefixFrom(netip.AddrFrom4(base), s.Bits)
}

// Subnets returns the subnets of an account and region, without those that are made up.
func (tx *Tx) Subnets(scope arn.Scope) []*Subnet {
	defaults, _ := DefaultNetwork(scope)
	return defaults
}

// Subnet returns a subnet, which may be one that is made up, or nil.
func (tx *Tx) Subnet(scope arn.Scope, id string) *Subnet {
	defaults, _ := DefaultNetwork(scope)
	if i := slices.IndexFunc(defaults, func(s *Subnet) bool { return s.ID == id }); i >= 0 {
		return defaults[i]
	}
	return madeUpSubnet(scope, id)
}

// Source: EC2 user guide, resource ids. AWS gives the second id to nothing (ECS0060).
var (
	subnetID = regexp.MustCompile(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
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
// more ids than ranges, so some subnets share one; no two tasks share an address.
func madeUpSubnet(scope arn.Scope, id string) *Subnet {
	if id == noSubnet || !subnetID.MatchString(id) {
		return nil
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(id)) // never fails
	sum := hash.Sum32()
	return &Subnet{
		ID: id, VPC: DefaultVPC, MadeUp: true, Zone: Zone(scope.Region, int(sum%zones)),
		Block: 16*zones + blockSize*int(sum/zones%madeUpBlocks), Bits: 21,
	}
}
