package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

func groupAttributes(g types.SecurityGroup) attributes {
	return attributes{
		"group-id": *g.GroupId, "group-name": *g.GroupName, "vpc-id": *g.VpcId, "owner-id": *g.OwnerId, "description": *g.Description,
	}
}

// DescribeSecurityGroups answers the default security group and those made on first
// use. They let everything in and out, because traffic is not filtered.
func (a *API) DescribeSecurityGroups(ctx context.Context, in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	everything := []types.IpPermission{{IpProtocol: aws.String("-1"), IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}}
	var rows []types.SecurityGroup
	for _, g := range tx.SecurityGroups(scope) {
		rows = append(rows, types.SecurityGroup{
			GroupId: &g.ID, GroupName: &g.Name, Description: description(g), OwnerId: &scope.Account, VpcId: &g.VPC,
			SecurityGroupArn: resourceARN(scope, "security-group/"+g.ID), IpPermissions: everything, IpPermissionsEgress: everything,
			Tags: []types.Tag{},
		})
	}
	byName, err := describe(rows, nil, in.GroupNames, "group-name", groupAttributes, func(name string) error {
		return groupNotFound("The security group '" + name + "' does not exist in default VPC '" + tx.VPC(scope).ID + "'")
	})
	if err != nil {
		return nil, err
	}
	found, err := describe(byName, in.Filters, in.GroupIds, "group-id", groupAttributes, func(id string) error {
		return groupNotFound("The security group '" + id + "' does not exist")
	})
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeSecurityGroupsOutput{SecurityGroups: found}, nil
}

func groupNotFound(message string) error {
	return &awsapi.Error{Code: "InvalidGroup.NotFound", Message: message}
}

func description(g *state.SecurityGroup) *string {
	if g.ID == state.DefaultSecurityGroup {
		return aws.String("default VPC security group")
	}
	return aws.String("made on first use")
}
