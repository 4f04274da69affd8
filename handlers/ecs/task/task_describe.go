package task

import (
	"context"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxDescribedTasks is how many tasks a call may name. Source: DescribeTasks.
const maxDescribedTasks = 100

// DescribeTasks shows tasks; those that are unknown are failures with the reason
// MISSING (ECS0006), more than 100 are refused (ECS0161). All members of one: ECS0373. Stopped tasks are known for about an hour.
func (a *API) DescribeTasks(ctx context.Context, in *sdk.DescribeTasksInput) (*TasksOutput, error) {
	if err := countTasks(in.Tasks, maxDescribedTasks); err != nil {
		return nil, err
	}
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &TasksOutput{
		Failures: []types.Failure{}, Tasks: make([]*state.Task, 0, len(in.Tasks)),
		answers: taskAnswers{tx: c.Tx, withTags: slices.Contains(in.Include, types.TaskFieldTags)},
	}
	prefix := c.Scope.Tasks(c.Cluster.Name)
	for _, ref := range in.Tasks {
		// Most callers name tasks by ARN, as ECS told them.
		if strings.HasPrefix(ref, prefix) {
			if task := state.FindTask(c.Tx, ref); task != nil {
				out.Tasks = append(out.Tasks, task)
				continue
			}
		}
		id, err := c.TaskARN(ref)
		if err != nil {
			return nil, err
		}
		if task := state.FindTask(c.Tx, id); task != nil {
			out.Tasks = append(out.Tasks, task)
		} else {
			out.Failures = append(out.Failures, kit.Missing(id))
		}
	}
	return out, nil
}
