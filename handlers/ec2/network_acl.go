package ec2

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

func networkACLValues(n *types.NetworkAcl, filter string) ([]string, bool) {
	switch filter {
	case "network-acl-id":
		return one(n.NetworkAclId)
	case "vpc-id":
		return one(n.VpcId)
	case "owner-id":
		return one(n.OwnerId)
	case "default":
		return oneBool(n.IsDefault)
	case "association.association-id":
		return each(n.Associations, func(a *types.NetworkAclAssociation) string { return *a.NetworkAclAssociationId })
	case "association.network-acl-id":
		return each(n.Associations, func(a *types.NetworkAclAssociation) string { return *a.NetworkAclId })
	case "association.subnet-id":
		return each(n.Associations, func(a *types.NetworkAclAssociation) string { return *a.SubnetId })
	case "entry.cidr":
		return each(n.Entries, func(e *types.NetworkAclEntry) string { return *e.CidrBlock })
	case "entry.egress":
		return each(n.Entries, func(e *types.NetworkAclEntry) string { return strconv.FormatBool(*e.Egress) })
	case "entry.protocol":
		return each(n.Entries, func(e *types.NetworkAclEntry) string { return *e.Protocol })
	case "entry.rule-action":
		return each(n.Entries, func(e *types.NetworkAclEntry) string { return string(e.RuleAction) })
	case "entry.rule-number":
		return each(n.Entries, func(e *types.NetworkAclEntry) string { return strconv.Itoa(int(*e.RuleNumber)) })
	case "entry.icmp.code", "entry.icmp.type", "entry.ipv6-cidr", "entry.port-range.from", "entry.port-range.to":
		return nil, true
	}
	return tagValues(n.Tags, filter)
}

// DescribeNetworkAcls answers that of the default VPC.
func (a *API) DescribeNetworkAcls(ctx context.Context, in *ec2.DescribeNetworkAclsInput) (*ec2.DescribeNetworkAclsOutput, error) {
	rows := []types.NetworkAcl{defaultNetworkACL(a.store.Read(), scopeOf(ctx))}
	found, err := describe(rows, in.Filters, in.NetworkAclIds, "network-acl-id", networkACLValues, missing("acl-"))
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeNetworkAclsOutput{NetworkAcls: found}, nil
}

// lastRule is the number of the rule that no other comes after.
const lastRule = 32767

// defaultNetworkACL lets everything pass. Source: VPC user guide, default network ACL.
func defaultNetworkACL(tx *state.Tx, scope arn.Scope) types.NetworkAcl {
	n := types.NetworkAcl{
		NetworkAclId: &networkACL, VpcId: aws.String(state.DefaultVPC), OwnerId: &scope.Account, IsDefault: aws.Bool(true),
		Tags: tagsOf(tx, scope, networkACL),
	}
	for _, s := range tx.Subnets(scope) {
		n.Associations = append(n.Associations, types.NetworkAclAssociation{
			NetworkAclAssociationId: aws.String("aclassoc-" + suffix(s.ID)), NetworkAclId: &networkACL, SubnetId: &s.ID,
		})
	}
	for _, egress := range [...]bool{true, false} {
		n.Entries = append(n.Entries,
			networkACLEntry(egress, 100, types.RuleActionAllow), networkACLEntry(egress, lastRule, types.RuleActionDeny))
	}
	return n
}

func networkACLEntry(egress bool, number int32, action types.RuleAction) types.NetworkAclEntry {
	return types.NetworkAclEntry{
		CidrBlock: aws.String(anywhere), Egress: &egress, Protocol: aws.String(allProtocols), RuleAction: action, RuleNumber: &number,
	}
}
