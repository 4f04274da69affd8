package task

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// NetworkGone says what of a network configuration, which may be nil, has been deleted since
// it was checked; empty if all is there.
func NetworkGone(tx *store.Tx, scope arn.Scope, vpc *types.AwsVpcConfiguration) string {
	if vpc == nil {
		return ""
	}
	for _, id := range vpc.Subnets {
		if ec2network.FindSubnet(tx, scope, id) == nil {
			return SubnetNotFound(vpc.Subnets, id)
		}
	}
	for _, id := range vpc.SecurityGroups {
		if ec2network.FindSecurityGroup(tx, scope, id) == nil {
			return SecurityGroupNotFound(vpc.SecurityGroups, id)
		}
	}
	return ""
}

// SubnetNotFound is what ECS says of one of the subnets that were asked for.
func SubnetNotFound(asked []string, id string) string {
	return lookupRefused("subnet", asked, "subnet ID", id, "InvalidSubnetID.NotFound")
}

// SecurityGroupNotFound is what ECS says of one of the security groups that were asked for.
func SecurityGroupNotFound(asked []string, id string) string {
	return lookupRefused("security group", asked, "security group", id, "InvalidGroup.NotFound")
}

// lookupRefused is how ECS passes on EC2's refusal; the bracket lists all that was
// asked for. Source: field reports.
func lookupRefused(what string, asked []string, kind, id, code string) string {
	return fmt.Sprintf("Error retrieving %s information for [%s]: The %s '%s' does not exist (ErrorCode: %s)",
		what, strings.Join(asked, ", "), kind, id, code)
}
