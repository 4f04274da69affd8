package query

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Subject is the container instance about which an expression is asked.
type Subject struct {
	Instance *state.ContainerInstance
	Running  int    // its runningTasksCount
	Groups   Groups // of its tasks
}

// Groups are the groups of the tasks of a container instance.
type Groups interface {
	Has(group string) bool
	Any(wanted func(group string) bool) bool
}

// Of is a container instance as a transaction sees it.
func Of(tx *store.Tx, instance *state.ContainerInstance) *Subject {
	return &Subject{instance, state.FindInstanceUsage(tx, instance.ARN).Running, instanceGroups{tx, instance.ARN}}
}

type instanceGroups struct {
	tx  *store.Tx
	arn string
}

func (g instanceGroups) Has(group string) bool {
	return g.Any(func(other string) bool { return other == group })
}

func (g instanceGroups) Any(wanted func(group string) bool) bool {
	return slices.ContainsFunc(state.InstanceTasks(g.tx, g.arn), func(t *state.Task) bool { return wanted(t.Spec.Group) })
}
