package kit

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// NamedVPC is the VPC that a request has to name.
func NamedVPC(tx *state.Tx, scope arn.Scope, id *string) (*state.VPC, error) {
	if aws.ToString(id) == "" {
		return nil, MissingParameter("vpcId")
	}
	if v := state.FindVPC(tx, scope, *id); v != nil {
		return v, nil
	}
	return nil, Missing("vpc-")(*id)
}

// Subnets are those that everybody sees, and those made up among some ids.
func (b *Base) Subnets(tx *state.Tx, scope arn.Scope, ids []string) []*state.Subnet {
	subnets := slices.Clip(state.Subnets(tx, scope))
	for _, id := range ids {
		if s := state.FindSubnet(tx, scope, id); s != nil && s.MadeUp && !b.Strict {
			subnets = append(subnets, s)
		}
	}
	return subnets
}

// NamedSubnet returns the subnet that a request names, which may be one that is made up.
func (b *Base) NamedSubnet(tx *state.Tx, scope arn.Scope, id *string) (*state.Subnet, error) {
	s, err := Named(tx, scope, "subnetId", id, "subnet-", state.FindSubnet)
	if err == nil && s.MadeUp && b.Strict {
		return nil, Missing("subnet-")(*id)
	}
	return s, err
}

// SecurityGroups are those that everybody sees, and those made up among some ids.
func (b *Base) SecurityGroups(tx *state.Tx, scope arn.Scope, ids []string) []*state.SecurityGroup {
	groups := state.SecurityGroups(tx, scope)
	for _, id := range ids {
		if g := state.FindSecurityGroup(tx, scope, id); g != nil && g.MadeUp && !b.Strict {
			groups = append(groups, g)
		}
	}
	return groups
}
