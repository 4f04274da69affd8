package ec2

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// permission is a rule of a security group as EC2 writes it, to compare what properties ask for with what there is.
type permission struct {
	egress                          bool
	protocol                        string
	from, to                        int32 // -1: all
	cidr, cidrV6, prefixList, group string
	owner                           string // of the group, if the property names it
	description                     string
}

// same is whether two rules are one for EC2.
func (r permission) same(other permission) bool {
	r.description, r.owner = other.description, other.owner
	return r == other
}

func contains(list []permission, r permission) bool { return slices.ContainsFunc(list, r.same) }

// ruleOf reads a rule's properties, inline or of a resource of its own.
func ruleOf(t *handler.Turn, v *document.Value, egress bool) (r permission, err error) {
	side := "Source"
	if egress {
		side = "Destination"
	}
	r = permission{
		egress: egress, protocol: protocol(v.TextOf("IpProtocol")), from: port(v, "FromPort"), to: port(v, "ToPort"),
		cidr: shortest(v.TextOf("CidrIp")), cidrV6: shortest(v.TextOf("CidrIpv6")), prefixList: v.TextOf(side + "PrefixListId"),
		group: v.TextOf(side + "SecurityGroupId"), owner: v.TextOf("SourceSecurityGroupOwnerId"), description: v.TextOf("Description"),
	}
	if !slices.Contains([]string{"tcp", "udp", "icmp", "icmpv6"}, r.protocol) {
		r.from, r.to = -1, -1 // EC2 has no ports of other protocols
	}
	if name := v.TextOf("SourceSecurityGroupName"); name != "" && r.group == "" {
		if r.group, err = groupNamed(t, name); err != nil {
			return r, err
		}
	}
	return r, r.check()
}

// check refuses a rule with several other sides: it would be several rules. The text is a guess.
func (r permission) check() error {
	sides := 0
	for _, side := range []string{r.cidr, r.cidrV6, r.prefixList, r.group} {
		if side != "" {
			sides++
		}
	}
	if sides > 1 {
		return handler.Failed(handler.InvalidRequest, "Only one of a range, a prefix list and a security group can be specified for a rule")
	}
	return nil
}

// groupNamed is the id of a group of the default VPC: names are for nothing else.
func groupNamed(t *handler.Turn, name string) (string, error) {
	vpc, err := defaultVPC(t)
	if err != nil {
		return "", err
	}
	var out sdk.DescribeSecurityGroupsOutput
	ask := sdk.DescribeSecurityGroupsInput{Filters: []types.Filter{filter("group-name", name), filter("vpc-id", vpc)}}
	if err := t.Call(operation("DescribeSecurityGroups"), &ask, &out); err != nil {
		return "", err
	}
	if len(out.SecurityGroups) == 0 {
		return "", handler.Failed(handler.NotFound, "The security group '%s' does not exist in default VPC '%s'", name, vpc)
	}
	return aws.ToString(out.SecurityGroups[0].GroupId), nil
}

