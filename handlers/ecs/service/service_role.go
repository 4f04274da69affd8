package service

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// passRoles asks for the roles of a request in which ECS shifts traffic and calls lifecycle hooks. Whether
// ECS can assume them is found out by the deployment, as on AWS.
func passRoles(ctx context.Context, r Request) error {
	var roles []string
	for _, each := range r.Names().Resources {
		if each.Type == Role {
			roles = append(roles, each.ID)
		}
	}
	return kit.PassRolesToECS(ctx, roles...)
}
