package routing

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func networkACLValues(n *types.NetworkAcl, filter string) ([]string, bool) {
	switch filter {
	case "network-acl-id":
		return kit.One(n.NetworkAclId)
	case "vpc-id":
		return kit.One(n.VpcId)
	case "owner-id":
		return kit.One(n.OwnerId)
	case "default":
		return kit.OneBool(n.IsDefault)
	case "association.association-id":
		return kit.Each(n.Associations, func(a *types.NetworkAclAssociation) string { return *a.NetworkAclAssociationId })
	case "association.network-acl-id":
		return kit.Each(n.Associations, func(a *types.NetworkAclAssociation) string { return *a.NetworkAclId })
	case "association.subnet-id":
		return kit.Each(n.Associations, func(a *types.NetworkAclAssociation) string { return *a.SubnetId })
	case "entry.cidr":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string { return aws.ToString(e.CidrBlock) })
	case "entry.ipv6-cidr":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string { return aws.ToString(e.Ipv6CidrBlock) })
	case "entry.egress":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string { return strconv.FormatBool(*e.Egress) })
	case "entry.protocol":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string { return *e.Protocol })
	case "entry.rule-action":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string { return string(e.RuleAction) })
	case "entry.rule-number":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string { return strconv.Itoa(int(*e.RuleNumber)) })
	case "entry.port-range.from":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string {
			return decimal(e.PortRange, func(r *types.PortRange) *int32 { return r.From })
		})
	case "entry.port-range.to":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string {
			return decimal(e.PortRange, func(r *types.PortRange) *int32 { return r.To })
		})
	case "entry.icmp.code":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string {
			return decimal(e.IcmpTypeCode, func(i *types.IcmpTypeCode) *int32 { return i.Code })
		})
	case "entry.icmp.type":
		return kit.Each(n.Entries, func(e *types.NetworkAclEntry) string {
			return decimal(e.IcmpTypeCode, func(i *types.IcmpTypeCode) *int32 { return i.Type })
		})
	}
	return kit.TagValues(n.Tags, filter)
}

// decimal writes a number of something, empty where there is none.
func decimal[T any](of *T, number func(*T) *int32) string {
	if of == nil || number(of) == nil {
		return ""
	}
	return strconv.Itoa(int(*number(of)))
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
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.NetworkAcl
	for _, n := range ec2.NetworkACLs(tx, scope) {
		rows = append(rows, networkACL(tx, n))
	}
	found, err := kit.Describe(rows, in.Filters, in.NetworkAclIds, "network-acl-id", networkACLValues, kit.MissingOrMalformed("acl-"))
	if err != nil {
		return nil, err
	}
	found, next, err := kit.PageOf(found, func(n types.NetworkAcl) string { return *n.NetworkAclId }, "networkAclIdSet", in.NetworkAclIds, in.MaxResults, in.NextToken)
	return &sdk.DescribeNetworkAclsOutput{NetworkAcls: found, NextToken: next}, err
}

// CreateNetworkAcl makes a network ACL, which lets nothing pass.
func (a *API) CreateNetworkAcl(ctx context.Context, in *sdk.CreateNetworkAclInput) (*sdk.CreateNetworkAclOutput, error) {
	tags, err := kit.TagsFor(types.ResourceTypeNetworkAcl, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	again, err := kit.NewOnce(ctx, in.ClientToken, kit.LongestToken, in, kit.WrongArguments(in.ClientToken))
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateNetworkAclOutput{ClientToken: kit.TokenOf(in.ClientToken)}
	err = a.Store.Update(func(tx *store.Tx) error {
		v, err := kit.NamedVPC(tx, scope, in.VpcId)
		if err != nil {
			return err
		}
		n, err := kit.MadeBefore(tx, again, scope, ec2.FindNetworkACL)
		if err != nil {
			return err
		}
		if n == nil {
			n = &ec2.NetworkACL{Scope: scope, ID: ec2.NewID("acl-"), VPC: v.ID}
			ec2.PutNetworkACL(tx, n)
			ec2network.SetTags(tx, scope, n.ID, tags)
			again.Remember(tx, a.Now(), n.ID)
		}
		described := networkACL(tx, n)
		for i := range described.Entries { // (EC20010)
			e := &described.Entries[i]
			e.IcmpTypeCode, e.PortRange = cmp.Or(e.IcmpTypeCode, &types.IcmpTypeCode{}), cmp.Or(e.PortRange, &types.PortRange{})
		}
		out.NetworkAcl = &described
		return nil
	})
	return out, err
}

// DeleteNetworkAcl removes a network ACL that no subnet has. The default one goes with its VPC.
func (a *API) DeleteNetworkAcl(ctx context.Context, in *sdk.DeleteNetworkAclInput) (*sdk.DeleteNetworkAclOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		n, err := kit.Named(tx, kit.Scope(ctx), "networkAclId", in.NetworkAclId, "acl-", ec2.FindNetworkACL)
		switch {
		case err != nil:
			return err
		case n.Default: // Source: field reports
			return kit.Refuse("InvalidParameterValue", "cannot delete default network ACL %s", n.ID)
		case len(n.Associations) > 0:
			return kit.InUse("networkAcl", n.ID)
		}
		ec2.DeleteNetworkACL(tx, n)
		return nil
	})
	return &sdk.DeleteNetworkAclOutput{}, err
}

// ReplaceNetworkAclAssociation gives a subnet another network ACL.
func (a *API) ReplaceNetworkAclAssociation(ctx context.Context, in *sdk.ReplaceNetworkAclAssociationInput) (*sdk.ReplaceNetworkAclAssociationOutput, error) {
	id := ec2.NewID("aclassoc-")
	err := a.Store.Update(func(tx *store.Tx) error {
		scope := kit.Scope(ctx)
		to, err := kit.Named(tx, scope, "networkAclId", in.NetworkAclId, "acl-", ec2.FindNetworkACL)
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
		if changed, was := from.Without(by); was != nil {
			ec2.PutNetworkACL(tx, changed)
		}
		changed := *ec2.FindNetworkACL(tx, scope, to.ID) // which may be the same
		changed.Associations = append(slices.Clip(changed.Associations), ec2.NetworkACLAssociation{ID: id, Subnet: subnet})
		ec2.PutNetworkACL(tx, &changed)
		return nil
	})
	return &sdk.ReplaceNetworkAclAssociationOutput{NewAssociationId: &id}, err
}

// associatedACL finds the network ACL and the subnet of an association, in the VPC of an ACL.
func associatedACL(tx *store.Tx, of *ec2.NetworkACL, is func(ec2.NetworkACLAssociation) bool) (*ec2.NetworkACL, string) {
	for _, n := range ec2.NetworkACLs(tx, of.Scope) {
		for _, a := range ec2.NetworkACLAssociations(tx, n) {
			if n.VPC == of.VPC && is(a) {
				return n, a.Subnet
			}
		}
	}
	return nil, ""
}
