package state

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

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
	HealthStatus types.HealthStatus // empty where nothing is checked
	Attachment   Attachment
	Volume       VolumeAttachment
	Containers   []Container
	SandboxID    string
	// SandboxSince is when the engine started the task's sandbox, and InstanceSince when it started the sandbox
	// of the container instance from which the task has its network. With another time it is another network
	// namespace, without the rules and containers of the task.
	SandboxSince, InstanceSince time.Time
	// End is why the task stops before ECS knows, if that takes its time; see Task.Stop.
	End *Stop
	// Troubles are why it or its containers could not start, the oldest first.
	Troubles []Trouble

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

type Container struct {
	Name         string
	ID           string // the last part of its ARN
	Image        string
	Phase        ContainerPhase
	RuntimeID    string // as ECS shows it; empty until the task leaves PROVISIONING
	EngineID     string // of the engine's container; empty until that is made
	ImageDigest  string
	ImageID      string // of the engine
	ExitCode     *int32
	Reason       string
	Bindings     []Binding // of a container in bridge or host mode, once it runs
	HealthStatus types.HealthStatus
	HealthSince  time.Time // when HealthStatus became what it is
	CreatedAt    time.Time // on the engine
	StartedAt    time.Time
	StoppedAt    time.Time
	Ending       *Ending      // nil: nothing was seen
	FailedCheck  *FailedCheck // the last time that it became UNHEALTHY
	Restarts     int
	// ExecAgent is its execute command agent. The agent writes it, and SubmitTaskStateChange for
	// tasks on container instances registered by hand.
	ExecAgent ManagedAgent
}

// ManagedAgent is a program that ECS runs in a container beside its own; zero is none.
type ManagedAgent struct {
	Status    string // PENDING, RUNNING or STOPPED
	StartedAt time.Time
	Reason    string
	// Disconnected: it is RUNNING, and cannot be reached. ECS does not show that.
	Disconnected bool
}

// Binding is a port of a container instance that leads to a container's port, or a range of
// them, of which each leads to the container's port that is as far from the first.
type Binding struct {
	ContainerPort, HostPort uint16
	More                    uint16 // ports that follow
	Protocol                types.TransportProtocol
}

// Count is the number of its ports.
func (b Binding) Count() int { return int(b.More) + 1 }

// LastStatus is the status that ECS shows.
func (c *Container) LastStatus() string {
	switch c.Phase {
	case ContainerRunning, ContainerStopped:
		return string(c.Phase)
	default:
		return Pending
	}
}

// Clone copies the status with its containers, which may be changed in the copy.
func (s TaskStatus) Clone() TaskStatus {
	s.Containers = append([]Container(nil), s.Containers...)
	s.Troubles = slices.Clip(s.Troubles)
	return s
}

// RuntimeID is the id of a container on Fargate, also before it is shown.
func (t *Task) RuntimeID(c *Container) string { return arn.RuntimeID(arn.Name(t.ARN), c.Name) }

// Container returns the container of a name, or nil.
func (s *TaskStatus) Container(name string) *Container {
	for i := range s.Containers {
		if s.Containers[i].Name == name {
			return &s.Containers[i]
		}
	}
	return nil
}

func pending(lastStatus string) bool {
	return lastStatus == Provisioning || lastStatus == Pending || lastStatus == Activating
}
