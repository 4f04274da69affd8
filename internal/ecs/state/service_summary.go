package state

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var serviceSummaries = store.NewTable("service-summary", func(s *ServiceSummary) string { return s.ServiceARN })

// ServiceSummary counts the tasks of a service's deployments. State itself keeps
// it, in the transaction that changes a task; the scheduler watches it and lists
// tasks only when the counts call for action.
type ServiceSummary struct {
	ServiceARN  string
	Deployments []DeploymentCounts
	Placed      []PlacedCounts
	Starts      []StartCounts
}

type DeploymentCounts struct {
	ID string
	// Tasks that have not ended, by lastStatus, whether or not they shall stop.
	Pending, Running int
	// Left is the number of tasks that have not ended.
	Left int
	// Of the tasks whose desiredStatus is RUNNING: all of them, those that run,
	// those whose health check says so, and those that have lost a target.
	Active, ActiveRunning    int
	Healthy, Unhealthy, Lost int
	// Protected are those that have been, if only until a time that is over.
	Protected int
	// Since the deployment began: tasks that reached RUNNING, that stopped before
	// they did, that exited by themselves afterwards, and how often one turned
	// HEALTHY.
	Started, FailedToStart, Exited int
	TurnedHealthy                  int
	// Likewise: tasks that were registered, and of these those that were deregistered; see [TaskTraffic].
	Registered, Deregistered int
	// LastFailure is the stoppedReason of the last that stopped before it ran.
	LastFailure   string
	LastStartedAt time.Time
}

// ActivePending counts the tasks that have yet to run and shall.
func (d DeploymentCounts) ActivePending() int { return d.Active - d.ActiveRunning }

// Of returns the counts of a deployment; zeros when it has no tasks.
func (s *ServiceSummary) Of(deploymentID string) DeploymentCounts {
	for _, d := range s.Deployments {
		if d.ID == deploymentID {
			return d
		}
	}
	return DeploymentCounts{ID: deploymentID}
}

// Registered reports whether a task is registered where requests find it, if only one that has ended by itself and is
// about to be deregistered.
func (s *ServiceSummary) Registered() bool {
	return slices.ContainsFunc(s.Deployments, func(d DeploymentCounts) bool { return d.Registered > d.Deregistered })
}

// FindServiceSummary returns the counts of a service; zeros when it has no tasks.
func FindServiceSummary(tx *store.Tx, serviceARN string) *ServiceSummary {
	if s := serviceSummaries.Get(tx, serviceARN); s != nil {
		return s
	}
	return &ServiceSummary{ServiceARN: serviceARN}
}

// OnServiceSummaries wakes a watch with what a change of a service's counts concerns; see [store.On].
func OnServiceSummaries(wakes func(before, after *ServiceSummary) []string) store.Source {
	return store.On(serviceSummaries, wakes)
}

// summarise carries the change of a task at a time into the summaries. before is nil for a
// new task.
func summarise(tx *store.Tx, before, after *Task, at time.Time) {
	summariseCluster(tx, before, after)
	if after.Spec.ServiceARN == "" {
		return
	}
	old := FindServiceSummary(tx, after.Spec.ServiceARN)
	counts := old.Of(after.Spec.DeploymentID)
	changed := counts
	if before != nil {
		changed.add(before, -1)
	}
	changed.add(after, +1)
	changed.count(before, after)
	if changed == counts && !protectedAnew(before, after) && !unusedAnew(before, after) && !placedAnew(before, after) {
		return
	}
	s := &ServiceSummary{
		ServiceARN: old.ServiceARN, Deployments: slices.Clone(old.Deployments),
		Placed: placed(old.Placed, before, after), Starts: starts(old.Starts, before, after),
	}
	place := slices.IndexFunc(s.Deployments, func(d DeploymentCounts) bool { return d.ID == changed.ID })
	if place < 0 {
		s.Deployments = append(s.Deployments, changed)
	} else {
		s.Deployments[place] = changed
	}
	serviceSummaries.Put(tx, s)
	if changed.Running != counts.Running && ledger.GoesOn(tx, s.ServiceARN) {
		ledger.SetExtra(tx, s.ServiceARN, s.extra(FindService(tx, s.ServiceARN)), at)
	}
}

