package securitygroup

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func groupValues(g *types.SecurityGroup, filter string) ([]string, bool) {
	switch filter {
	case "group-id":
		return kit.One(g.GroupId)
	case "group-name":
		return kit.One(g.GroupName)
	case "vpc-id":
		return kit.One(g.VpcId)
	case "owner-id":
		return kit.One(g.OwnerId)
	case "description":
		return kit.One(g.Description)
	}
	if permission, out := strings.CutPrefix(filter, "egress."); out {
		return permissionValues(g.IpPermissionsEgress, permission)
	}
	if values, known := permissionValues(g.IpPermissions, filter); known {
		return values, true
	}
	return kit.TagValues(g.Tags, filter)
}

// permissionValues are the permission values of a group's rules of one direction.
func permissionValues(permissions []types.IpPermission, filter string) (values []string, known bool) {
	of, known := map[string]func(p *types.IpPermission) []string{
		"ip-permission.protocol":  func(p *types.IpPermission) []string { return []string{*p.IpProtocol} },
		"ip-permission.from-port": func(p *types.IpPermission) []string { return number(p.FromPort) },
		"ip-permission.to-port":   func(p *types.IpPermission) []string { return number(p.ToPort) },
		"ip-permission.cidr": func(p *types.IpPermission) []string {
			return of(p.IpRanges, func(r types.IpRange) *string { return r.CidrIp })
		},
		"ip-permission.ipv6-cidr": func(p *types.IpPermission) []string {
			return of(p.Ipv6Ranges, func(r types.Ipv6Range) *string { return r.CidrIpv6 })
		},
		"ip-permission.prefix-list-id": func(p *types.IpPermission) []string {
			return of(p.PrefixListIds, func(l types.PrefixListId) *string { return l.PrefixListId })
		},
		"ip-permission.group-id": func(p *types.IpPermission) []string {
			return of(p.UserIdGroupPairs, func(g types.UserIdGroupPair) *string { return g.GroupId })
		},
		"ip-permission.group-name": func(*types.IpPermission) []string { return nil },
		"ip-permission.user-id": func(p *types.IpPermission) []string {
			return of(p.UserIdGroupPairs, func(g types.UserIdGroupPair) *string { return g.UserId })
		},
	}[filter]
	if !known {
		return nil, false
	}
	for i := range permissions {
		values = append(values, of(&permissions[i])...)
	}
	return values, true
}

func number(n *int32) []string {
	if n == nil {
		return nil
	}
	return []string{strconv.Itoa(int(*n))}
}

// of are the values of a list's entries.
func of[E any](list []E, value func(E) *string) (values []string) {
	for _, e := range list {
		values = append(values, *value(e))
	}
	return values
}

// DescribeSecurityGroups answers the security groups of all VPCs, and those made up that it
// is asked for.
func (a *API) DescribeSecurityGroups(ctx context.Context, in *sdk.DescribeSecurityGroupsInput) (*sdk.DescribeSecurityGroupsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.SecurityGroup
	for _, g := range a.SecurityGroups(tx, scope, kit.AskedIDs(in.GroupIds, in.Filters, "group-id")) {
		if len(in.GroupNames) == 0 || g.VPC == ec2network.DefaultVPC { // names are for the default VPC alone
			rows = append(rows, describeGroup(tx, scope, g))
		}
	}
	byName, err := kit.Describe(rows, nil, in.GroupNames, "group-name", groupValues, noGroupNamed)
	if err != nil {
		return nil, err
	}
	found, err := kit.Describe(byName, in.Filters, in.GroupIds, "group-id", groupValues, kit.Missing("sg-"))
	if err != nil {
		return nil, err
	}
	sorting.By(found, func(a, b types.SecurityGroup) int { return strings.Compare(*a.GroupId, *b.GroupId) })
	out := &sdk.DescribeSecurityGroupsOutput{}
	out.SecurityGroups, out.NextToken, err = kit.Page(found, func(g types.SecurityGroup) string { return *g.GroupId }, in.MaxResults, in.NextToken, kit.LeastResults, kit.MostResults)
	return out, err
}

func describeGroup(tx *store.Tx, scope arn.Scope, g *ec2network.SecurityGroup) types.SecurityGroup {
	return types.SecurityGroup{
		GroupId: &g.ID, GroupName: &g.Name, Description: &g.Description, OwnerId: &scope.Account, VpcId: &g.VPC,
		SecurityGroupArn: kit.ResourceARN(scope, "security-group/"+g.ID),
		IpPermissions:    permissions(scope, g, false), IpPermissionsEgress: permissions(scope, g, true),
		Tags: kit.TagsOf(tx, scope, g.ID),
	}
}

// noGroupNamed is the error that the default VPC has no group of a name. Source: field
// reports.
func noGroupNamed(name string) error {
	return kit.Refuse("InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'", name, ec2network.DefaultVPC)
}
