package state

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var waitingTasks = tasks.Index((*Task).waitsIn)

// WaitsAtMost is for how long a task waits. Source: field reports of 10 to 30 minutes; ECS developer
// guide, cluster auto scaling, for the limit as such.
const WaitsAtMost = 15 * time.Minute

// waitsIn is the value of the index by which the tasks that wait in a cluster are found.
func (t *Task) waitsIn() string {
	if !t.Waits() {
		return ""
	}
	return t.Spec.ClusterARN
}

// WaitingTasks returns the tasks of a cluster that wait for container instances of a capacity
// provider, in order of their ARNs.
func WaitingTasks(tx *store.Tx, clusterARN, provider string) []*Task {
	return slices.DeleteFunc(AllWaitingTasks(tx, clusterARN), func(t *Task) bool { return t.Placement.CapacityProvider != provider })
}

// AllWaitingTasks returns the tasks of a cluster that wait for container instances, in order of
// their ARNs, those that shall stop included.
func AllWaitingTasks(tx *store.Tx, clusterARN string) []*Task {
	return waitingTasks.List(tx, clusterARN)
}

// onWaitingTasks wakes a watch with the cluster's ARN when a task begins to wait, shall stop
// meanwhile, or has ended to wait.
func onWaitingTasks() store.Source {
	return store.On(tasks, func(before, after *Task) []string {
		switch {
		case after != nil && after.Waits() && (before == nil || before.Stop != after.Stop):
			return []string{after.Spec.ClusterARN}
		case before != nil && before.Waits() && (after == nil || !after.Waits()):
			return []string{before.Spec.ClusterARN}
		}
		return nil
	})
}

// OnWaitingTasks wakes a watch with what a task concerns that begins to wait.
func OnWaitingTasks(wakes func(t *Task) []string) store.Source {
	return store.On(tasks, func(before, after *Task) []string {
		if before == nil && after.Waits() {
			return wakes(after)
		}
		return nil
	})
}

// WatchWaitingTasks wakes with the ARN of each cluster in which a task begins or ends to wait for a
// container instance, or there may be room for one: an instance changes, or what WatchRoom tells.
func WatchWaitingTasks(s *store.Store) *store.Watch {
	return s.Watch(0, onWaitingTasks(),
		store.On(containerInstances, func(before, after *ContainerInstance) []string {
			if after == nil {
				return []string{before.ClusterARN()}
			}
			return []string{after.ClusterARN()}
		}),
		store.On(instanceUsages, wakesForRoom), store.On(services, wakesForDaemon))
}

// PlaceTask gives a task that waits its place on a container instance or an engine, and announces it. What it
// has got already, the ids of its network interface and of its volume, it keeps.
// It reports false for a task that does not wait any more, or shall stop.
func PlaceTask(tx *store.Tx, arn string, place Placement, at time.Time) bool {
	old := FindTask(tx, arn)
	if old == nil || !old.Waits() || old.Stop != nil {
		return false
	}
	had := old.Placement
	place.Waiting, place.CapacityProvider = nil, had.CapacityProvider
	place.AttachmentID, place.VolumeAttachmentID, place.VolumeID = had.AttachmentID, had.VolumeAttachmentID, had.VolumeID
	place.ConnectAttachmentID = had.ConnectAttachmentID
	t := old.next(old.Status)
	t.Placement = &place
	if !t.Spec.Provisions() {
		t.Status.LastStatus = Pending
	}
	if place.ContainerInstance != "" {
		t.Status.ConnectivityAt = at
	}
	t.Version++
	outbox.Announce(tx, t, at)
	putTask(tx, old, t, at)
	return true
}

// EndWaiting ends a task that waits and shall stop: it is STOPPED, has never had anything of an
// instance, and none of its containers has been started. It reports false for a task that does not
// wait any more, or shall not stop.
func EndWaiting(tx *store.Tx, arn string, at time.Time) bool {
	old := FindTask(tx, arn)
	if old == nil || !old.Waits() || old.Stop == nil {
		return false
	}
	t := old.next(old.Status.Clone())
	t.Status.LastStatus, t.Status.StoppedAt = Stopped, at
	for i := range t.Status.Containers {
		c := &t.Status.Containers[i]
		if c.Phase, c.StoppedAt = ContainerStopped, at; c.ExecAgent.Status != "" {
			c.ExecAgent.Status = Stopped
		}
	}
	if t.Spec.HasInterface() {
		t.Status.Attachment.Status = "DELETED"
	}
	if t.Spec.Volume != nil {
		t.Status.Volume.Status = "DELETED"
	}
	t.Version++
	outbox.Announce(tx, t, at)
	putTask(tx, old, t, at)
	return true
}

// ExplainWaiting keeps why an attempt to place a task that waits found no instance. ECS announces
// nothing of it.
func ExplainWaiting(tx *store.Tx, arn, reason string) {
	old := FindTask(tx, arn)
	if old == nil || !old.Waits() || old.Placement.Waiting.Reason == reason {
		return
	}
	place, waiting := *old.Placement, *old.Placement.Waiting
	waiting.Reason, place.Waiting = reason, &waiting
	t := old.next(old.Status)
	t.Placement = &place
	putTask(tx, old, t, time.Time{})
}
