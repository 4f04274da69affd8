package daemon

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	_ = outbox.Declare[Impaired]("daemonImpaired")
	_ = outbox.Declare[DeploymentChange]("daemonDeployment")
)

// Why a task of a daemon does not run. Source: ECS developer guide, daemon service action events (DM11).
const (
	TaskFailedToRun    = "TASK_FAILED_TO_RUN"
	TaskCreationFailed = "TASK_CREATION_FAILED"
)

// Impaired is that a task of a daemon has not started, or has not stayed.
type Impaired struct {
	ID                                          string
	Daemon, Revision, TaskDefinition            string // ARNs
	Instance, CapacityProvider, Failure, Reason string // the capacity provider by its name
	Task                                        string // ARN; empty if there is none
}

// DeploymentChange is a status that a deployment has come to.
type DeploymentChange struct {
	ID, Daemon, Deployment, Target string
	Status                         types.DaemonDeploymentStatus
}

// AnnounceImpaired keeps it as an event.
func AnnounceImpaired(tx *store.Tx, i Impaired, at time.Time) {
	i.ID = arn.NewUUID()
	outbox.Announce(tx, &i, at)
}

// AnnounceDeployment keeps a status as an event.
func AnnounceDeployment(tx *store.Tx, d *Deployment, status types.DaemonDeploymentStatus, at time.Time) {
	outbox.Announce(tx, &DeploymentChange{ID: arn.NewUUID(), Daemon: d.Daemon, Deployment: d.ARN, Target: d.Target, Status: status}, at)
}
