package service

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// checkCodeDeploy refuses of CreateService what task sets do not have, as CodeDeploy makes those that come after the first one.
func checkCodeDeploy(in *sdk.CreateServiceInput) error {
	if err := ofCreate(in).checkController(types.DeploymentControllerTypeCodeDeploy); err != nil {
		return err
	}
	return onlyWithECS("monitoring", in.Monitoring != nil)
}

// wholeScale is the scale of a task set that has all of the desired count.
const wholeScale = 100

// firstTaskSet is the task set that a service has from its creation on where CodeDeploy is its deployment controller: PRIMARY, for
// all of the desired count (ECS0333). That it says nothing of who started it is a choice.
func firstTaskSet(s *state.Service, r *state.ServiceRevision) *taskset.TaskSet {
	set := launch.NewTaskSet(s, r, s.CreatedAt)
	set.Scale = wholeScale
	return set
}
