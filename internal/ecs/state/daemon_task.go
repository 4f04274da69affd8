package state

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

// OnDaemonTasks wakes with the ARN of the container instance of each task of a managed daemon that changes.
func OnDaemonTasks() store.Source {
	return store.On(tasks, func(_, after *Task) []string {
		if after == nil || after.Spec.Daemon == "" {
			return nil
		}
		return []string{after.Placement.ContainerInstance}
	})
}
