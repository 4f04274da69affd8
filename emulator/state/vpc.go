package state

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
)

var (
	networks       = store.NewTable("network", func(n *Network) string { return n.Name })
	vpcs           = store.NewTable("vpc", func(v *VPC) string { return v.Scope.Prefix() })
	subnets        = store.NewTable("subnet", func(s *Subnet) string { return s.Scope.Prefix() + s.ID })
	securityGroups = store.NewTable("security-group", func(s *SecurityGroup) string { return s.Scope.Prefix() + s.ID })
)

// Network is the engine's network, which the VPCs of all accounts and regions
// share. The agent writes it once the engine has chosen a range.
type Network struct {
	Name string
	CIDR string // a /16
}

// networkName is that of the only network there is.
const networkName = DefaultVPC

// NetworkCIDR is the range of the engine's network; until it has chosen one, that
// of AWS's default VPC, which it tries first.
func (tx *Tx) NetworkCIDR() netip.Prefix {
	if n := networks.Get(tx.rows(), networkName); n != nil {
		return netip.MustParsePrefix(n.CIDR)
	}
	return netip.MustParsePrefix("172.31.0.0/16")
}

// SetNetworkCIDR writes the range that the engine has chosen.
func (tx *Tx) SetNetworkCIDR(cidr netip.Prefix) {
	networks.Put(tx.rows(), &Network{Name: networkName, CIDR: cidr.String()})
}

// VPC is a virtual network of an account and region. There is one, the default
// VPC; subnets that nobody made are placed in it.
type VPC struct {
	ID    string
	Scope arn.Scope
	// NextBlock numbers the range of the next subnet made on first use.
	NextBlock int
}

// Subnet is a part of the VPC in one availability zone.
type Subnet struct {
	Scope   arn.Scope
	ID      string
	VPC     string
	Zone    string
	Default bool
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

// SecurityGroup is a name without effect: traffic is not filtered.
type SecurityGroup struct {
	Scope arn.Scope
	ID    string
	VPC   string
	Name  string
}

// Ids of what every account and region starts with.
const (
	DefaultVPC           = "vpc-0ec5e3a1a70000001"
	DefaultSecurityGroup = "sg-0ec5e3a1a70000001"
	defaultSubnet        = "subnet-0ec5e3a1a700000"
)

// zones is how many availability zones a region has.
const zones = 3

// Zone names the n-th availability zone of a region: us-east-1a.
func Zone(region string, n int) string { return region + string(rune('a'+n%zones)) }

// Zones names all availability zones of a region.
func Zones(region string) []string {
	var names []string
	for n := range zones {
		names = append(names, Zone(region, n))
	}
	return names
}

// defaultNetwork is what an account and region starts with.
type defaultNetwork struct {
	vpc     *VPC
	subnets []*Subnet
	group   *SecurityGroup
}

// defaultNetworks holds those asked for so far, by scope: they never change.
var defaultNetworks sync.Map

// DefaultNetwork returns the VPC, subnets and security group that an account and
// region starts with. They exist without having been stored.
func DefaultNetwork(scope arn.Scope) (*VPC, []*Subnet, *SecurityGroup) {
	known, found := defaultNetworks.Load(scope)
	if !found {
		known, _ = defaultNetworks.LoadOrStore(scope, newDefaultNetwork(scope))
	}
	n := known.(defaultNetwork)
	return n.vpc, slices.Clip(n.subnets), n.group
}

func newDefaultNetwork(scope arn.Scope) defaultNetwork {
	n := defaultNetwork{
		vpc:   &VPC{ID: DefaultVPC, Scope: scope},
		group: &SecurityGroup{Scope: scope, ID: DefaultSecurityGroup, VPC: DefaultVPC, Name: "default"},
	}
	for i, zone := range Zones(scope.Region) {
		n.subnets = append(n.subnets, &Subnet{
			Scope: scope, ID: fmt.Sprintf("%s%02d", defaultSubnet, i+1), VPC: DefaultVPC, Zone: zone,
			Block: 16 * i, Bits: 20, Default: true,
		})
	}
	return n
}

// VPC returns the VPC of an account and region.
func (tx *Tx) VPC(scope arn.Scope) *VPC {
	if v := vpcs.Get(tx.rows(), scope.Prefix()); v != nil {
		return v
	}
	v, _, _ := DefaultNetwork(scope)
	return v
}

// Subnets returns the subnets of an account and region: the default ones first,
// then those made on first use, by id.
func (tx *Tx) Subnets(scope arn.Scope) []*Subnet {
	_, defaults, _ := DefaultNetwork(scope)
	return append(defaults, subnets.List(tx.rows(), scope.Prefix())...)
}

// Subnet returns a subnet, or nil.
func (tx *Tx) Subnet(scope arn.Scope, id string) *Subnet {
	_, defaults, _ := DefaultNetwork(scope)
	for _, s := range defaults {
		if s.ID == id {
			return s
		}
	}
	return subnets.Get(tx.rows(), scope.Prefix()+id)
}

// blockSize is the room, in units of 256 addresses, of a subnet made on first use:
// 24 of them fit beside the default ones.
const blockSize = 8

// AddSubnet makes a subnet in the default VPC, in a zone chosen by its id, so
// that it is the same in each run. It returns nil when the VPC is full.
func (tx *Tx) AddSubnet(scope arn.Scope, id string) *Subnet {
	vpc := *tx.VPC(scope)
	third := 16*zones + blockSize*vpc.NextBlock
	if third >= 240 { // the last /20 is the engine's
		return nil
	}
	vpc.NextBlock++
	vpcs.Put(tx.rows(), &vpc)
	hash := fnv.New32a()
	hash.Write([]byte(id))
	s := &Subnet{
		Scope: scope, ID: id, VPC: vpc.ID, Zone: Zone(scope.Region, int(hash.Sum32()%zones)),
		Block: third, Bits: 21,
	}
	subnets.Put(tx.rows(), s)
	return s
}

// SecurityGroups returns the security groups of an account and region.
func (tx *Tx) SecurityGroups(scope arn.Scope) []*SecurityGroup {
	_, _, group := DefaultNetwork(scope)
	return append([]*SecurityGroup{group}, securityGroups.List(tx.rows(), scope.Prefix())...)
}

// SecurityGroup returns a security group, or nil.
func (tx *Tx) SecurityGroup(scope arn.Scope, id string) *SecurityGroup {
	if id == DefaultSecurityGroup {
		_, _, group := DefaultNetwork(scope)
		return group
	}
	return securityGroups.Get(tx.rows(), scope.Prefix()+id)
}

// AddSecurityGroup makes a security group in the default VPC.
func (tx *Tx) AddSecurityGroup(scope arn.Scope, id string) *SecurityGroup {
	g := &SecurityGroup{Scope: scope, ID: id, VPC: DefaultVPC, Name: id}
	securityGroups.Put(tx.rows(), g)
	return g
}
