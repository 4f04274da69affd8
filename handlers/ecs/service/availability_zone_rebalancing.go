package service

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// rebalancingObstacle says why a service cannot be rebalanced; empty if it can.
// Source: ECS developer guide, AZ rebalancing; ECS0322 and ECS0085 for the texts, of which those for
// deployment controllers, for EXTERNAL and for constraints are made by analogy.
func rebalancingObstacle(s *state.Service, launchType types.LaunchType) string {
	onZone := func(c types.PlacementConstraint) bool {
		return strings.Contains(aws.ToString(c.Expression), zoneAttribute)
	}
	switch {
	case !s.Deploys():
		return "does not support " + string(s.DeploymentController) + " as deployment controller. Update deployment controller and try again."
	case s.SchedulingStrategy == types.SchedulingStrategyDaemon:
		return "does not support DAEMON as scheduling strategy. Update scheduling strategy and try again."
	case *s.DeploymentConfiguration.MaximumPercent <= 100:
		return "does not support maximumPercent <= 100 % as deployment configuration. Update deployment configuration and try again."
	case launchType == types.LaunchTypeExternal:
		return "does not support EXTERNAL as launch type. Update launch type and try again."
	case len(s.PlacementStrategy) > 0 && !spreadsOverZones(s.PlacementStrategy[0]):
		return "only supports availability zone spread as task placement strategy."
	case slices.ContainsFunc(s.PlacementConstraints, onZone):
		return "does not support placement constraints on " + zoneAttribute + "."
	}
	return ""
}

const zoneAttribute = "attribute:ecs.availability-zone"

func spreadsOverZones(s types.PlacementStrategy) bool {
	return s.Type == types.PlacementStrategyTypeSpread && aws.ToString(s.Field) == zoneAttribute
}

// zoneRebalancing is whether tasks are moved between Availability Zones.
type zoneRebalancing struct{ unsaid }

func (zoneRebalancing) rows() []member.Row { return member.Act("availabilityZoneRebalancing") }

// resolve writes what was asked for. On create the default is ENABLED wherever it can be; on update the old value stays, and
// is refused when the service has become one that cannot be rebalanced.
//
// Source: ECS API reference, CreateService and UpdateService; AWS notice of June 2025.
func (zoneRebalancing) resolve(in *resolving) error {
	s, asked := in.service, in.AvailabilityZoneRebalancing
	obstacle := rebalancingObstacle(s, in.revision.TasksLaunchType())
	switch asked {
	case types.AvailabilityZoneRebalancingEnabled, types.AvailabilityZoneRebalancingDisabled:
		s.AvailabilityZoneRebalancing = asked
	case "":
		if s.AvailabilityZoneRebalancing == "" && obstacle == "" {
			s.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingEnabled
		}
		if s.AvailabilityZoneRebalancing == "" {
			s.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingDisabled
		}
	default:
		return kit.InvalidParameter("availabilityZoneRebalancing should be one of [ENABLED,DISABLED]")
	}
	if s.AvailabilityZoneRebalancing == types.AvailabilityZoneRebalancingEnabled && obstacle != "" {
		return kit.InvalidParameter(fmt.Sprintf("The service couldn't be %s because Availability Zone Rebalancing %s", in.done(), obstacle))
	}
	return nil
}
