package daemon

import (
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// StateChange is the event that ECS sends to EventBridge for a change of a daemon, as JSON; nil for one of something else.
func StateChange(e outbox.Event) []byte {
	switch c := e.Value.Value().(type) {
	case *daemon.Impaired:
		return impaired(c, e.At)
	case *daemon.DeploymentChange:
		return deploymentChange(c, e.At)
	}
	return nil
}

// impaired is the event of a task that does not run. Its resource is the task; without one it has none.
//
// Source: ECS developer guide, daemon service action events.
func impaired(i *daemon.Impaired, at time.Time) []byte {
	cluster, _ := kit.Within(i.Daemon, "daemon")
	name, kind := "DAEMON_TASK_START_IMPAIRED", "WARNING"
	event := eventbridge.Event{ID: i.ID, DetailType: "ECS Daemon Service Action", Source: "aws.ecs", Resource: i.Task, Scope: arn.ScopeOf(i.Daemon), At: at}
	event.Detail = json.RawMessage(wire.Marshal(&impairedDetail{
		CapacityProviderName: kit.Optional(&i.CapacityProvider), ClusterArn: &cluster, ContainerInstanceArn: &i.Instance, CreatedAt: kit.EventTime(&at),
		DaemonArn: &i.Daemon, DaemonRevisionArn: &i.Revision, DaemonTaskDefinitionArn: kit.Optional(&i.TaskDefinition), EventName: &name, EventType: &kind,
		FailureType: &i.Failure, Reason: kit.Optional(&i.Reason), TaskArn: kit.Optional(&i.Task),
	}))
	return event.Marshal()
}

type impairedDetail struct {
	CapacityProviderName    *string
	ClusterArn              *string
	ContainerInstanceArn    *string
	CreatedAt               *string
	DaemonArn               *string
	DaemonRevisionArn       *string
	DaemonTaskDefinitionArn *string
	EventName               *string
	EventType               *string
	FailureType             *string
	Reason                  *string
	TaskArn                 *string
}

// deploymentChange is the event of a status of a deployment.
//
// Source: ECS developer guide, daemon deployment state change events.
func deploymentChange(c *daemon.DeploymentChange, at time.Time) []byte {
	cluster, _ := kit.Within(c.Daemon, "daemon")
	name, kind := "DAEMON_DEPLOYMENT_"+string(c.Status), state.EventInfo
	if c.Status == types.DaemonDeploymentStatusRollbackFailed {
		kind = state.EventError
	}
	return kit.NewEventWithID(c.ID, "ECS Daemon Deployment State Change", c.Daemon, at, &deploymentDetail{
		ClusterArn: &cluster, DaemonArn: &c.Daemon, DaemonDeploymentArn: &c.Deployment, EventName: &name, EventType: &kind,
		TargetDaemonRevisionArn: kit.Optional(&c.Target), UpdatedAt: kit.EventTime(&at),
	})
}

type deploymentDetail struct {
	ClusterArn              *string
	DaemonArn               *string
	DaemonDeploymentArn     *string
	EventName               *string
	EventType               *string
	TargetDaemonRevisionArn *string
	UpdatedAt               *string
}
