package state

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// TaskSpec is what a task is made of. It never changes, and tasks that were made
// together share it.
type TaskSpec struct {
	ClusterARN   string
	Family       string
	Revision     int
	Group        string
	StartedBy    string
	ServiceARN   string // empty for a standalone task
	DeploymentID string // ecs-svc/…, of a service's task
	// Daemon and DaemonRevision are ARNs; empty but for a managed daemon's task.
	Daemon, DaemonRevision string

	LaunchType          types.LaunchType
	PlatformVersion     string
	PlatformFamily      string
	Architecture        string // x86_64 or arm64
	CPU, Memory         string // CPU units and MiB, as shown
	EphemeralStorageGiB int32
	// NetworkMode is empty on Fargate, which has awsvpc alone.
	NetworkMode types.NetworkMode
	// Reserved is what the task takes of a container instance; nil on Fargate.
	Reserved *Reservation

	SecurityGroups []string
	AssignPublicIP bool
	// Volume is nil where no volume is configured at launch.
	Volume *ManagedVolume
	// FileSystems are the ids of the file systems that it mounts.
	FileSystems []string
	ServiceTraffic
	Connect *Connect
	// Checked: an essential container has a health check. It counts where there are targets.
	Checked bool

	Overrides            *types.TaskOverride // as echoed: an entry for each container
	EnableExecuteCommand bool
	CreatedAt            time.Time
}

// FamilyName is the name of the family, also of a daemon's.
func (s *TaskSpec) FamilyName() string { return strings.TrimPrefix(s.Family, arn.DaemonFamily) }

// HasInterface reports whether the task has a network interface of its own.
func (s *TaskSpec) HasInterface() bool {
	return s.NetworkMode == "" || s.NetworkMode == types.NetworkModeAwsvpc
}

// Provisions reports whether the task waits for something of its own before it is PENDING.
// Source: ECS developer guide, task lifecycle, PROVISIONING.
func (s *TaskSpec) Provisions() bool { return s.HasInterface() || s.Volume != nil }

// Reservation is what one task takes of a container instance's resources.
type Reservation struct {
	CPU, Memory     int      // CPU units and MiB
	Ports, PortsUDP []uint16 // host ports that the definition names
	GPUs            int
	ENI             bool // it has a network interface of its own
}
