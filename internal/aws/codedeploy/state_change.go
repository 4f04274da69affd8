package codedeploy

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// StateChange is what CodeDeploy tells EventBridge of a deployment.
type StateChange struct {
	ID                          string // of EventBridge's event
	Scope                       arn.Scope
	DeploymentID                string
	Application, Group, GroupID string
	State                       string
}

var _ = outbox.Declare[StateChange]("codeDeployDeployment")

// ApplicationARN and GroupARN are the resources of the event.
func (c *StateChange) ApplicationARN() string { return applicationARN(c.Scope, c.Application) }

func (c *StateChange) GroupARN() string { return groupARN(In{c.Scope, c.Application}, c.Group) }

// states are what EventBridge is told of, by statuses of deployments (CD0026).
var states = map[types.DeploymentStatus]string{
	types.DeploymentStatusInProgress: "START",
	types.DeploymentStatusReady:      "READY",
	types.DeploymentStatusSucceeded:  "SUCCESS",
	types.DeploymentStatusFailed:     "FAILURE",
	types.DeploymentStatusStopped:    "STOP",
}

// AnnounceStatus tells EventBridge of a status that a deployment has come to. One that goes on after Ready has started before.
func AnnounceStatus(tx *store.Tx, d *Deployment, was, is types.DeploymentStatus, now time.Time) {
	state := states[is]
	if state == "" || is == was || was == types.DeploymentStatusReady && is == types.DeploymentStatusInProgress {
		return
	}
	outbox.Announce(tx, &StateChange{
		ID: arn.NewUUID(), Scope: d.Scope, DeploymentID: d.ID, Application: d.Application, Group: d.Group, GroupID: d.GroupID, State: state,
	}, now)
}
