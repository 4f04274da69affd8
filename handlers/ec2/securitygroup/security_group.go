package securitygroup

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var groups = kit.Listing[types.SecurityGroup]{ID: "group-id", Missing: kit.Missing("sg-"), Values: groupValues}

var groupValues = kit.Values[types.SecurityGroup](kit.Filters{
	Named: []string{"group-id", "group-name", "vpc-id", "owner-id", "description"},
	Members: map[string]string{
		"ip-permission.protocol":              "IpPermissions.IpProtocol",
		"ip-permission.from-port":             "IpPermissions.FromPort?",
		"ip-permission.to-port":               "IpPermissions.ToPort?",
		"ip-permission.cidr":                  "IpPermissions.IpRanges.CidrIp",
		"ip-permission.ipv6-cidr":             "IpPermissions.Ipv6Ranges.CidrIpv6",
		"ip-permission.prefix-list-id":        "IpPermissions.PrefixListIds.PrefixListId",
		"ip-permission.group-id":              "IpPermissions.UserIdGroupPairs.GroupId",
		"ip-permission.user-id":               "IpPermissions.UserIdGroupPairs.UserId",
		"egress.ip-permission.protocol":       "IpPermissionsEgress.IpProtocol",
		"egress.ip-permission.from-port":      "IpPermissionsEgress.FromPort?",
		"egress.ip-permission.to-port":        "IpPermissionsEgress.ToPort?",
		"egress.ip-permission.cidr":           "IpPermissionsEgress.IpRanges.CidrIp",
		"egress.ip-permission.ipv6-cidr":      "IpPermissionsEgress.Ipv6Ranges.CidrIpv6",
		"egress.ip-permission.prefix-list-id": "IpPermissionsEgress.PrefixListIds.PrefixListId",
		"egress.ip-permission.group-id":       "IpPermissionsEgress.UserIdGroupPairs.GroupId",
		"egress.ip-permission.user-id":        "IpPermissionsEgress.UserIdGroupPairs.UserId",
	},
	Unused: []string{"ip-permission.group-name", "egress.ip-permission.group-name"},
})

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
	found, next, err := groups.Of(byName, kit.Ask(in.Filters, in.GroupIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeSecurityGroupsOutput{SecurityGroups: found, NextToken: next}, err
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

// group is the group that a request names by its id or, in the default VPC, by its name.
// Source of the texts: field reports.
func (a *API) group(tx *store.Tx, scope arn.Scope, id, name *string) (*ec2network.SecurityGroup, error) {
	switch {
	case aws.ToString(id) == "" && aws.ToString(name) == "":
		return nil, kit.Refuse("MissingParameter", "The request must contain the parameter groupName or groupId")
	case aws.ToString(id) == "":
		for _, g := range ec2network.SecurityGroups(tx, scope) {
			if g.VPC == ec2network.DefaultVPC && g.Name == *name {
				return g, nil
			}
		}
		return nil, noGroupNamed(*name)
	case !strings.HasPrefix(*id, "sg-"):
		return nil, kit.Refuse("InvalidGroupId.Malformed", `Invalid id: "%s" (expecting "sg-...")`, *id)
	}
	if g := ec2network.FindSecurityGroup(tx, scope, *id); g != nil && (!g.MadeUp || !a.Strict) {
		return g, nil
	}
	return nil, kit.Missing("sg-")(*id)
}

// changeGroup changes a copy of the group that a request names, and writes it, unless the
// request is not to change anything. The copy's rules may be changed in place.
func (a *API) changeGroup(
	ctx context.Context, id, name *string, dryRun *bool, change func(tx *store.Tx, g *ec2network.SecurityGroup) error,
) error {
	return a.Store.Update(func(tx *store.Tx) error {
		g, err := a.group(tx, kit.Scope(ctx), id, name)
		if err != nil {
			return err
		}
		changed := *g
		changed.Rules = slices.Clone(g.Rules)
		if err := change(tx, &changed); err != nil {
			return err
		}
		if aws.ToBool(dryRun) {
			return kit.ErrDryRun
		}
		ec2network.PutSecurityGroup(tx, &changed)
		return nil
	})
}
