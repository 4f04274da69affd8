package taskset

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// UpdateTaskSet changes the scale of a task set, and nothing else can be changed. It is answered before the scheduler has seen it,
// as STABILIZING from now on also where the scale is the same (ECS0331).
//
// Source: ECS API reference, UpdateTaskSet.
func (a *API) UpdateTaskSet(ctx context.Context, in *sdk.UpdateTaskSetInput) (*sdk.UpdateTaskSetOutput, error) {
	if err := checkScale(in.Scale); err != nil {
		return nil, err
	}
	shown, err := a.change(ctx, in.Cluster, in.Service, in.TaskSet,
		func(_ kit.InCluster, s *state.Service, old *taskset.TaskSet, now time.Time) (*state.Service, *taskset.TaskSet, error) {
			if old.Status(s) == taskset.Draining {
				return nil, nil, errDrains(old)
			}
			set := old.Clone()
			set.Scale, set.UpdatedAt = in.Scale.Value, now
			set.Ask(now)
			return s, set, nil
		})
	return &sdk.UpdateTaskSetOutput{TaskSet: &shown}, err
}

// UpdateServicePrimaryTaskSet makes a task set the PRIMARY one of its service, which shows from now on what the set is made of; the
// one before becomes ACTIVE (ECS0331). The service has the id of the one, so there are never two.
//
// Source: ECS API reference, UpdateServicePrimaryTaskSet; ECS developer guide, external deployment.
func (a *API) UpdateServicePrimaryTaskSet(ctx context.Context, in *sdk.UpdateServicePrimaryTaskSetInput) (*sdk.UpdateServicePrimaryTaskSetOutput, error) {
	shown, err := a.change(ctx, in.Cluster, in.Service, in.PrimaryTaskSet,
		func(_ kit.InCluster, s *state.Service, old *taskset.TaskSet, now time.Time) (*state.Service, *taskset.TaskSet, error) {
			if old.Status(s) == taskset.Draining {
				return nil, nil, errDrains(old)
			}
			promoted := s.Clone()
			promoted.Sets = &state.SetService{Primary: old.ID, Revision: old.Revision}
			set := old.Clone()
			set.UpdatedAt = now
			return promoted, set, nil
		})
	return &sdk.UpdateServicePrimaryTaskSetOutput{TaskSet: &shown}, err
}

// errDrains refuses a task set that is on its way out. The words are the emulator's.
func errDrains(t *taskset.TaskSet) error {
	return kit.InvalidParameter("The task set " + t.ID + " is DRAINING, as it was deleted.")
}

// checkScale takes a percentage; the service model has the unit. Source: ECS API reference, Scale; the words are not published.
func checkScale(s *types.Scale) error {
	if s != nil && !(s.Value >= 0 && s.Value <= 100) { // NaN is neither
		return kit.InvalidParameter("scale value should be between 0 and 100")
	}
	return nil
}
