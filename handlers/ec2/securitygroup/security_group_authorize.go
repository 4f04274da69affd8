package securitygroup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxRules is how many rules a group has in each direction for each of IPv4 and IPv6; those
// of groups and prefix lists count for both, and those of a prefix list of one's own as often
// as that may have entries. Source: VPC user guide, quotas.
const maxRules = 60

// authorization is a request for more rules.
type authorization struct {
	groupID, groupName *string
	egress             bool
	permissions        []types.IpPermission
	tags               []types.TagSpecification
	dryRun             *bool
}

// AuthorizeSecurityGroupIngress adds rules about what comes in, all or none.
func (a *API) AuthorizeSecurityGroupIngress(ctx context.Context, in *sdk.AuthorizeSecurityGroupIngressInput) (*sdk.AuthorizeSecurityGroupIngressOutput, error) {
	asked, err := onePermission(in.IpPermissions, in.IpProtocol, in.FromPort, in.ToPort, in.CidrIp, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId)
	if err != nil {
		return nil, err
	}
	rules, err := a.authorize(ctx, authorization{groupID: in.GroupId, groupName: in.GroupName, permissions: asked, tags: in.TagSpecifications, dryRun: in.DryRun})
	return &sdk.AuthorizeSecurityGroupIngressOutput{Return: aws.Bool(true), SecurityGroupRules: rules}, err
}

// AuthorizeSecurityGroupEgress adds rules about what goes out, all or none.
func (a *API) AuthorizeSecurityGroupEgress(ctx context.Context, in *sdk.AuthorizeSecurityGroupEgressInput) (*sdk.AuthorizeSecurityGroupEgressOutput, error) {
	asked, err := onePermission(in.IpPermissions, in.IpProtocol, in.FromPort, in.ToPort, in.CidrIp, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId)
	if err != nil {
		return nil, err
	}
	rules, err := a.authorize(ctx, authorization{groupID: in.GroupId, egress: true, permissions: asked, tags: in.TagSpecifications, dryRun: in.DryRun})
	return &sdk.AuthorizeSecurityGroupEgressOutput{Return: aws.Bool(true), SecurityGroupRules: rules}, err
}

// onePermission takes the members of a request in which there is but one permission for
// such a permission. Source: EC2 API reference, AuthorizeSecurityGroupIngress; the texts
// are the emulator's.
func onePermission(list []types.IpPermission, protocol *string, from, to *int32, cidr, group, owner *string) ([]types.IpPermission, error) {
	alone := protocol != nil || from != nil || to != nil || cidr != nil || group != nil
	switch {
	case alone && len(list) > 0:
		return nil, kit.Refuse("InvalidParameterCombination", "The parameter ipPermissions cannot be used with those of a single permission")
	case !alone:
		return list, nil
	}
	p := types.IpPermission{IpProtocol: protocol, FromPort: from, ToPort: to}
	if group != nil {
		p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupName: group, UserId: owner}}
		if protocol == nil { // all of that group's; Source: EC2 API reference
			p.IpProtocol = aws.String(ec2network.AllProtocols)
		}
	}
	if cidr != nil {
		p.IpRanges = []types.IpRange{{CidrIp: cidr}}
	}
	return []types.IpPermission{p}, nil
}

func (a *API) authorize(ctx context.Context, asked authorization) (made []types.SecurityGroupRule, err error) {
	if len(asked.permissions) == 0 {
		return nil, kit.MissingParameter("ipPermissions")
	}
	tags, err := kit.TagsFor(ctx, types.ResourceTypeSecurityGroupRule, asked.tags)
	if err != nil {
		return nil, err
	}
	err = a.changeGroup(ctx, asked.groupID, asked.groupName, asked.dryRun, func(tx *store.Tx, g *ec2network.SecurityGroup) error {
		more, err := a.rulesFrom(tx, g, asked.egress, asked.permissions)
		if err != nil {
			return err
		}
		before := len(g.Rules)
		if err := addRules(tx, g, more); err != nil {
			return err
		}
		for _, r := range g.Rules[before:] {
			ec2network.SetTags(tx, g.Scope, r.ID, tags)
			made = append(made, describeRule(tx, g.Scope, g, r))
		}
		return nil
	})
	return made, err
}

// addRules adds rules to a group, which get their ids. Source of the texts: field reports.
func addRules(tx *store.Tx, g *ec2network.SecurityGroup, more []ec2network.SecurityGroupRule) error {
	before := slices.Clip(g.Rules)
	for _, r := range more {
		switch {
		case slices.ContainsFunc(before, r.Same):
			return kit.Refuse("InvalidPermission.Duplicate", `the specified rule "%s" already exists`, ruleText(r))
		case slices.ContainsFunc(g.Rules, r.Same):
			return kit.Refuse("InvalidParameterValue", "The same permission must not appear multiple times")
		}
		r.ID = ec2network.NewRuleID()
		g.Rules = append(g.Rules, r)
	}
	return checkLimit(tx, g)
}

func checkLimit(tx *store.Tx, g *ec2network.SecurityGroup) error {
	if tooManyRules(g, func(list string) *ec2network.PrefixList { return ec2network.PrefixLists.Find(tx, g.Scope, list) }) {
		return kit.Refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
	}
	return nil
}

// tooManyRules reports whether a group has more than it may, with the prefix lists that list
// finds.
func tooManyRules(g *ec2network.SecurityGroup, list func(id string) *ec2network.PrefixList) bool {
	for _, egress := range [...]bool{false, true} {
		v4, v6 := 0, 0
		for _, r := range g.Rules {
			if r.Egress != egress {
				continue
			}
			weight := 1
			if l := list(r.PrefixList); l != nil {
				weight = int(l.MaxEntries)
			}
			if r.CIDRv6 == "" {
				v4 += weight
			}
			if r.CIDR == "" {
				v6 += weight
			}
		}
		if max(v4, v6) > maxRules {
			return true
		}
	}
	return false
}

// ruleText is how errors call a rule. Source: field reports.
func ruleText(r ec2network.SecurityGroupRule) string {
	text := "peer: " + r.CIDR + r.CIDRv6 + r.PrefixList + r.Group + ", "
	switch r.Protocol {
	case ec2network.AllProtocols:
		return text + "ALL, ALLOW"
	case "tcp", "udp":
		return text + fmt.Sprintf("%s, from port: %d, to port: %d, ALLOW", strings.ToUpper(r.Protocol), r.From, r.To)
	case "icmp", "icmpv6":
		return text + fmt.Sprintf("%s, type: %d, code: %d, ALLOW", strings.ToUpper(r.Protocol), r.From, r.To)
	}
	return text + r.Protocol + ", ALLOW"
}
