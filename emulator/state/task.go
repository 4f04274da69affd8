package state

import (
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
)

// Task is a task: what it is made of (written once), whether it shall stop
// (written by StopTask alone, for whoever wants it), and how it fares (written by
// the agent).
type Task struct {
	ARN    string
	Spec   *TaskSpec
	Stop   *Stop // nil: desiredStatus RUNNING
	Status TaskStatus
	// Version rises by one with each change that ECS announces as an event.
	Version int64
	Tags    []types.Tag // written by the tag handlers

	described atomic.Pointer[[]byte]
}

// TaskSpec is what a task is made of. It never changes.
type TaskSpec struct {
	ClusterARN   string
	Family       string
	Revision     int
	Group        string
	StartedBy    string
	ServiceARN   string // empty for a standalone task
	DeploymentID string // ecs-svc/…, of a service's task

	LaunchType           types.LaunchType
	CapacityProviderName string
	PlatformVersion      string
	PlatformFamily       string
	Architecture         string // x86_64 or arm64
	CPU, Memory          string // CPU units and MiB, as shown
	EphemeralStorageGiB  int32

	SubnetID       string
	Zone           string
	SecurityGroups []string
	AssignPublicIP bool

	Overrides            *types.TaskOverride // as echoed: an entry for each container
	EnableExecuteCommand bool
	AttachmentID         string
	CreatedAt            time.Time
}

// Scope is the account and region of the task.
func (t *Task) Scope() arn.Scope { return arn.ScopeOf(t.ARN) }

// Stop is a wish to end a task, and why. The first one counts.
type Stop struct {
	Code   types.TaskStopCode
	Reason string
	At     time.Time
}

// Values of TaskStatus.LastStatus, in the order in which a task passes them.
// Source: ECS developer guide, task lifecycle.
const (
	Provisioning   = "PROVISIONING"
	Pending        = "PENDING"
	Activating     = "ACTIVATING"
	Running        = "RUNNING"
	Deactivating   = "DEACTIVATING"
	Stopping       = "STOPPING"
	Deprovisioning = "DEPROVISIONING"
	Stopped        = "STOPPED"
)

var lastStatusOrder = map[string]int{
	Provisioning: 1, Pending: 2, Activating: 3, Running: 4,
	Deactivating: 5, Stopping: 6, Deprovisioning: 7, Stopped: 8,
}

// Before reports whether a task passes status a before status b.
func Before(a, b string) bool { return lastStatusOrder[a] < lastStatusOrder[b] }

// TaskStatus is how a task fares; the agent alone writes it.
type TaskStatus struct {
	LastStatus   string
	HealthStatus types.HealthStatus // empty where ECS shows none
	Attachment   Attachment
	Containers   []Container
	SandboxID    string

	ConnectivityAt     time.Time
	PullStartedAt      time.Time
	PullStoppedAt      time.Time
	StartedAt          time.Time
	ExecutionStoppedAt time.Time
	StoppedAt          time.Time
}

// Attachment is the task's elastic network interface.
type Attachment struct {
	Status         string // PRECREATED … ATTACHED … DELETED
	NetworkID      string // eni-…
	MAC            string
	PrivateDNSName string
	PrivateIPv4    string
}

// ContainerPhase is how far a container has come inside the agent; ECS shows only
// PENDING, RUNNING and STOPPED of it.
type ContainerPhase string

// Phases in their order. Source: amazon-ecs-agent's container statuses.
const (
	ContainerNone    ContainerPhase = ""
	ContainerPulled  ContainerPhase = "PULLED"
	ContainerCreated ContainerPhase = "CREATED"
	ContainerRunning ContainerPhase = "RUNNING"
	ContainerStopped ContainerPhase = "STOPPED"
)

// Container is one container of a task.
type Container struct {
	Name         string
	ARN          string
	Image        string
	Phase        ContainerPhase
	RuntimeID    string
	ImageDigest  string
	ExitCode     *int32
	Reason       string
	HealthStatus types.HealthStatus
	StartedAt    time.Time
	StoppedAt    time.Time
	Restarts     int
}

