package state

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

// OnInstanceUsages wakes a watch with what a change of what tasks have of a container instance
// concerns; see [store.On].
func OnInstanceUsages(wakes func(before, after *InstanceUsage) []string) store.Source {
	return store.On(instanceUsages, wakes)
}

// OnContainerInstances wakes a watch with what a change of a container instance concerns; see
// [store.On].
func OnContainerInstances(wakes func(before, after *ContainerInstance) []string) store.Source {
	return store.On(containerInstances, wakes)
}
