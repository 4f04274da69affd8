package launch

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// ShownTaskSets are the task sets of a service as ECS shows them, newest first, which is a choice.
func ShownTaskSets(tx *store.Tx, s *state.Service, summary *state.ServiceSummary) []types.TaskSet {
	shown := []types.TaskSet{}
	for _, set := range taskset.Of(tx, s.ARN) {
		shown = append(shown, ShownTaskSet(s, set, summary))
	}
	return shown
}

// ShownTaskSet is a task set as ECS shows it, without its tags. How many tasks it wants, its stability and their counts are the
// scheduler's: a request is answered before that has seen it (ECS0331).
//
// Source: ECS0331; ECS API reference, TaskSet, for the ARNs of service and cluster, which AWS's own example lacks and controllers read.
func ShownTaskSet(s *state.Service, set *taskset.TaskSet, summary *state.ServiceSummary) types.TaskSet {
	r, counts := set.Revision, summary.Of(set.ID)
	stability, since := set.StabilityStatus()
	return types.TaskSet{
		CapacityProviderStrategy: r.CapacityProviderStrategy,
		ClusterArn:               aws.String(s.ClusterARN),
		ComputedDesiredCount:     int32(set.DesiredCount),
		CreatedAt:                kit.Instant(&set.CreatedAt),
		ExternalId:               kit.Optional(&set.ExternalID),
		Id:                       aws.String(set.ID),
		LaunchType:               r.LaunchType,
		LoadBalancers:            kit.Listed(r.LoadBalancers),
		NetworkConfiguration:     r.NetworkConfiguration,
		PendingCount:             int32(counts.ActivePending()),
		PlatformFamily:           kit.Optional(&r.PlatformFamily),
		PlatformVersion:          kit.Optional(&r.PlatformVersion),
		RunningCount:             int32(counts.ActiveRunning),
		Scale:                    &types.Scale{Unit: types.ScaleUnitPercent, Value: set.Scale},
		ServiceArn:               aws.String(s.ARN),
		ServiceRegistries:        kit.Listed(r.ServiceRegistries),
		StabilityStatus:          stability,
		StabilityStatusAt:        kit.Instant(&since),
		StartedBy:                kit.Optional(&set.StartedBy),
		Status:                   aws.String(set.Status(s)),
		TaskDefinition:           aws.String(r.TaskDefinition),
		TaskSetArn:               aws.String(set.ARN),
		UpdatedAt:                kit.Instant(&set.UpdatedAt),
	}
}

// NewTaskSet is a task set of a service that the scheduler has not seen yet, at a scale of 0 (ECS0331).
func NewTaskSet(s *state.Service, r *state.ServiceRevision, now time.Time) *taskset.TaskSet {
	id := arn.NewDeploymentID()
	return &taskset.TaskSet{
		Generation: state.Generation{ID: id, Revision: r, CreatedAt: now},
		ARN:        arn.ScopeOf(s.ARN).TaskSet(arn.ClusterName(s.ARN), s.Name, id), ServiceARN: s.ARN,
		AskedAt: now, UpdatedAt: now,
	}
}