// LastStatus is the status that ECS shows.
func (c *Container) LastStatus() string {
	switch c.Phase {
	case ContainerRunning, ContainerStopped:
		return string(c.Phase)
	default:
		return Pending
	}
}

// Key is the task's ARN.
func (t *Task) Key() string { return t.ARN }

// DesiredStatus is RUNNING or STOPPED.
func (t *Task) DesiredStatus() string {
	if t.Stop != nil {
		return Stopped
	}
	return Running
}

// Ended reports whether the task is STOPPED for good.
func (t *Task) Ended() bool { return t.Status.LastStatus == Stopped }

// Clone copies the task for a change; containers may be changed in the copy.
func (t *Task) Clone() *Task {
	return &Task{
		ARN: t.ARN, Spec: t.Spec, Stop: t.Stop, Status: t.Status.Clone(),
		Version: t.Version, Tags: t.Tags,
	}
}

// Clone copies the status with its containers.
func (s TaskStatus) Clone() TaskStatus {
	s.Containers = append([]Container(nil), s.Containers...)
	return s
}

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
func (s *TaskSpec) liveDeployment(t *Task) string {
	if s.DeploymentID == "" || t.Ended() {
		return ""
	}
	return s.ServiceARN + "\x00" + s.DeploymentID
}

// ageKey sorts stopped tasks by their end.
func (t *Task) ageKey() string {
	if !t.Ended() {
		return ""
	}
	return timeKey(t.Status.StoppedAt)
}

// Task returns a task, or nil.
func (tx *Tx) Task(arn string) *Task { return get[*Task](tx, tableTask, arn) }

// Tasks returns the tasks of a cluster, those that stopped included, by id.
func (tx *Tx) Tasks(cluster *Cluster) []*Task {
	return scan[*Task](tx, tableTask, arn.ScopeOf(cluster.ARN).Tasks(cluster.Name))
}

// AllTasks returns every task.
func (tx *Tx) AllTasks() []*Task { return scan[*Task](tx, tableTask, "") }

// DeploymentTasks returns the tasks of a deployment that have not ended.
func (tx *Tx) DeploymentTasks(serviceARN, deploymentID string) []*Task {
	return collect[*Task](tx, tableTask, "deployment", serviceARN+"\x00"+deploymentID)
}

// AddTask writes a new task.
func (tx *Tx) AddTask(t *Task) {
	t.Version = 1
	put(tx, tableTask, t)
	tx.summarise(nil, t)
}

// StopTask asks for the end of a task. It reports false when there is no such
// task; a task that shall stop already keeps its first reason.
func (tx *Tx) StopTask(arn string, stop Stop) bool {
	old := tx.Task(arn)
	if old == nil {
		return false
	}
	if old.Stop != nil {
		return true
	}
	t := old.Clone()
	t.Stop = &stop
	t.Version++
	put(tx, tableTask, t)
	tx.summarise(old, t)
	return true
}

// PutTaskStatus writes how a task fares, for the agent. announce is how many events
// ECS sends for the change. A status that is not ahead of the stored one is
// a mistake of the caller and is not taken: states move forward only.
func (tx *Tx) PutTaskStatus(arn string, status TaskStatus, announce int) {
	old := tx.Task(arn)
	if old == nil || Before(status.LastStatus, old.Status.LastStatus) {
		return
	}
	t := old.Clone()
	t.Status = status
	t.Version += int64(announce)
	put(tx, tableTask, t)
	tx.summarise(old, t)
}

// PutTaskTags writes the tags of a task.
func (tx *Tx) PutTaskTags(arn string, tags []types.Tag) {
	t := tx.Task(arn).Clone()
	t.Tags = tags
	put(tx, tableTask, t)
}

// ForgetStoppedTasks removes the tasks that stopped before a time. It looks only
// at those.
func (tx *Tx) ForgetStoppedTasks(before time.Time) { forget(tx, tableTask, before) }

// RemoveTask forgets a task that ended.
func (tx *Tx) RemoveTask(t *Task) { remove(tx, tableTask, t) }
