package faults

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// onRunning are kinds that hit what runs already: a user who adds one expects to see it.
var onRunning = []Kind{Crash, StopExecAgent, DisconnectExecAgent}

// Idle says that a fault hits nothing yet, as no running task matches it. It is empty if one does, and for faults that
// begin later or choose by images, which only the engine compares.
func Idle(tx *store.Tx, f Fault) string {
	where := f.Where()
	if !slices.Contains(onRunning, f.Kind) || f.At > 0 || f.Image != "" || where == "" {
		return ""
	}
	for _, t := range state.AllTasks(tx) {
		if !t.Ended() && f.chooses(t) {
			return ""
		}
	}
	return "no running task matches fault " + f.ID + " (" + where + "): it waits for one"
}

// chooses reports whether a fault is about a task, or about a container of it.
func (f Fault) chooses(t *state.Task) bool {
	ofName := matching(f.Container)
	return matching(f.Family)(t.Spec.FamilyName()) && (f.Zone == "" || f.Zone == t.Placement.Zone) &&
		matching(f.Task)(arn.Name(t.ARN), t.ARN) && matching(f.Cluster)(arn.ClusterName(t.ARN), t.Spec.ClusterARN) &&
		(f.Container == "" || slices.ContainsFunc(t.Status.Containers, func(c state.Container) bool { return ofName(c.Name) }))
}
