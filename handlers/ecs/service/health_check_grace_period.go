package service

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// healthCheckGracePeriod is a time in which health checks are ignored.
type healthCheckGracePeriod struct{ unsaid }

func (healthCheckGracePeriod) rows() []member.Row { return member.Act("healthCheckGracePeriodSeconds") }

// resolve refuses it where there are no health checks: neither of load balancers nor of containers. The words are those that ECS had
// before it looked at containers. Where task sets have the definitions, any period is taken (ECS0330). Source: ECS API reference, healthCheckGracePeriodSeconds;
// field reports; ECS0095.
func (healthCheckGracePeriod) resolve(in *resolving) error {
	seconds := in.HealthCheckGracePeriodSeconds
	checksHealth := func(c types.ContainerDefinition) bool { return c.HealthCheck != nil }
	checked := in.definition == nil || len(in.revision.LoadBalancers)+len(in.revision.GatewayRoutes) > 0 || slices.ContainsFunc(in.definition.ContainerDefinitions, checksHealth)
	switch {
	case aws.ToInt32(seconds) < 0:
		return kit.InvalidParameter("healthCheckGracePeriodSeconds must be at least 0") // words not published
	case aws.ToInt32(seconds) > 0 && !checked:
		return kit.InvalidParameter("Health check grace period is only valid for services configured to use load balancers")
	}
	if seconds != nil {
		in.service.HealthCheckGracePeriodSeconds = seconds
	}
	return nil
}
