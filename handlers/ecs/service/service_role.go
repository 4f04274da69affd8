package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// passRoles asks for the roles of a request in which ECS shifts traffic, calls lifecycle hooks and makes volumes (AC72, AC73).
// The roles of tasks are not asked for: RegisterTaskDefinition has asked for the roles of the task definition. The reference lists
// iam:PassRole here, but no recording shows it where roles stand only in the definition: a choice (AC72).
// Whether ECS can assume them is found out by the deployment, as on AWS.
func passRoles(ctx context.Context, r Request, roles ...string) error {
	for _, each := range r.Names().Resources {
		if each.Type == Role {
			roles = append(roles, each.ID)
		}
	}
	for _, v := range r.VolumeConfigurations {
		if v.ManagedEBSVolume != nil {
			roles = append(roles, aws.ToString(v.ManagedEBSVolume.RoleArn))
		}
	}
	for _, l := range r.VpcLatticeConfigurations {
		roles = append(roles, aws.ToString(l.RoleArn))
	}
	return kit.PassRolesToECS(ctx, roles...)
}
