package servicescheduler

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// refusedRoles are the infrastructure roles of a service's load balancers that ECS cannot assume.
func refusedRoles(s *state.Service, refused func(role string) bool) map[string]bool {
	roles := map[string]bool{}
	for _, b := range s.Primary().Revision.LoadBalancers {
		if a := b.AdvancedConfiguration; a != nil && refused(aws.ToString(a.RoleArn)) {
			roles[aws.ToString(a.RoleArn)] = true
		}
	}
	return roles
}

// nameHooks gives hooks that are asked for the first time their ids.
func nameHooks(r *state.ServiceDeployment) {
	for i := range r.Hooks {
		h := &r.Hooks[i]
		if h.ID != "" {
			continue
		}
		if h.TargetType == types.DeploymentLifecycleHookTargetTypePause {
			h.ID = arn.NewLifecycleHookID("pause")
			continue
		}
		h.ID, h.ExecutionID = arn.NewLifecycleHookID("lambda"), arn.NewUUID()
	}
}

// ResolveTargetGroups implements verb.Doer: it writes the target groups of a revision. The tasks that the plan starts are made of
// it.
func (c *change) ResolveTargetGroups(v verb.ResolveTargetGroups) {
	c.service = c.service.Clone()
	at := slices.IndexFunc(c.service.Deployments, func(d *state.Deployment) bool { return d.ID == v.DeploymentID })
	revision := *c.service.Deployments[at].Revision
	revision.TargetGroups = v.Groups
	c.service.Deployments[at].Revision = &revision
	state.ResolveTargetGroups(c.tx, revision.ARN, v.Groups)
}
