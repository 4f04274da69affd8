package observe

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Condition is how a task counts, in the order in which tasks are stopped first.
type Condition int

// Values of Condition.
const (
	Pending         Condition = iota // not yet RUNNING
	Unhealthy                        // fails its health check
	Unused                           // RUNNING, and cannot become healthy: a target is not in use
	StartingRunning                  // RUNNING, yet to count as healthy
	Healthy
)

// Task is a task that may be stopped.
type Task struct {
	*state.Task
	Condition Condition
	Leaving   bool // its container instance drains
	Protected bool // from scale-in and deployments
}

// Serves reports whether a task runs and fails no check.
func (t Task) Serves() bool { return t.Condition > Unhealthy }

// Tasks lists the tasks of a generation that have not been told to stop, not by
// the plan either.
func (v *View) Tasks(g *Generation) []Task {
	var list []Task
	for _, t := range v.Input.Tasks(g.Of.ID) {
		if t.Stop == nil && !t.Ended() && !v.Stopping[t.ARN] {
			list = append(list, Task{t, v.condition(g, t), v.Draining[t.ARN], v.protects(t)})
		}
	}
	return list
}

// LeavingTasks are the ones among Tasks whose container instances drain: a few of many, of which alone more is looked at.
func (v *View) LeavingTasks(g *Generation) []Task {
	var list []Task
	for _, t := range v.Input.Tasks(g.Of.ID) {
		if v.Draining[t.ARN] && t.Stop == nil && !t.Ended() && !v.Stopping[t.ARN] {
			list = append(list, Task{t, v.condition(g, t), true, v.protects(t)})
		}
	}
	return list
}

// protects reports whether a task is protected, and wakes when it no longer is.
func (v *View) protects(t *state.Task) bool {
	if !t.Protected(v.Now) {
		return false
	}
	v.Plan.Wake(t.ProtectedUntil)
	return true
}
