package servicescheduler

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// refusedRoles are the infrastructure roles of load balancers with which ECS cannot shift the traffic to a new revision. Only the
// beginning of a deployment needs them: see shift.Resolve.
func (c *Controller) refusedRoles(d *state.Deployment, serviceARN string) map[string]bool {
	if c.MayShift == nil || d == nil || d.Revision.TargetGroups != nil || d.RolloutState != types.DeploymentRolloutStateInProgress {
		return nil
	}
	roles := map[string]bool{}
	for i := range d.Revision.LoadBalancers {
		b := &d.Revision.LoadBalancers[i]
		if b.AdvancedConfiguration != nil && !c.MayShift(serviceARN, b) {
			roles[aws.ToString(b.AdvancedConfiguration.RoleArn)] = true
		}
	}
	return roles
}

// refusedToLead adds the infrastructure roles with which ECS cannot change the rules that a deployment is about to change. On the
// way back they are not asked, nor at the end, when the traffic has shifted: a choice.
func (c *Controller) refusedToLead(in *observe.Input, verbs []verb.Verb, roles map[string]bool) map[string]bool {
	d := in.Service.Primary()
	if d == nil {
		return roles
	}
	on := slices.IndexFunc(in.ServiceDeployments, func(r *state.ServiceDeployment) bool { return r.ARN == d.ServiceDeploymentARN })
	if c.MayLead == nil || on < 0 || d.Revision.TargetGroups == nil {
		return roles
	}
	if s := in.ServiceDeployments[on].Shift; s == nil || s.Back || shift.CleansUp(s) {
		return roles
	}
	for _, v := range verbs {
		led, is := v.(verb.SetWeights)
		for i := range d.Revision.LoadBalancers {
			b := &d.Revision.LoadBalancers[i]
			a := b.AdvancedConfiguration
			if !is || a == nil || led.Rule != aws.ToString(a.ProductionListenerRule) && led.Rule != aws.ToString(a.TestListenerRule) {
				continue
			}
			if !c.MayLead(in.Service.ARN, b, led.Rule) {
				roles = maps.Clone(roles)
				if roles == nil {
					roles = map[string]bool{}
				}
				roles[aws.ToString(a.RoleArn)] = true
			}
		}
	}
	return roles
}
