package service

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// newDeployment is a deployment that the scheduler has not seen yet: no task is
// wanted of it so far. Source: recorded answers of UpdateService.
func newDeployment(id string, revision *state.ServiceRevision, now time.Time) *state.Deployment {
	return &state.Deployment{
		Generation: state.Generation{ID: id, Revision: revision, CreatedAt: now}, UpdatedAt: now,
		RolloutState:       types.DeploymentRolloutStateInProgress,
		RolloutStateReason: fmt.Sprintf("ECS deployment %s in progress.", id),
	}
}
