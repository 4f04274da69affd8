package securitygroup

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var rules = kit.Listing[types.SecurityGroupRule]{
	ID: "security-group-rule-id", Missing: kit.Missing("sgr-"),
	Values: kit.Values[types.SecurityGroupRule](kit.Filters{Named: []string{"security-group-rule-id", "group-id"}}),
}

// DescribeSecurityGroupRules answers the rules of the security groups of all VPCs, and of
// those made up that it is asked for.
func (a *API) DescribeSecurityGroupRules(ctx context.Context, in *sdk.DescribeSecurityGroupRulesInput) (*sdk.DescribeSecurityGroupRulesOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var all []types.SecurityGroupRule
	for _, g := range a.SecurityGroups(tx, scope, kit.AskedIDs(nil, in.Filters, "group-id")) {
		for _, r := range g.Rules {
			all = append(all, describeRule(tx, scope, g, r))
		}
	}
	found, next, err := rules.Of(all, kit.Ask(in.Filters, in.SecurityGroupRuleIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeSecurityGroupRulesOutput{SecurityGroupRules: found, NextToken: next}, err
}

// describeRule is what EC2 shows of a rule. Without ports both are -1.
func describeRule(tx *store.Tx, scope arn.Scope, g *ec2network.SecurityGroup, r ec2network.SecurityGroupRule) types.SecurityGroupRule {
	d := types.SecurityGroupRule{
		SecurityGroupRuleId: aws.String(r.ID), SecurityGroupRuleArn: kit.ResourceARN(scope, "security-group-rule/"+r.ID),
		GroupId: &g.ID, GroupOwnerId: &scope.Account, IsEgress: aws.Bool(r.Egress), IpProtocol: aws.String(r.Protocol),
		FromPort: aws.Int32(r.From), ToPort: aws.Int32(r.To), CidrIpv4: kit.Optional(r.CIDR), CidrIpv6: kit.Optional(r.CIDRv6),
		PrefixListId: kit.Optional(r.PrefixList), Description: kit.Optional(r.Description), Tags: kit.TagsOf(tx, scope, r.ID),
	}
	if r.Group != "" {
		d.ReferencedGroupInfo = &types.ReferencedSecurityGroup{GroupId: aws.String(r.Group), UserId: &scope.Account}
	}
	return d
}

// ModifySecurityGroupRules replaces what rules say; their direction stays. Source: EC2 API
// reference, ModifySecurityGroupRules; the texts of refusals are the emulator's, but for
// those that AuthorizeSecurityGroupIngress has as well.
func (a *API) ModifySecurityGroupRules(ctx context.Context, in *sdk.ModifySecurityGroupRulesInput) (*sdk.ModifySecurityGroupRulesOutput, error) {
	if len(in.SecurityGroupRules) == 0 {
		return nil, kit.MissingParameter("SecurityGroupRule")
	}
	err := a.changeGroup(ctx, in.GroupId, nil, in.DryRun, func(tx *store.Tx, g *ec2network.SecurityGroup) error {
		for _, update := range in.SecurityGroupRules {
			if err := a.modifyRule(tx, g, update); err != nil {
				return err
			}
		}
		return checkLimit(tx, g)
	})
	return &sdk.ModifySecurityGroupRulesOutput{Return: aws.Bool(true)}, err
}

func (a *API) modifyRule(tx *store.Tx, g *ec2network.SecurityGroup, update types.SecurityGroupRuleUpdate) error {
	id, to := aws.ToString(update.SecurityGroupRuleId), update.SecurityGroupRule
	i := slices.IndexFunc(g.Rules, func(r ec2network.SecurityGroupRule) bool { return r.ID == id })
	switch {
	case id == "":
		return kit.MissingParameter("SecurityGroupRuleId")
	case i < 0:
		return kit.Missing("sgr-")(id)
	case to == nil:
		return kit.MissingParameter("SecurityGroupRule")
	}
	rules, err := a.rulesFrom(tx, g, g.Rules[i].Egress, []types.IpPermission{permissionOf(to)})
	if err != nil {
		return err
	}
	if len(rules) > 1 {
		return kit.Refuse("InvalidParameterCombination", "Only one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId may be specified")
	}
	if old, now := g.Rules[i], rules[0]; (old.CIDR == "") != (now.CIDR == "") || (old.CIDRv6 == "") != (now.CIDRv6 == "") || (old.PrefixList == "") != (now.PrefixList == "") {
		return kit.Refuse("InvalidParameterValue", "The type of the source or destination of the rule '%s' cannot be changed", id)
	}
	if j := slices.IndexFunc(g.Rules, rules[0].Same); j >= 0 && j != i {
		return kit.Refuse("InvalidPermission.Duplicate", `the specified rule "%s" already exists`, ruleText(rules[0]))
	}
	rules[0].ID = id
	g.Rules[i] = rules[0]
	return nil
}

// permissionOf is what a rule is to be as a permission.
func permissionOf(to *types.SecurityGroupRuleRequest) types.IpPermission {
	p := types.IpPermission{IpProtocol: to.IpProtocol, FromPort: to.FromPort, ToPort: to.ToPort}
	if to.CidrIpv4 != nil {
		p.IpRanges = []types.IpRange{{CidrIp: to.CidrIpv4, Description: to.Description}}
	}
	if to.CidrIpv6 != nil {
		p.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: to.CidrIpv6, Description: to.Description}}
	}
	if to.PrefixListId != nil {
		p.PrefixListIds = []types.PrefixListId{{PrefixListId: to.PrefixListId, Description: to.Description}}
	}
	if to.ReferencedGroupId != nil {
		p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: to.ReferencedGroupId, Description: to.Description}}
	}
	return p
}
