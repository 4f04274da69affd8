package taskset

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// DeleteTaskSet makes a task set DRAINING (ECS0331): the scheduler stops its tasks, and removes it with the last one. A set that is
// DRAINING already is answered as it is. Without force it has to be scaled to 0 and must not be the PRIMARY one.
//
// Source: ECS API reference, DeleteTaskSet; of the PRIMARY one, ECS0331. The words of both refusals are the emulator's.
func (a *API) DeleteTaskSet(ctx context.Context, in *sdk.DeleteTaskSetInput) (*sdk.DeleteTaskSetOutput, error) {
	shown, err := a.change(ctx, in.Cluster, in.Service, in.TaskSet,
		func(_ kit.InCluster, s *state.Service, old *taskset.TaskSet, now time.Time) (*state.Service, *taskset.TaskSet, error) {
			switch status := old.Status(s); {
			case status == taskset.Draining:
				return s, old, nil
			case aws.ToBool(in.Force):
			case status == taskset.Primary:
				return nil, nil, kit.InvalidParameter("The task set " + old.ID + " is the primary task set of the service. Make another task set the primary one, or use force.")
			case old.Scale > 0:
				return nil, nil, kit.InvalidParameter("The task set " + old.ID + " is scaled above 0. Scale it to 0 with UpdateTaskSet, or use force.")
			}
			set := old.Clone()
			set.DeletedAt, set.UpdatedAt = now, now
			set.Ask(now)
			return withoutPrimary(s, old), set, nil
		})
	return &sdk.DeleteTaskSetOutput{TaskSet: &shown}, err
}

// withoutPrimary is a service after one of its task sets was deleted: if that was the PRIMARY one, there is none, and the service
// shows no more than before there was one. That is a choice.
func withoutPrimary(s *state.Service, deleted *taskset.TaskSet) *state.Service {
	if s.Sets.Primary != deleted.ID {
		return s
	}
	changed := s.Clone()
	changed.Sets = &state.SetService{Revision: &state.ServiceRevision{LaunchType: deleted.Revision.TasksLaunchType()}}
	return changed
}
