package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// passRoles asks for the roles of a request in which ECS shifts traffic and calls lifecycle hooks. Whether
// ECS can assume them is found out by the deployment, as on AWS.
func passRoles(ctx context.Context, balancers []types.LoadBalancer, c *types.DeploymentConfiguration) error {
	var roles []string
	for _, b := range balancers {
		if b.AdvancedConfiguration != nil {
			roles = append(roles, aws.ToString(b.AdvancedConfiguration.RoleArn))
		}
	}
	if c != nil {
		for _, h := range c.LifecycleHooks {
			roles = append(roles, aws.ToString(h.RoleArn))
		}
	}
	return kit.PassRolesToECS(ctx, roles...)
}
