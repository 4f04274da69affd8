package state

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// The types of what services tell EventBridge. Source: ECS developer guide, service action events.
const (
	EventInfo  = "INFO"
	EventWarn  = "WARN"
	EventError = "ERROR"
)

// The names of what is told of a deployment. Source: ECS developer guide, service deployment state
// change events.
const (
	DeploymentBegins    = "SERVICE_DEPLOYMENT_IN_PROGRESS"
	DeploymentCompletes = "SERVICE_DEPLOYMENT_COMPLETED"
	DeploymentFails     = "SERVICE_DEPLOYMENT_FAILED"
)

// ServiceAction is what ECS tells EventBridge of a service. State makes its ID: there is no version of
// the service for it to follow from.
type ServiceAction struct {
	ID         string
	ServiceARN string
	Type       string // EventInfo, EventWarn or EventError
	Name       string // SERVICE_STEADY_STATE and so on
	Reason     string
	// CapacityProviderARNs, ContainerInstanceARNs and TaskSetARNs are those that the event is about, if any.
	CapacityProviderARNs, ContainerInstanceARNs, TaskSetARNs []string
}

// DeploymentChange is what ECS tells EventBridge of a deployment. State makes its ID.
type DeploymentChange struct {
	ID           string
	ServiceARN   string
	DeploymentID string
	Type, Name   string // as those of a ServiceAction
	Reason       string
}

// AnnounceServiceAction keeps what a service tells as an event.
func AnnounceServiceAction(tx *store.Tx, a ServiceAction, at time.Time) {
	a.ID = arn.NewUUID()
	outbox.Announce(tx, &a, at)
}

// AnnounceDeployment keeps a change of a deployment as two events: ECS tells of it as of the deployment,
// and as of its service.
//
// Source: ECS developer guide, which lists the names of service deployment state change events among
// those of service action events as well.
func AnnounceDeployment(tx *store.Tx, c DeploymentChange, at time.Time) {
	c.ID = arn.NewUUID()
	outbox.Announce(tx, &c, at)
	AnnounceServiceAction(tx, ServiceAction{ServiceARN: c.ServiceARN, Type: c.Type, Name: c.Name, Reason: c.Reason}, at)
}

// announceNew tells that a deployment has begun which is not a part of a service deployment under way.
// The scheduler tells of those that roll back.
func announceNew(tx *store.Tx, s *Service, d *Deployment) {
	AnnounceDeployment(tx, DeploymentChange{
		ServiceARN: s.ARN, DeploymentID: d.ID, Type: EventInfo, Name: DeploymentBegins, Reason: d.RolloutStateReason,
	}, d.CreatedAt)
}

// HookChange is a status that a lifecycle hook has come to.
type HookChange struct {
	ServiceARN, ServiceDeploymentARN string
	HookID                           string
	TargetType                       types.DeploymentLifecycleHookTargetType
	Stage                            types.DeploymentLifecycleHookStage
	Status                           types.DeploymentLifecycleHookStatus
	ExpiresAt                        time.Time
}

// announceHooks keeps each status that a hook of a service deployment has come to as an event. before
// is nil for a new service deployment.
func announceHooks(tx *store.Tx, before, after *ServiceDeployment) {
	if before == nil {
		before = &ServiceDeployment{}
	}
	for i, h := range after.Hooks { // those that were asked before stay in their places
		if i < len(before.Hooks) && before.Hooks[i].ID == h.ID && before.Hooks[i].Status == h.Status {
			continue
		}
		outbox.Announce(tx, &HookChange{
			ServiceARN: after.ServiceARN, ServiceDeploymentARN: after.ARN, HookID: h.ID, TargetType: h.TargetType,
			Stage: h.Stage, Status: h.Status, ExpiresAt: h.ExpiresAt,
		}, h.UpdatedAt)
	}
}

var serviceEvents = store.NewTable("service-events", func(e *ServiceEvents) string { return e.ServiceARN })

// ServiceEvents are the last messages about a service, newest first; the
// scheduler writes them.
type ServiceEvents struct {
	ServiceARN string
	Events     []types.ServiceEvent
}

// maxServiceEvents is how many events a service shows. Source: DescribeServices.
const maxServiceEvents = 100

// FindServiceEvents returns a service's events, newest first.
func FindServiceEvents(tx *store.Tx, arn string) []types.ServiceEvent {
	if e := serviceEvents.Get(tx, arn); e != nil {
		return e.Events
	}
	return nil
}

// AddServiceEvents writes events, given oldest first, and drops the oldest.
func AddServiceEvents(tx *store.Tx, arn string, events ...types.ServiceEvent) {
	newest := slices.Clone(events)
	slices.Reverse(newest)
	all := append(newest, FindServiceEvents(tx, arn)...)
	serviceEvents.Put(tx, &ServiceEvents{ServiceARN: arn, Events: all[:min(len(all), maxServiceEvents)]})
}
