package state

import (
	"iter"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	tasks             = store.NewTable("task", func(t *Task) string { return t.ARN })
	tasksByDeployment = tasks.Index((*Task).liveDeployment)
	tasksByInstance   = tasks.Index((*Task).liveInstance)
	tasksByGroup      = tasks.Index((*Task).liveGroup)
	stoppedTasks      = tasks.Ages((*Task).endedAt).AtMost(maxStoppedTasks)
)

// Task is a task: what it is made of (written once), where it runs (written by
// its maker), whether it shall stop (written by StopTask alone, for all that
// ask), and how it fares (written by the agent).
type Task struct {
	ARN       string
	Spec      *TaskSpec
	Placement *Placement
	Stop      *Stop // nil: desiredStatus RUNNING
	Status    TaskStatus
	// Version rises by one with each change that ECS announces as an event.
	Version int64
	Tags    []types.Tag // written by the tag handlers
	// ProtectedUntil is until when the scheduler does not stop the task to scale in or to
	// deploy; zero is not at all. Handlers write it.
	ProtectedUntil time.Time
	// Traffic is nil until the task is registered for requests; package tasktraffic writes it.
	Traffic *TaskTraffic

	described atomic.Pointer[[]byte]
}

// Placement is where a task runs; zero is nowhere yet. See package placement.
type Placement struct {
	CapacityProvider string // empty where a launch type was asked for
	// Waiting: the task has no place yet; see [Waiting].
	Waiting        *Waiting
	SubnetID, Zone string
	AttachmentID   string // of the network interface that the task gets there
	// VolumeAttachmentID and VolumeID are of the managed volume that the task gets.
	VolumeAttachmentID, VolumeID string
	ConnectAttachmentID          string // of the proxy of Service Connect that the task gets
	// ContainerInstance is its ARN; empty on Fargate.
	ContainerInstance string
	// ByHand: no agent of the emulator runs it; see ContainerInstance.ByHand.
	ByHand bool
	GPUs   []string // ids
	Host   string   // the engine that runs it; empty is the one without a name
}

// Scope is the account and region of the task.
func (t *Task) Scope() arn.Scope { return arn.ScopeOf(t.ARN) }

// Stop is a wish to end a task, and why. The first one counts.
type Stop struct {
	Code   types.TaskStopCode
	Reason string
	At     time.Time
	// By is who asked for it, where that was a caller: an ARN, as of Call.Principal.
	By string
	// Cause and Detail are what the one that stops it knew beyond the code: of an unhealthy task, why.
	Cause  StopCause
	Detail string
}

// NoCapacity is the reason of tasks that Fargate has no room for.
// Source: field reports of RunTask's failures and of service events.
const NoCapacity = "Capacity is unavailable at this time. Please try again later or in a different availability zone"

// EngineGone is the reason of tasks that end with what runs them. It is the emulator's own: on AWS nothing of the kind happens.
const EngineGone = "ecs-emulator: the container engine that ran the task is gone."

// DesiredStatus is RUNNING or STOPPED.
func (t *Task) DesiredStatus() string {
	if t.Stop != nil {
		return Stopped
	}
	return Running
}

// Ended reports whether the task is STOPPED for good.
func (t *Task) Ended() bool { return t.Status.LastStatus == Stopped }

// next is the row that comes after this one.
func (t *Task) next(status TaskStatus) *Task {
	return &Task{
		ARN: t.ARN, Spec: t.Spec, Placement: t.Placement, Stop: t.Stop, Status: status,
		Version: t.Version, Tags: t.Tags, ProtectedUntil: t.ProtectedUntil, Traffic: t.Traffic,
	}
}

// Protected reports whether the task is protected from scale-in and deployments.
func (t *Task) Protected(now time.Time) bool { return now.Before(t.ProtectedUntil) }

// Described returns what describe made of this row, which is made only once: rows
// do not change.
func (t *Task) Described(describe func(*Task) []byte) []byte {
	if known := t.described.Load(); known != nil {
		return *known
	}
	body := describe(t)
	t.described.Store(&body)
	return body
}

// liveDeployment is the value of the index by which a service finds its tasks.
func (t *Task) liveDeployment() string {
	if t.Spec.DeploymentID == "" || t.Ended() {
		return ""
	}
	return t.Spec.ServiceARN + "\x00" + t.Spec.DeploymentID
}

// liveInstance is the value of the index by which a container instance finds its tasks.
func (t *Task) liveInstance() string {
	if t.Ended() {
		return ""
	}
	return t.Placement.ContainerInstance
}

