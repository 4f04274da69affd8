package service

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkGracePeriod refuses a time in which health checks are ignored where there are none:
// neither of load balancers nor of containers. The words are those that ECS had
// before it looked at containers. Source: ECS API reference, healthCheckGracePeriodSeconds;
// field reports; ECS0095.
func checkGracePeriod(def *types.TaskDefinition, seconds *int32, balancers []types.LoadBalancer) error {
	checked := len(balancers) > 0 || slices.ContainsFunc(def.ContainerDefinitions, func(c types.ContainerDefinition) bool { return c.HealthCheck != nil })
	switch {
	case aws.ToInt32(seconds) < 0:
		return kit.InvalidParameter("healthCheckGracePeriodSeconds must be at least 0") // words not published
	case aws.ToInt32(seconds) > 0 && !checked:
		return kit.InvalidParameter("Health check grace period is only valid for services configured to use load balancers")
	}
	return nil
}
