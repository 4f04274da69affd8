package ec2

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Every group has these rules, because traffic is not filtered.
const (
	allProtocols = "-1"
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
	permission, egress := strings.CutPrefix(filter, "egress.")
	switch permission {
	case "ip-permission.cidr":
		return oneOf(anywhere)
	case "ip-permission.protocol":
		return oneOf(allProtocols)
	case "ip-permission.from-port", "ip-permission.to-port", "ip-permission.group-id", "ip-permission.group-name",
		"ip-permission.ipv6-cidr", "ip-permission.prefix-list-id", "ip-permission.user-id":
		return nil, true
	}
	if egress {
		return nil, false
	}
	return tagValues(g.Tags, filter)
}

// DescribeSecurityGroups answers the default security group, and those made up that it
// is asked for.
func (a *API) DescribeSecurityGroups(ctx context.Context, in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	everything := []types.IpPermission{{IpProtocol: aws.String(allProtocols), IpRanges: []types.IpRange{{CidrIp: aws.String(anywhere)}}}}
	var rows []types.SecurityGroup
	for _, g := range a.securityGroups(tx, scope, askedIDs(in.GroupIds, in.Filters, "group-id")) {
		rows = append(rows, types.SecurityGroup{
			GroupId: &g.ID, GroupName: &g.Name, Description: description(g), OwnerId: &scope.Account, VpcId: &g.VPC,
			SecurityGroupArn: resourceARN(scope, "security-group/"+g.ID), IpPermissions: everything, IpPermissionsEgress: everything,
			Tags: tagsOf(tx, scope, g.ID),
		})
	}
	byName, err := describe(rows, nil, in.GroupNames, "group-name", groupValues, func(name string) error {
		return &awsapi.Error{
			Code: "InvalidGroup.NotFound", Message: "The security group '" + name + "' does not exist in default VPC '" + state.DefaultVPC + "'",
		}
	})
	if err != nil {
		return nil, err
	}
	found, err := describe(byName, in.Filters, in.GroupIds, "group-id", groupValues, missing("sg-"))
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeSecurityGroupsOutput{SecurityGroups: found}, nil
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

func description(g *state.SecurityGroup) *string {
	if g.MadeUp {
		return aws.String("made up")
	}
	return aws.String("default VPC security group")
}
