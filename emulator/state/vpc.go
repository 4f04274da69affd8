package state

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
)

var networks = store.NewTable("network", func(n *Network) string { return n.Name })

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

// Ids of what every account and region has.
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

// ZoneID is the id that a zone has in all accounts, in AWS's spelling: use1-az1 for
// us-east-1a. Which zone has which number differs between accounts on AWS; here
// they go in order.
func ZoneID(zone string) string {
	region, letter := zone[:len(zone)-1], zone[len(zone)-1]
	id := make([]byte, 0, 16)
	for word := range strings.SplitSeq(region, "-") {
		switch {
		case len(id) == 0 || word == "":
			id = append(id, word...)
		case strings.HasSuffix(word, "east") && word != "east", strings.HasSuffix(word, "west") && word != "west":
			id = append(id, word[0], word[len(word)-4]) // southeast: se
		default:
			id = append(id, word[0])
		}
	}
	return string(append(id, '-', 'a', 'z', '1'+letter-'a'))
}

// defaultNetwork is what an account and region has.
type defaultNetwork struct {
	subnets []*Subnet
	group   *SecurityGroup
}

// defaultNetworks holds those asked for so far, by scope: they never change.
var defaultNetworks sync.Map

// DefaultNetwork returns the subnets and the security group of the default VPC of an
// account and region. They exist without having been stored.
func DefaultNetwork(scope arn.Scope) ([]*Subnet, *SecurityGroup) {
	known, found := defaultNetworks.Load(scope)
	if !found {
		known, _ = defaultNetworks.LoadOrStore(scope, newDefaultNetwork(scope))
	}
	n := known.(defaultNetwork)
	return slices.Clip(n.subnets), n.group
}

func newDefaultNetwork(scope arn.Scope) defaultNetwork {
	n := defaultNetwork{
		group: &SecurityGroup{ID: DefaultSecurityGroup, VPC: DefaultVPC, Name: "default"},
	}
	for i, zone := range Zones(scope.Region) {
		n.subnets = append(n.subnets, &Subnet{
			ID: fmt.Sprintf("%s%02d", defaultSubnet, i+1), VPC: DefaultVPC, Zone: zone,
			Block: 16 * i, Bits: 20, Default: true,
		})
	}
	return n
}