// liveGroup is the value of the index by which placement finds the tasks of a group on
// container instances.
func (t *Task) liveGroup() string {
	if t.Placement.ContainerInstance == "" || t.Ended() {
		return ""
	}
	return t.Spec.ClusterARN + "\x00" + t.Spec.Group
}

// endedAt is zero for a task that has not ended.
func (t *Task) endedAt() time.Time {
	if !t.Ended() {
		return time.Time{}
	}
	return t.Status.StoppedAt
}

// FindTask returns a task, or nil.
func FindTask(tx *store.Tx, arn string) *Task { return tasks.Get(tx, arn) }

// WatchTasks wakes with the ARN of each task that changes.
func WatchTasks(s *store.Store) *store.Watch {
	return s.Watch(0, store.OnKeys(tasks))
}

// OnTasks wakes a watch with what a change of a task concerns; see [store.On].
func OnTasks(wakes func(before, after *Task) []string) store.Source { return store.On(tasks, wakes) }

// Tasks returns the tasks of a cluster, those that stopped included, by id.
func Tasks(tx *store.Tx, cluster *Cluster) []*Task {
	return tasks.List(tx, arn.ScopeOf(cluster.ARN).Tasks(cluster.Name))
}

// TasksBeginning returns the tasks of all clusters whose ids begin so.
func TasksBeginning(tx *store.Tx, id string) (found []*Task) {
	for _, c := range Clusters.All(tx) {
		found = append(found, tasks.List(tx, c.Scope().Tasks(c.Name)+id)...)
	}
	return found
}

func AllTasks(tx *store.Tx) []*Task { return tasks.List(tx, "") }

// DeploymentTasks returns the tasks of a deployment that have not ended.
func DeploymentTasks(tx *store.Tx, serviceARN, deploymentID string) []*Task {
	return tasksByDeployment.List(tx, serviceARN+"\x00"+deploymentID)
}

// InstanceTasks returns the tasks of a container instance that have not ended.
func InstanceTasks(tx *store.Tx, containerInstanceARN string) []*Task {
	return tasksByInstance.List(tx, containerInstanceARN)
}

// GroupTasks returns the tasks of a group on container instances that have not ended.
// Those of a service have the group service:<name>.
func GroupTasks(tx *store.Tx, clusterARN, group string) []*Task {
	return tasksByGroup.List(tx, clusterARN+"\x00"+group)
}

// maxStoppedTasks is how many tasks that stopped are kept, of any age: a
// hundred thousand short ones would take a third of a gigabyte. ECS has no such bound;
// it is the emulator's own.
const maxStoppedTasks = 10_000

// ForgetStoppedTasks removes the tasks that stopped before a time. It looks only
// at those.
func ForgetStoppedTasks(tx *store.Tx, before time.Time) { stoppedTasks.Forget(tx, before) }

// NewestStopped goes through the tasks that have STOPPED, the newest first.
func NewestStopped(tx *store.Tx) iter.Seq[*Task] { return stoppedTasks.Newest(tx) }

// RemoveTask forgets a task that ended.
func RemoveTask(tx *store.Tx, t *Task) { tasks.Delete(tx, t) }

// Waiting is what a task asks of the container instance that it waits for: a task on a capacity
// provider with managed scaling, as long as no instance has room. It is PROVISIONING, without
// container instance and zone, and no agent knows of it. One that ends without a place keeps it.
// A task on Fargate waits so for an engine, where there are several and none that suits answers: it has its zone.
type Waiting struct {
	Subnets     []string                    // those asked for, with awsvpc alone
	Constraints []types.PlacementConstraint // of its definition, too
	Strategy    []types.PlacementStrategy
	// Reason is why the last attempt to place it found no instance, in the words of RunTask's
	// failures.
	Reason string
}

// Unplaced reports whether the task has no place, or never had one: it waits, or has ended while
// it did. Nothing of it is on a machine.
func (t *Task) Unplaced() bool { return t.Placement.Waiting != nil }

// OnFargate reports whether the task runs there. One that waits for a container instance does not.
func (t *Task) OnFargate() bool { return t.Placement.ContainerInstance == "" && !t.Unplaced() }

// Waits reports whether the task waits for a container instance or an engine. It ends once: with [PlaceTask]
// or [EndWaiting].
func (t *Task) Waits() bool { return t.Unplaced() && !t.Ended() }

// WaitsForEngine reports whether a task waits for an engine.
func (t *Task) WaitsForEngine() bool {
	return t.Waits() && t.Spec.LaunchType == types.LaunchTypeFargate
}
