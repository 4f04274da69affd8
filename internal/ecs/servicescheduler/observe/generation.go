package observe

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// Generation is tasks of one revision by how they fare, in numbers.
type Generation struct {
	Of         *state.Generation // of the Deployment, or of the Set
	Deployment *state.Deployment // of the View's copy; nil of a task set
	Set        *taskset.TaskSet  // a copy; nil of a deployment
	Definition *types.TaskDefinition
	// Checked: an essential container has a health check, or load balancers check targets.
	Checked bool
	Counts  state.DeploymentCounts

	// Of Counts.Active, which are their sum: those that serve, those that failed
	// their health checks, those that run with a target that cannot become healthy, and
	// those yet to become one or the other, of which the last ones run already.
	Healthy, Unhealthy, Unused int
	Starting                   int
	StartingRunning            int
	// Leaving is how many of those that run, and fail no check, are on container instances
	// that drain: others are to stand in for them.
	Leaving int
	// Moved: the plan starts or stops tasks of it.
	Moved bool
}

// hasEssentialCheck reports whether a task's health is known from its containers.
func hasEssentialCheck(def *types.TaskDefinition) bool {
	return slices.ContainsFunc(def.ContainerDefinitions, task.ChecksHealth)
}

// Failed reports whether it is of a deployment whose rollout has failed.
func (g *Generation) Failed() bool { return g.rolls(types.DeploymentRolloutStateFailed) }

// InProgress reports whether it is of a deployment whose rollout goes on.
func (g *Generation) InProgress() bool { return g.rolls(types.DeploymentRolloutStateInProgress) }

// Completed reports whether it is of a deployment whose rollout is complete.
func (g *Generation) Completed() bool { return g.rolls(types.DeploymentRolloutStateCompleted) }

func (g *Generation) rolls(as types.DeploymentRolloutState) bool {
	return g.Deployment != nil && g.Deployment.RolloutState == as
}

// Stop takes tasks out of the counts that the plan stops.
func (g *Generation) Stop(tasks []Task) {
	for _, t := range tasks {
		g.Counts.Active--
		if t.Status.LastStatus == state.Running {
			g.Counts.ActiveRunning--
		}
		if t.Leaving && t.Serves() && g.Leaving > 0 {
			g.Leaving--
		}
		switch t.Condition {
		case Healthy:
			g.Healthy--
		case Unhealthy:
			g.Unhealthy--
		case Unused:
			g.Unused--
		case StartingRunning:
			g.StartingRunning--
			g.Starting--
		case Pending:
			g.Starting--
		}
	}
}

// LeaveOut takes tasks out of all counts that go on but do not matter.
func (g *Generation) LeaveOut(tasks []Task) {
	g.Stop(tasks)
	for _, t := range tasks {
		g.Counts.Left--
		if t.Status.LastStatus == state.Running {
			g.Counts.Running--
		} else {
			g.Counts.Pending--
		}
	}
}

// Fail counts n more failures, of a deployment that is IN_PROGRESS as its failed tasks as well.
func (g *Generation) Fail(n int, now time.Time) {
	if n <= 0 {
		return
	}
	g.Of.Failures += n
	if g.InProgress() {
		g.Deployment.FailedTasks += n
	}
	g.Of.FailedAt = now
	g.Of.SeenHealthy = g.Counts.TurnedHealthy
}
