package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// generation is a deployment with its tasks by how they fare, in numbers.
type generation struct {
	deployment *state.Deployment // of the planner's copy
	definition *types.TaskDefinition
	// checked: an essential container has a health check, or load balancers check targets.
	checked bool
	counts  state.DeploymentCounts

	// Of counts.Active, which are their sum: those that serve, those that failed
	// their health checks, those that run with a target that cannot become healthy, and
	// those yet to become one or the other, of which the last ones run already.
	healthy, unhealthy, unused int
	starting                   int
	startingRunning            int
	// leaving is how many of those that run, and fail no check, are on container instances
	// that drain: others are to stand in for them.
	leaving int
}

// hasEssentialCheck reports whether a task's health is known from its containers.
func hasEssentialCheck(def *types.TaskDefinition) bool {
	return slices.ContainsFunc(def.ContainerDefinitions, task.ChecksHealth)
}

func failed(g *generation) bool {
	return g.deployment.RolloutState == types.DeploymentRolloutStateFailed
}

func inProgress(g *generation) bool {
	return g.deployment.RolloutState == types.DeploymentRolloutStateInProgress
}

func completed(g *generation) bool {
	return g.deployment.RolloutState == types.DeploymentRolloutStateCompleted
}

// stopped takes tasks out of the counts that the plan stops.
func (g *generation) stopped(tasks []stopCandidate) {
	for _, t := range tasks {
		g.counts.Active--
		if t.task.Status.LastStatus == state.Running {
			g.counts.ActiveRunning--
		}
		if t.leaving && t.serves() && g.leaving > 0 {
			g.leaving--
		}
		switch t.condition {
		case healthy:
			g.healthy--
		case unhealthy:
			g.unhealthy--
		case unused:
			g.unused--
		case startingRunning:
			g.startingRunning--
			g.starting--
		case pending:
			g.starting--
		}
	}
}

// without takes tasks out of all counts that go on but do not matter.
func (g *generation) without(tasks []stopCandidate) {
	g.stopped(tasks)
	for _, t := range tasks {
		g.counts.Left--
		if t.task.Status.LastStatus == state.Running {
			g.counts.Running--
		} else {
			g.counts.Pending--
		}
	}
}
