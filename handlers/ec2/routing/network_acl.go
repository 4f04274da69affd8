package routing

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var networkACLs = kit.Resource[ec2.NetworkACL, types.NetworkAcl]{
	Rows: ec2.NetworkACLs, Prefix: "acl-", Noun: "networkAcl", Show: networkACL,
	Listing: kit.Listing[types.NetworkAcl]{
		ID: "network-acl-id", Set: "networkAclIdSet", Missing: kit.MissingOrMalformed("acl-"),
		Values: kit.Values[types.NetworkAcl](kit.Filters{
			Named: []string{"network-acl-id", "vpc-id", "owner-id", "association.network-acl-id", "association.subnet-id"},
			Members: map[string]string{
				"default":                    "IsDefault",
				"association.association-id": "Associations.NetworkAclAssociationId",
				"entry.cidr":                 "Entries.CidrBlock",
				"entry.ipv6-cidr":            "Entries.Ipv6CidrBlock",
				"entry.egress":               "Entries.Egress",
				"entry.protocol":             "Entries.Protocol",
				"entry.rule-action":          "Entries.RuleAction",
				"entry.rule-number":          "Entries.RuleNumber",
				"entry.port-range.from":      "Entries.PortRange.From",
				"entry.port-range.to":        "Entries.PortRange.To",
				"entry.icmp.code":            "Entries.IcmpTypeCode.Code",
				"entry.icmp.type":            "Entries.IcmpTypeCode.Type",
			},
		}),
	},
}

// lastRule is the number of the rule that no other comes after.
const lastRule = 32767

func networkACL(tx *store.Tx, n *ec2.NetworkACL) types.NetworkAcl {
	described := types.NetworkAcl{
		NetworkAclId: &n.ID, VpcId: &n.VPC, OwnerId: &n.Scope.Account, IsDefault: &n.Default,
		Associations: []types.NetworkAclAssociation{}, Entries: []types.NetworkAclEntry{}, Tags: kit.TagsOf(tx, n.Scope, n.ID),
	}
	for _, a := range ec2.NetworkACLAssociations(tx, n) {
		described.Associations = append(described.Associations, types.NetworkAclAssociation{
			NetworkAclAssociationId: &a.ID, NetworkAclId: &n.ID, SubnetId: &a.Subnet,
		})
	}
	for _, egress := range [...]bool{true, false} {
		for _, e := range n.Entries {
			if e.Egress == egress {
				described.Entries = append(described.Entries, types.NetworkAclEntry{
					CidrBlock: kit.Optional(e.Range), Ipv6CidrBlock: kit.Optional(e.Range6), Egress: &egress, Protocol: &e.Protocol,
					RuleAction: e.Action, RuleNumber: &e.Number, PortRange: e.Ports, IcmpTypeCode: e.ICMP,
				})
			}
		}
		described.Entries = append(described.Entries, types.NetworkAclEntry{
			CidrBlock: aws.String("0.0.0.0/0"), Egress: &egress, Protocol: aws.String(ec2network.AllProtocols), RuleAction: types.RuleActionDeny, RuleNumber: aws.Int32(lastRule),
		})
	}
	return described
}

// DescribeNetworkAcls answers network ACLs by id.
func (a *API) DescribeNetworkAcls(ctx context.Context, in *sdk.DescribeNetworkAclsInput) (*sdk.DescribeNetworkAclsOutput, error) {
	found, next, err := networkACLs.Describe(ctx, &a.Base, kit.Ask(in.Filters, in.NetworkAclIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeNetworkAclsOutput{NetworkAcls: found, NextToken: next}, err
}

// CreateNetworkAcl makes a network ACL, which lets nothing pass.
func (a *API) CreateNetworkAcl(ctx context.Context, in *sdk.CreateNetworkAclInput) (*sdk.CreateNetworkAclOutput, error) {
	token := kit.TokenOf(in.ClientToken)
	made, err := networkACLs.Create(ctx, &a.Base, kit.Creation[ec2.NetworkACL, types.NetworkAcl]{
		Tags: in.TagSpecifications, Token: in.ClientToken, Request: in,
		Place: func(tx *store.Tx) error { _, err := kit.NamedVPC(tx, kit.Scope(ctx), in.VpcId); return err },
		Make: func(*store.Tx) (*ec2.NetworkACL, error) {
			return &ec2.NetworkACL{Scope: kit.Scope(ctx), ID: ec2.NewID("acl-"), VPC: *in.VpcId}, nil
		},
	})
	if err != nil {
		return nil, err
	}
	for i := range made.Entries { // (EC20010)
		e := &made.Entries[i]
		e.IcmpTypeCode, e.PortRange = cmp.Or(e.IcmpTypeCode, &types.IcmpTypeCode{}), cmp.Or(e.PortRange, &types.PortRange{})
	}
	return &sdk.CreateNetworkAclOutput{ClientToken: token, NetworkAcl: made}, nil
}

// DeleteNetworkAcl removes a network ACL that no subnet has. The default one goes with its VPC.
func (a *API) DeleteNetworkAcl(ctx context.Context, in *sdk.DeleteNetworkAclInput) (*sdk.DeleteNetworkAclOutput, error) {
	err := networkACLs.Delete(ctx, &a.Base, in.NetworkAclId, func(_ *store.Tx, n *ec2.NetworkACL) error {
		if n.Default { // Source: field reports
			return kit.Refuse("InvalidParameterValue", "cannot delete default network ACL %s", n.ID)
		}
		return networkACLs.Unless(len(n.Associations) > 0, n.ID)
	})
	return &sdk.DeleteNetworkAclOutput{}, err
}

// ReplaceNetworkAclAssociation gives a subnet another network ACL.
func (a *API) ReplaceNetworkAclAssociation(ctx context.Context, in *sdk.ReplaceNetworkAclAssociationInput) (*sdk.ReplaceNetworkAclAssociationOutput, error) {
	id := ec2.NewID("aclassoc-")
	err := a.Store.Update(func(tx *store.Tx) error {
		scope := kit.Scope(ctx)
		to, err := networkACLs.Named(tx, scope, in.NetworkAclId)
		if err != nil {
			return err
		}
		if aws.ToString(in.AssociationId) == "" {
			return kit.MissingParameter("associationId")
		}
		by := func(a ec2.NetworkACLAssociation) bool { return a.ID == *in.AssociationId }
		from, subnet := associatedACL(tx, to, by)
		if from == nil {
			return noAssociation(*in.AssociationId)
		}
		if rest, was := ec2.Without(from.Associations, by); was != nil {
			left := *from
			left.Associations = rest
			ec2.NetworkACLs.Put(tx, &left)
		}
		changed := *ec2.NetworkACLs.Find(tx, scope, to.ID) // which may be the same
		changed.Associations = append(slices.Clip(changed.Associations), ec2.NetworkACLAssociation{ID: id, Subnet: subnet})
		ec2.NetworkACLs.Put(tx, &changed)
		return nil
	})
	return &sdk.ReplaceNetworkAclAssociationOutput{NewAssociationId: &id}, err
}

// associatedACL finds the network ACL and the subnet of an association, in the VPC of an ACL.
func associatedACL(tx *store.Tx, of *ec2.NetworkACL, is func(ec2.NetworkACLAssociation) bool) (*ec2.NetworkACL, string) {
	for _, n := range ec2.NetworkACLs.List(tx, of.Scope) {
		for _, a := range ec2.NetworkACLAssociations(tx, n) {
			if n.VPC == of.VPC && is(a) {
				return n, a.Subnet
			}
		}
	}
	return nil, ""
}
