package kit

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// NamedVPC is the VPC that a request has to name.
func NamedVPC(tx *store.Tx, scope arn.Scope, id *string) (*ec2network.VPC, error) {
	return Named(tx, scope, "vpcId", id, "vpc-", ec2network.FindVPC)
}

// Subnets are those that everybody sees, and those made up among some ids.
func (b *Base) Subnets(tx *store.Tx, scope arn.Scope, ids []string) []*ec2network.Subnet {
	subnets := slices.Clip(ec2network.Subnets(tx, scope))
	for _, id := range ids {
		if s := ec2network.FindSubnet(tx, scope, id); s != nil && s.MadeUp && !b.Strict {
			subnets = append(subnets, s)
		}
	}
	return subnets
}

// NamedSubnet returns the subnet that a request names, which may be one that is made up.
func (b *Base) NamedSubnet(tx *store.Tx, scope arn.Scope, id *string) (*ec2network.Subnet, error) {
	s, err := Named(tx, scope, "subnetId", id, "subnet-", ec2network.FindSubnet)
	if err == nil && s.MadeUp && b.Strict {
		return nil, Missing("subnet-")(*id)
	}
	return s, err
}

// SecurityGroups are those that everybody sees, and those made up among some ids.
func (b *Base) SecurityGroups(tx *store.Tx, scope arn.Scope, ids []string) []*ec2network.SecurityGroup {
	groups := ec2network.SecurityGroups(tx, scope)
	for _, id := range ids {
		if g := ec2network.FindSecurityGroup(tx, scope, id); g != nil && g.MadeUp && !b.Strict {
			groups = append(groups, g)
		}
	}
	return groups
}

// GroupsOf are the security groups of some ids that exist.
func GroupsOf(tx *store.Tx, scope arn.Scope, ids []string) (groups []types.GroupIdentifier) {
	for _, id := range ids {
		if g := ec2network.FindSecurityGroup(tx, scope, id); g != nil {
			groups = append(groups, types.GroupIdentifier{GroupId: &g.ID, GroupName: &g.Name})
		}
	}
	return groups
}