// protectedAnew reports whether a protection ends at another time than before. No count tells
// it, and the scheduler wakes at the end it knows of.
func protectedAnew(before, after *Task) bool {
	return before != nil && !before.ProtectedUntil.Equal(after.ProtectedUntil)
}

// placedAnew reports whether a task that waited has a place.
func placedAnew(before, after *Task) bool { return before != nil && before.Waits() && !after.Waits() }

// unusedAnew reports whether a target has come out of use, or into it. No count tells it.
func unusedAnew(before, after *Task) bool {
	return before != nil && before.Unused() != after.Unused()
}

// add counts what is true of a task now.
func (d *DeploymentCounts) add(t *Task, n int) {
	status := t.Status.LastStatus
	if status == Stopped {
		return
	}
	d.Left += n
	switch {
	case pending(status):
		d.Pending += n
	case status == Running:
		d.Running += n
	}
	if t.Stop != nil {
		return
	}
	d.Active += n
	if !t.ProtectedUntil.IsZero() {
		d.Protected += n
	}
	if status != Running {
		return
	}
	d.ActiveRunning += n
	if t.lost() {
		d.Lost += n
	}
	switch t.Health() {
	case types.HealthStatusHealthy:
		d.Healthy += n
	case types.HealthStatusUnhealthy:
		d.Unhealthy += n
	}
}

// count records what happened to a task just now.
func (d *DeploymentCounts) count(before, after *Task) {
	if before == nil {
		return
	}
	if before.Status.StartedAt.IsZero() && !after.Status.StartedAt.IsZero() {
		d.Started++
		d.LastStartedAt = after.Status.StartedAt
	}
	if before.Health() != types.HealthStatusHealthy && after.Health() == types.HealthStatusHealthy {
		d.TurnedHealthy++
	}
	d.countTraffic(before.Traffic, after.Traffic)
	if before.Stop != nil || after.Stop == nil {
		return
	}
	switch after.Stop.Code {
	case types.TaskStopCodeTaskFailedToStart:
		if before.Waits() && after.Stop.Cause != StopNoInstanceType {
			return // there was no instance on which it could have failed
		}
		d.FailedToStart++
		d.LastFailure = after.Stop.Reason
	case types.TaskStopCodeEssentialContainerExited:
		d.Exited++
	}
}

func (d *DeploymentCounts) countTraffic(before, after *TaskTraffic) {
	if after == nil || after == before {
		return
	}
	if before == nil {
		before = &TaskTraffic{}
	}
	if before.RegisteredAt.IsZero() && !after.RegisteredAt.IsZero() {
		d.Registered++
	}
	if before.DeregisteredAt.IsZero() && !after.DeregisteredAt.IsZero() && !after.RegisteredAt.IsZero() {
		d.Deregistered++
	}
}

func summariseCluster(tx *store.Tx, before, after *Task) {
	old := FindClusterSummary(tx, after.Spec.ClusterARN)
	changed := *old
	if before != nil {
		changed.addTask(before, -1)
	}
	changed.addTask(after, +1)
	if changed != *old {
		clusterSummaries.Put(tx, &changed)
	}
}

func (c *ClusterSummary) addTask(t *Task, n int) {
	if !t.Ended() {
		c.FargateCPU.add(t.Spec.LaunchType, t.Placement.CapacityProvider, t.Spec.CPU, n)
	}
	if t.Stop != nil { // ECS0065: it is not counted any more
		return
	}
	c.Waiting += n * count(t.Waits() && !t.WaitsForEngine())
	running, waiting := &c.RunningEC2, &c.PendingEC2
	switch t.Spec.LaunchType {
	case types.LaunchTypeFargate:
		running, waiting = &c.RunningFargate, &c.PendingFargate
	case types.LaunchTypeExternal:
		running, waiting = &c.RunningExternal, &c.PendingExternal
	case types.LaunchTypeManagedInstances:
		running, waiting = &c.RunningManaged, &c.PendingManaged
	}
	switch status := t.Status.LastStatus; {
	case pending(status):
		*waiting += n
	case status == Running:
		*running += n
	}
}
