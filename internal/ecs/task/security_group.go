package task

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SecurityGroups are the security groups of a task: what is asked for or, if that is nothing, the default
// one of the VPC that its subnets are in. Source: ECS API reference, AwsVpcConfiguration.
func SecurityGroups(tx *store.Tx, scope arn.Scope, asked, subnets []string) []string {
	if len(asked) > 0 {
		return asked
	}
	for _, id := range subnets {
		if s := ec2network.FindSubnet(tx, scope, id); s != nil {
			return []string{ec2network.DefaultGroupOf(tx, scope, s.VPC).ID}
		}
	}
	return []string{ec2network.DefaultSecurityGroup}
}
