package securitygroup

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// revocation is a request that rules go: by their ids, or as permissions.
type revocation struct {
	groupID, groupName *string
	egress             bool
	ids                []string
	permissions        []types.IpPermission
	dryRun             *bool
}

type revoked struct {
	rules   []types.RevokedSecurityGroupRule
	unknown []types.IpPermission
}

// RevokeSecurityGroupIngress removes rules about what comes in.
func (a *API) RevokeSecurityGroupIngress(ctx context.Context, in *sdk.RevokeSecurityGroupIngressInput) (*sdk.RevokeSecurityGroupIngressOutput, error) {
	asked, err := onePermission(in.IpPermissions, in.IpProtocol, in.FromPort, in.ToPort, in.CidrIp, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId)
	if err != nil {
		return nil, err
	}
	done, err := a.revoke(ctx, revocation{groupID: in.GroupId, groupName: in.GroupName, ids: in.SecurityGroupRuleIds, permissions: asked, dryRun: in.DryRun})
	return &sdk.RevokeSecurityGroupIngressOutput{Return: aws.Bool(true), RevokedSecurityGroupRules: done.rules, UnknownIpPermissions: done.unknown}, err
}

// RevokeSecurityGroupEgress removes rules about what goes out.
func (a *API) RevokeSecurityGroupEgress(ctx context.Context, in *sdk.RevokeSecurityGroupEgressInput) (*sdk.RevokeSecurityGroupEgressOutput, error) {
	asked, err := onePermission(in.IpPermissions, in.IpProtocol, in.FromPort, in.ToPort, in.CidrIp, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId)
	if err != nil {
		return nil, err
	}
	done, err := a.revoke(ctx, revocation{groupID: in.GroupId, egress: true, ids: in.SecurityGroupRuleIds, permissions: asked, dryRun: in.DryRun})
	return &sdk.RevokeSecurityGroupEgressOutput{Return: aws.Bool(true), RevokedSecurityGroupRules: done.rules, UnknownIpPermissions: done.unknown}, err
}

// revoke removes all rules that are asked for, or none.
func (a *API) revoke(ctx context.Context, asked revocation) (done revoked, err error) {
	if len(asked.permissions) == 0 && len(asked.ids) == 0 {
		return done, kit.Refuse("MissingParameter", "Either ipPermissions or securityGroupRuleIds should be provided.") // the text is the emulator's
	}
	err = a.changeGroup(ctx, asked.groupID, asked.groupName, asked.dryRun, func(tx *store.Tx, g *ec2network.SecurityGroup) error {
		gone, unknown, err := a.found(tx, g, asked)
		if err != nil {
			return err
		}
		g.Rules = slices.DeleteFunc(g.Rules, func(r ec2network.SecurityGroupRule) bool { return slices.Contains(gone, r) })
		for _, r := range gone {
			ec2network.SetTags(tx, g.Scope, r.ID, nil)
			done.rules = append(done.rules, describeRevoked(g, r))
		}
		done.unknown = unknown
		return nil
	})
	return done, err
}

// found are the rules that a revocation is about. What no rule is like is refused, but in a
// default VPC, where it is named in the answer. Source: EC2 API reference,
// RevokeSecurityGroupIngress; field reports for the text.
func (a *API) found(tx *store.Tx, g *ec2network.SecurityGroup, asked revocation) (gone []ec2network.SecurityGroupRule, unknown []types.IpPermission, err error) {
	for _, id := range asked.ids {
		i := slices.IndexFunc(g.Rules, func(r ec2network.SecurityGroupRule) bool { return r.ID == id && r.Egress == asked.egress })
		if i < 0 {
			return nil, nil, kit.Missing("sgr-")(id)
		}
		gone = append(gone, g.Rules[i])
	}
	for _, p := range asked.permissions {
		rules, err := a.rulesFrom(tx, g, asked.egress, []types.IpPermission{p})
		if err != nil {
			return nil, nil, err
		}
		before := len(gone)
		for _, r := range rules {
			if i := slices.IndexFunc(g.Rules, r.Same); i >= 0 {
				gone = append(gone, g.Rules[i])
			}
		}
		if len(gone)-before == len(rules) {
			continue
		}
		if g.VPC != ec2network.DefaultVPC {
			return nil, nil, kit.Refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		unknown = append(unknown, p)
	}
	return gone, unknown, nil
}

func describeRevoked(g *ec2network.SecurityGroup, r ec2network.SecurityGroupRule) types.RevokedSecurityGroupRule {
	return types.RevokedSecurityGroupRule{
		SecurityGroupRuleId: aws.String(r.ID), GroupId: &g.ID, IsEgress: aws.Bool(r.Egress), IpProtocol: aws.String(r.Protocol),
		FromPort: aws.Int32(r.From), ToPort: aws.Int32(r.To), CidrIpv4: kit.Optional(r.CIDR), CidrIpv6: kit.Optional(r.CIDRv6),
		PrefixListId: kit.Optional(r.PrefixList), ReferencedGroupId: kit.Optional(r.Group), Description: kit.Optional(r.Description),
	}
}
