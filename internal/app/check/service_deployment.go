package check

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// completeDeployments ends the deployments of services with success, as no scheduler does: what updates a service
// finds it running.
func completeDeployments(tx *store.Tx) error {
	for _, s := range state.AllServices(tx) {
		if s.Deploys() {
			s = s.Clone()
			d := s.Primary()
			d.RolloutState = types.DeploymentRolloutStateCompleted
			s.Completed = &state.CompletedDeployment{ID: d.ID, Revision: d.Revision}
			state.PutService(tx, s)
		}
	}
	return nil
}