// protocol has the names that EC2 gives to numbers. Source: EC2 API reference, IpPermission.
func protocol(asked string) string {
	names := map[string]string{"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
	if name := names[asked]; name != "" {
		return name
	}
	return strings.ToLower(asked)
}

func port(v *document.Value, property string) int32 {
	n, err := strconv.ParseInt(v.TextOf(property), 10, 32)
	if err != nil {
		return -1
	}
	return int32(n)
}

// shortest is a range in its shortest form, without bits behind its length, as EC2 keeps it.
func shortest(cidr string) string {
	if p, err := netip.ParsePrefix(cidr); err == nil {
		return p.Masked().String()
	}
	return cidr
}

// ruleFrom is a rule that there is.
func ruleFrom(r types.SecurityGroupRule) permission {
	made := permission{
		egress: aws.ToBool(r.IsEgress), protocol: aws.ToString(r.IpProtocol), from: -1, to: -1, cidr: aws.ToString(r.CidrIpv4), cidrV6: aws.ToString(r.CidrIpv6),
		prefixList: aws.ToString(r.PrefixListId), description: aws.ToString(r.Description),
	}
	if r.FromPort != nil {
		made.from = *r.FromPort
	}
	if r.ToPort != nil {
		made.to = *r.ToPort
	}
	if r.ReferencedGroupInfo != nil {
		made.group = aws.ToString(r.ReferencedGroupInfo.GroupId)
	}
	return made
}

// asked is a rule as requests have it.
func (r permission) asked() types.IpPermission {
	p := types.IpPermission{IpProtocol: wish(r.protocol)}
	if r.protocol != "-1" && (r.from != -1 || r.to != -1) {
		p.FromPort, p.ToPort = &r.from, &r.to
	}
	description := wish(r.description)
	switch {
	case r.cidr != "":
		p.IpRanges = []types.IpRange{{CidrIp: &r.cidr, Description: description}}
	case r.cidrV6 != "":
		p.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: &r.cidrV6, Description: description}}
	case r.prefixList != "":
		p.PrefixListIds = []types.PrefixListId{{PrefixListId: &r.prefixList, Description: description}}
	case r.group != "":
		p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: &r.group, UserId: wish(r.owner), Description: description}}
	}
	return p
}

// rulesOf are all rules of a group.
func rulesOf(t *handler.Turn, group string) ([]types.SecurityGroupRule, error) {
	var out sdk.DescribeSecurityGroupRulesOutput
	err := t.Call(operation("DescribeSecurityGroupRules"), &sdk.DescribeSecurityGroupRulesInput{Filters: []types.Filter{filter("group-id", group)}}, &out)
	return out.SecurityGroupRules, err
}

// idOf is the rule that there is for one, and how it is described. Empty: there is none.
func idOf(have []types.SecurityGroupRule, want permission) (id, description string) {
	for _, h := range have {
		if r := ruleFrom(h); r.same(want) {
			return aws.ToString(h.SecurityGroupRuleId), r.description
		}
	}
	return "", ""
}

// authorize makes a rule.
func authorize(t *handler.Turn, group string, r permission) (id string, err error) {
	asked := []types.IpPermission{r.asked()}
	var made []types.SecurityGroupRule
	if r.egress {
		var out sdk.AuthorizeSecurityGroupEgressOutput
		err = t.Call(operation("AuthorizeSecurityGroupEgress"), &sdk.AuthorizeSecurityGroupEgressInput{GroupId: &group, IpPermissions: asked}, &out)
		made = out.SecurityGroupRules
	} else {
		var out sdk.AuthorizeSecurityGroupIngressOutput
		err = t.Call(operation("AuthorizeSecurityGroupIngress"), &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: asked}, &out)
		made = out.SecurityGroupRules
	}
	if err == nil && len(made) > 0 {
		id = aws.ToString(made[0].SecurityGroupRuleId)
	}
	return id, err
}

// revoke removes rules by their ids.
func revoke(t *handler.Turn, group string, ids []string, egress bool) error {
	if egress {
		return t.Call(operation("RevokeSecurityGroupEgress"), &sdk.RevokeSecurityGroupEgressInput{GroupId: &group, SecurityGroupRuleIds: ids}, nil)
	}
	return t.Call(operation("RevokeSecurityGroupIngress"), &sdk.RevokeSecurityGroupIngressInput{GroupId: &group, SecurityGroupRuleIds: ids}, nil)
}

// describe changes the description of a rule.
func describe(t *handler.Turn, group, id string, r permission) error {
	to := []types.SecurityGroupRuleDescription{{SecurityGroupRuleId: &id, Description: &r.description}}
	if r.egress {
		in := sdk.UpdateSecurityGroupRuleDescriptionsEgressInput{GroupId: &group, SecurityGroupRuleDescriptions: to}
		return t.Call(operation("UpdateSecurityGroupRuleDescriptionsEgress"), &in, nil)
	}
	in := sdk.UpdateSecurityGroupRuleDescriptionsIngressInput{GroupId: &group, SecurityGroupRuleDescriptions: to}
	return t.Call(operation("UpdateSecurityGroupRuleDescriptionsIngress"), &in, nil)
}
