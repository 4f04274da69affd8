package service

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Action is the event of what a service tells.
// Source: ECS developer guide, service action events.
func Action(a *state.ServiceAction, at time.Time) []byte {
	return kit.NewEventWithID(a.ID, "ECS Service Action", a.ServiceARN, at, &actionDetail{
		CapacityProviderArns: a.CapacityProviderARNs, ClusterArn: clusterOf(a.ServiceARN),
		ContainerInstanceArns: a.ContainerInstanceARNs, CreatedAt: kit.EventTime(&at),
		EventName: &a.Name, EventType: &a.Type, Reason: kit.Optional(&a.Reason), TaskSetArns: a.TaskSetARNs,
	})
}

// actionDetail has no version.
type actionDetail struct {
	CapacityProviderArns  []string
	ClusterArn            *string
	ContainerInstanceArns []string
	CreatedAt             *string
	EventName             *string
	EventType             *string
	Reason                *string
	TaskSetArns           []string
}

// DeploymentStateChange is the event of a change of a deployment.
//
// Source: ECS developer guide, service deployment state change events; field reports, of which some have
// the cluster's ARN.
func DeploymentStateChange(c *state.DeploymentChange, at time.Time) []byte {
	return kit.NewEventWithID(c.ID, "ECS Deployment State Change", c.ServiceARN, at, &deploymentDetail{
		ClusterArn: clusterOf(c.ServiceARN), DeploymentId: &c.DeploymentID,
		EventName: &c.Name, EventType: &c.Type, Reason: &c.Reason, UpdatedAt: kit.EventTime(&at),
	})
}

type deploymentDetail struct {
	ClusterArn   *string
	DeploymentId *string
	EventName    *string
	EventType    *string
	Reason       *string
	UpdatedAt    *string
}

// HookStateChange is the event of a status that a lifecycle hook has come to.
// Source: ECS developer guide, service deployment hook state change events.
func HookStateChange(c *state.HookChange, at time.Time) []byte {
	detail := &hookDetail{
		ClusterArn: clusterOf(c.ServiceARN), EventName: aws.String("HOOK_" + string(c.Status)), EventType: aws.String(state.EventInfo),
		ExpiresAt: aws.String(c.ExpiresAt.UTC().Format("2006-01-02T15:04:05Z")), HookId: &c.HookID, HookType: c.TargetType,
		LifecycleStage: c.Stage, ServiceArn: &c.ServiceARN, ServiceDeploymentArn: &c.ServiceDeploymentARN,
		UpdatedAt: aws.String(at.UTC().Format("2006-01-02T15:04:05.000000000Z")),
	}
	return kit.NewEventOfStatus("ECS Hook State Change", c.ServiceDeploymentARN, c.HookID, string(c.Status), at, detail)
}

type hookDetail struct {
	ClusterArn           *string
	EventName            *string
	EventType            *string
	ExpiresAt            *string // whole seconds
	HookId               *string
	HookType             types.DeploymentLifecycleHookTargetType
	LifecycleStage       types.DeploymentLifecycleHookStage
	ServiceArn           *string
	ServiceDeploymentArn *string
	UpdatedAt            *string // nanoseconds
}

func clusterOf(serviceARN string) *string {
	return aws.String(arn.ScopeOf(serviceARN).Cluster(arn.ClusterName(serviceARN)))
}
