package ec2network

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Ids of what every account and region has.
const (
	DefaultVPC           = "vpc-" + ownDigits + "3a1a70000001"
	DefaultSecurityGroup = "sg-" + ownDigits + "3a1a70000001"
	defaultSubnet        = "subnet-" + ownDigits + "3a1a700000"
)

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
		group: NewDefaultGroup(DefaultVPC, DefaultSecurityGroup),
	}
	n.group.Scope = scope
	for i, zone := range Zones(scope.Region) {
		n.subnets = append(n.subnets, &Subnet{
			Scope: scope, ID: fmt.Sprintf("%s%02d", defaultSubnet, i+1), VPC: DefaultVPC, Zone: zone,
			Block: 16 * i, Bits: 20, Default: true, MapPublicIP: true,
		})
	}
	return n
}
