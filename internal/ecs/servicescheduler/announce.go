package servicescheduler

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// announce tells EventBridge of an event, in the transaction that carries out what it tells of.
func (c *change) announce(e event.Event, at time.Time) {
	announced, is := e.(event.Announced)
	service := state.FindService(c.tx, c.service.ARN)
	if !is || service == nil {
		return
	}
	a := announced.Announcement()
	if _, back := e.(event.RollingBack); back {
		front := service.Primary()
		a.Deployment, a.Reason = front.ID, front.RolloutStateReason
	}
	if a.Deployment != "" {
		state.AnnounceDeployment(c.tx, state.DeploymentChange{
			ServiceARN: service.ARN, DeploymentID: a.Deployment, Type: a.Type, Name: a.Name, Reason: a.Reason,
		}, at)
		return
	}
	action := state.ServiceAction{ServiceARN: service.ARN, Type: a.Type, Name: a.Name, Reason: a.Reason}
	for _, id := range a.ContainerInstances {
		instance := arn.ScopeOf(service.ARN).ContainerInstance(arn.ClusterName(service.ARN), id)
		action.ContainerInstanceARNs = append(action.ContainerInstanceARNs, instance)
	}
	if a.CapacityProvider != "" {
		action.CapacityProviderARNs = []string{arn.ScopeOf(service.ARN).CapacityProvider(a.CapacityProvider)}
	}
	if a.Reason == event.NoRoomOnFargate {
		action.CapacityProviderARNs = capacityProviders(service)
	}
	if a.TaskSet != "" && !service.Deploys() {
		action.TaskSetARNs = []string{arn.ScopeOf(service.ARN).TaskSet(arn.ClusterName(service.ARN), service.Name, a.TaskSet)}
	}
	state.AnnounceServiceAction(c.tx, action, at)
	if _, steady := e.(event.SteadyState); steady {
		c.announceSteadyProviders(service, at)
	}
}

// announceSteadyProviders tells that the capacity providers of a service are steady with it. Unverified:
// that one event names all of them, and comes after that of the service.
//
// Source: ECS developer guide, service action events.
func (c *change) announceSteadyProviders(s *state.Service, at time.Time) {
	if providers := capacityProviders(s); len(providers) > 0 {
		state.AnnounceServiceAction(c.tx, state.ServiceAction{
			ServiceARN: s.ARN, Type: state.EventInfo, Name: "CAPACITY_PROVIDER_STEADY_STATE", CapacityProviderARNs: providers,
		}, at)
	}
}

// capacityProviders are the ARNs of those that the PRIMARY deployment or task set of a service uses.
func capacityProviders(s *state.Service) (arns []string) {
	for _, item := range s.Revision().CapacityProviderStrategy {
		arns = append(arns, arn.ScopeOf(s.ARN).CapacityProvider(aws.ToString(item.CapacityProvider)))
	}
	return arns
}
