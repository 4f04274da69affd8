package ec2

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// What network ACLs and routes say of everything.
const (
	allProtocols = state.AllProtocols
	anywhere     = "0.0.0.0/0"
)

func groupValues(g *types.SecurityGroup, filter string) ([]string, bool) {
	switch filter {
	case "group-id":
		return one(g.GroupId)
	case "group-name":
		return one(g.GroupName)
	case "vpc-id":
		return one(g.VpcId)
	case "owner-id":
		return one(g.OwnerId)
	case "description":
		return one(g.Description)
	}
	if permission, out := strings.CutPrefix(filter, "egress."); out {
		return permissionValues(g.IpPermissionsEgress, permission)
	}
	if values, known := permissionValues(g.IpPermissions, filter); known {
		return values, true
	}
	return tagValues(g.Tags, filter)
}

// permissionValues are those of a group's rules of one direction.
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
func (a *API) DescribeSecurityGroups(ctx context.Context, in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	var rows []types.SecurityGroup
	for _, g := range a.securityGroups(tx, scope, askedIDs(in.GroupIds, in.Filters, "group-id")) {
		if len(in.GroupNames) == 0 || g.VPC == state.DefaultVPC { // names are those of the default VPC
			rows = append(rows, describeGroup(tx, scope, g))
		}
	}
	byName, err := describe(rows, nil, in.GroupNames, "group-name", groupValues, noGroupNamed)
	if err != nil {
		return nil, err
	}
	found, err := describe(byName, in.Filters, in.GroupIds, "group-id", groupValues, missing("sg-"))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b types.SecurityGroup) int { return strings.Compare(*a.GroupId, *b.GroupId) })
	out := &ec2.DescribeSecurityGroupsOutput{}
	out.SecurityGroups, out.NextToken, err = page(found, func(g types.SecurityGroup) string { return *g.GroupId }, in.MaxResults, in.NextToken, leastResults, mostResults)
	return out, err
}

func describeGroup(tx *state.Tx, scope arn.Scope, g *state.SecurityGroup) types.SecurityGroup {
	return types.SecurityGroup{
		GroupId: &g.ID, GroupName: &g.Name, Description: &g.Description, OwnerId: &scope.Account, VpcId: &g.VPC,
		SecurityGroupArn: resourceARN(scope, "security-group/"+g.ID),
		IpPermissions:    permissions(scope, g, false), IpPermissionsEgress: permissions(scope, g, true),
		Tags: tagsOf(tx, scope, g.ID),
	}
}

// noGroupNamed is the error that the default VPC has no group of a name. Source: field
// reports.
func noGroupNamed(name string) error {
	return refuse("InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'", name, state.DefaultVPC)
}

// securityGroups are those that everybody sees, and those made up among some ids.
func (a *API) securityGroups(tx *state.Tx, scope arn.Scope, ids []string) []*state.SecurityGroup {
	groups := tx.SecurityGroups(scope)
	for _, id := range ids {
		if g := tx.SecurityGroup(scope, id); g != nil && g.MadeUp && !a.strict {
			groups = append(groups, g)
		}
	}
	return groups
}
