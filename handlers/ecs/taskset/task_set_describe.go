package taskset

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// DescribeTaskSets shows the task sets that a request names, which it has to (ECS0332), in that order; those that are unknown are
// failures with the reason MISSING.
//
// Source: ECS API reference, DescribeTaskSets.
func (a *API) DescribeTaskSets(ctx context.Context, in *sdk.DescribeTaskSetsInput) (*sdk.DescribeTaskSetsOutput, error) {
	if len(in.TaskSets) == 0 {
		return nil, kit.InvalidParameter("TaskSets cannot be empty.")
	}
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	s, err := ownService(ctx, c, in.Service)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeTaskSetsOutput{Failures: []types.Failure{}, TaskSets: []types.TaskSet{}}
	summary := state.FindServiceSummary(c.Tx, s.ARN)
	withTags := slices.Contains(in.Include, types.TaskSetFieldTags)
	for _, ref := range in.TaskSets {
		id, err := identify(c, s, ref)
		if err != nil {
			return nil, err
		}
		set := taskset.Find(c.Tx, id)
		if set == nil || set.ServiceARN != s.ARN {
			out.Failures = append(out.Failures, kit.Missing(id))
			continue
		}
		shown := launch.ShownTaskSet(s, set, summary)
		if withTags {
			shown.Tags = kit.ListedTags(set.Tags)
		}
		out.TaskSets = append(out.TaskSets, shown)
	}
	return out, nil
}
