package ec2

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var networkACLs = ec2network.NewRows("ec2-network-acl", func(n *NetworkACL) (arn.Scope, string) { return n.Scope, n.ID })

// NetworkACLs are all of them, with the default ones of VPCs.
var NetworkACLs = networkACLs.With(ec2network.Unstored[*NetworkACL]{
	List: func(tx *store.Tx, scope arn.Scope) []*NetworkACL { return comeWithVPCs(tx, scope, defaultNetworkACL) },
	Keep: func(tx *store.Tx, n *NetworkACL) { storeDefaults(tx, n.Scope, n.VPC) },
})

// NetworkACL is kept without effect on traffic. Its handlers write every field.
type NetworkACL struct {
	Scope   arn.Scope
	ID, VPC string // acl-…
	Default bool
	// Entries are in their order, without the last ones, which deny everything.
	Entries []NetworkACLEntry
	// Associations of the default one are those of subnets that have come back to it; it has
	// all others that no ACL has.
	Associations []NetworkACLAssociation
}

type NetworkACLEntry struct {
	Egress        bool
	Number        int32
	Action        types.RuleAction
	Protocol      string // a number; -1 is all
	Range, Range6 string // one of them
	Ports         *types.PortRange
	ICMP          *types.IcmpTypeCode
}

type NetworkACLAssociation struct {
	ID, Subnet string // aclassoc-…
}

// defaultNetworkACL lets everything pass. Source: VPC user guide, default network ACL.
func defaultNetworkACL(scope arn.Scope, vpc string) *NetworkACL {
	n := &NetworkACL{Scope: scope, ID: "acl-" + digits(vpc), VPC: vpc, Default: true}
	for _, egress := range [...]bool{true, false} {
		n.Entries = append(n.Entries, NetworkACLEntry{
			Egress: egress, Number: 100, Action: types.RuleActionAllow, Protocol: "-1", Range: "0.0.0.0/0",
		})
	}
	return n
}

// NetworkACLAssociations returns the associations of a network ACL; of the default one all
// subnets that no other has.
func NetworkACLAssociations(tx *store.Tx, n *NetworkACL) []NetworkACLAssociation {
	if !n.Default {
		return n.Associations
	}
	ids := map[string]string{} // of associations by subnet; empty: another ACL has it
	for _, other := range NetworkACLs.List(tx, n.Scope) {
		for _, a := range other.Associations {
			ids[a.Subnet] = ""
		}
	}
	for _, a := range n.Associations {
		ids[a.Subnet] = a.ID
	}
	var all []NetworkACLAssociation
	for _, s := range ec2network.SubnetsOf(tx, ec2network.FindVPC(tx, n.Scope, n.VPC)) {
		id, known := ids[s.ID]
		if !known {
			id = "aclassoc-" + digits(s.ID)
		}
		if id != "" {
			all = append(all, NetworkACLAssociation{ID: id, Subnet: s.ID})
		}
	}
	return all
}
