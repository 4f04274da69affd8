package observe

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// KeptDeployment is the deployment of which a service is to have its desired count of tasks. A PRIMARY
// deployment that failed launches none, and the one that completed last has them in its place.
//
//	A completed, B PRIMARY:                                    B
//	A completed, B FAILED, no rollback:                        A
//	A completed, B FAILED, C restores A:                       C
//	A completed, B FAILED, C restores A and FAILED as well:    A
//	A no longer listed, B FAILED, C restores A and FAILED:     C goes on, though FAILED
//	… and D after it FAILED, no rollback:                      C
//	A no longer listed, B FAILED, no rollback; A FAILED, the first: none
//
// Source: ECS API reference, rolloutState, and ECS developer guide, deployment circuit breaker, for
// a deployment that failed and for the service that stalls. What becomes of older tasks then is
// not published: that the last revision which completed is kept at the desired count is the
// emulator's choice.
func KeptDeployment(s *state.Service) *state.Deployment {
	primary := s.Primary()
	if primary.RolloutState != types.DeploymentRolloutStateFailed {
		return primary
	}
	for _, d := range s.Deployments {
		if d != primary && (d.RolloutState == types.DeploymentRolloutStateCompleted || s.Completed != nil && s.Completed.ID == d.ID) {
			return d
		}
	}
	for _, d := range s.Deployments {
		if d.RestoresID != "" {
			return d
		}
	}
	return nil
}
