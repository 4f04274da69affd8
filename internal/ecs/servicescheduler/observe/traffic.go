package observe

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// readRules gathers what the rules do that a service's revisions name.
func readRules(tx *store.Tx, s *state.Service) (rules shift.Rules) {
	for _, d := range s.Deployments {
		for _, b := range d.Revision.LoadBalancers {
			a := b.AdvancedConfiguration
			if a == nil {
				continue
			}
			if rules.ByARN == nil {
				rules = shift.Rules{ByARN: map[string]shift.Rule{}, Gone: map[string]bool{}}
			}
			for _, rule := range []*string{a.ProductionListenerRule, a.TestListenerRule} {
				if id := aws.ToString(rule); id != "" {
					balancer, weights := elbv2.Forwarding(tx, id)
					rules.ByARN[id] = shift.Rule{LoadBalancer: balancer, Weights: weights, Applied: len(weights) < 2 || elbv2.Applied(tx, id)}
				}
			}
			for _, group := range []*string{b.TargetGroupArn, a.AlternateTargetGroupArn} {
				rules.Gone[aws.ToString(group)] = elbv2.FindTargetGroup(tx, aws.ToString(group)) == nil
			}
		}
	}
	return rules
}

// endpointTimeout is how long proxies are waited for that do not tell by which weights they go.
const endpointTimeout = 5 * time.Second

// readEndpoints gathers how proxies share the requests to a service.
func readEndpoints(tx *store.Tx, s *state.Service) (endpoints []shift.Endpoint) {
	for _, discovered := range servicediscovery.ECSServices(tx, s.ARN) {
		e := shift.Endpoint{ARN: discovered.ARN}
		if w := servicediscovery.FindWeights(tx, discovered.ARN); w != nil {
			e.Split = &shift.Split{Production: map[string]int{}, Test: w.Test}
			for _, share := range w.Shares {
				e.Split.Production[share.Deployment] = share.Weight
			}
			e.Applied, e.Until = servicediscovery.Heard(tx, discovered.ARN, servicediscovery.Proxies, w.Revision), w.At.Add(endpointTimeout)
		}
		endpoints = append(endpoints, e)
	}
	return endpoints
}

// stands is the service deployment that has ended and keeps both its revisions apart; nil: there is none. It ended at its
// last stage, with tasks left that have no traffic any more; or on its way, or on its way back, and traffic stays. Where
// the circuit breaker stopped it there, the new revision has nothing to stay for.
func stands(tx *store.Tx, s *state.Service) *state.ServiceDeployment {
	d := s.Primary()
	r := state.FindServiceDeployment(tx, d.ServiceDeploymentARN)
	if r == nil || r.Shift == nil || !r.Ended() {
		return nil
	}
	stays, stopped := false, r.Status == types.ServiceDeploymentStatusStopped
	switch {
	case shift.CleansUp(r.Shift) && !stopped:
		stays = tasksLeft(tx, s)
	case d.RolloutState == types.DeploymentRolloutStateFailed && r.CircuitBreaker.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered:
		stays = stopped || r.Status == types.ServiceDeploymentStatusRollbackFailed && r.Shift.Back
	}
	if !stays {
		return nil
	}
	return r
}

// tasksLeft reports whether a deployment that is not PRIMARY has tasks.
func tasksLeft(tx *store.Tx, s *state.Service) bool {
	counts := state.FindServiceSummary(tx, s.ARN)
	return slices.ContainsFunc(s.Deployments, func(d *state.Deployment) bool { return d != s.Primary() && counts.Of(d.ID).Left > 0 })
}
