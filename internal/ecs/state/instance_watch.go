package state

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// drainingInstances finds those of a cluster without a look at the others.
var drainingInstances = containerInstances.Index(func(c *ContainerInstance) string {
	if c.Status != InstanceDraining {
		return ""
	}
	return c.ClusterARN()
})

// DrainingInstances returns the container instances of a cluster that are DRAINING.
func DrainingInstances(tx *store.Tx, clusterARN string) []*ContainerInstance {
	return drainingInstances.List(tx, clusterARN)
}

// WatchRoom wakes with the ARN of each cluster in which a task gives back what it had of
// a container instance, or a DAEMON service changes, for which room is kept: there may be
// room for another task. A task that takes resources causes no wake-up.
func WatchRoom(s *store.Store) *store.Watch {
	return s.Watch(0, store.On(instanceUsages, wakesForRoom), store.On(services, wakesForDaemon))
}

func wakesForDaemon(before, _ *Service) []string {
	if before == nil || before.SchedulingStrategy != types.SchedulingStrategyDaemon {
		return nil
	}
	return []string{before.ClusterARN}
}

func wakesForRoom(before, after *InstanceUsage) []string {
	if before == nil || after == nil || !after.frees(before) {
		return nil
	}
	return []string{arn.ScopeOf(after.ARN).Cluster(arn.ClusterName(after.ARN))}
}

// frees reports whether something is free now that was taken before. A port that another
// one has replaced counts, also if as many are taken as before.
func (u *InstanceUsage) frees(before *InstanceUsage) bool {
	lost := func(old, now []uint16) bool {
		return slices.ContainsFunc(old, func(port uint16) bool { _, kept := slices.BinarySearch(now, port); return !kept })
	}
	return u.Left < before.Left || u.CPU < before.CPU || u.Memory < before.Memory || u.ENIs < before.ENIs ||
		len(u.GPUs) < len(before.GPUs) || lost(before.Ports, u.Ports) || lost(before.PortsUDP, u.PortsUDP)
}

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
