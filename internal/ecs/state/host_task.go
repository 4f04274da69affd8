package state

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

var (
	tasksByHost     = tasks.Index((*Task).liveHost)
	instancesByHost = containerInstances.Index(func(c *ContainerInstance) string { return c.Host })
)

// liveHost is the value of the index by which a host with a name finds its tasks.
func (t *Task) liveHost() string {
	if t.Ended() || t.Unplaced() || t.Placement.ByHand {
		return ""
	}
	return t.Placement.Host
}

// HostTasks returns the tasks of an engine with a name that have a place there and have not ended.
func HostTasks(tx *store.Tx, host string) []*Task { return tasksByHost.List(tx, host) }

// HostInstances returns the container instances of an engine with a name.
func HostInstances(tx *store.Tx, host string) []*ContainerInstance {
	return instancesByHost.List(tx, host)
}

// PlacedTasks is how many tasks have a place and have not ended. It looks at none.
func PlacedTasks(tx *store.Tx) int {
	return tasks.Len(tx) - stoppedTasks.Len(tx) - waitingTasks.Len(tx)
}
