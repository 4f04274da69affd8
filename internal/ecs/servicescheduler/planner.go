package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/strategy"
)

// planner makes one decision: it judges the PRIMARY deployment, and has the stages do the rest. Each of them has its
// own values, on top of what the stage before it has:
//
//	observe.View     the service and its generations of tasks, by how they fare
//	record.Progress  what becomes of the deployments
//	strategy         what is wanted of each
//	fulfil.Executor  which tasks start and stop for that
type planner struct {
	*record.Progress
	executor *fulfil.Executor
	strategy strategy.Strategy
	rollout  strategy.Rollout
}

func newPlanner(in observe.Input, s strategy.Strategy) *planner {
	progress := record.NewProgress(observe.NewView(in))
	executor := fulfil.New(progress.View, record.Kind{Progress: progress, Shifts: s.Traits().Shifts})
	return &planner{progress, executor, s, strategy.Rollout{Progress: progress}}
}
