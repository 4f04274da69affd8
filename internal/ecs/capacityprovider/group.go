package capacityprovider

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// managedTag is on groups with a capacity provider, and on instances that they launch from then on. Source: ECS
// developer guide, Auto Scaling group capacity providers.
var managedTag = autoscaling.Tag{Key: "AmazonECSManaged", Propagate: true}

// Group returns the Auto Scaling group of a capacity provider, or nil if it is deleted. Another one may have its
// name by then.
func Group(tx *store.Tx, p *Provider) *autoscaling.Group {
	if g := autoscaling.FindGroup(tx, p.Scope(), p.Group); g != nil && g.ARN() == p.GroupARN {
		return g
	}
	return nil
}

// TagGroup tags the Auto Scaling group of a capacity provider as one that ECS manages. A tag of that name
// stays as it is: templates have it with the value true, as the documentation of Terraform's provider says.
func TagGroup(tx *store.Tx, g *autoscaling.Group) {
	if slices.ContainsFunc(g.Tags, func(t autoscaling.Tag) bool { return t.Key == managedTag.Key }) {
		return
	}
	tagged := *g
	tagged.SetTag(managedTag)
	autoscaling.PutGroup(tx, &tagged)
}

// attachToGroup puts what an attachment stands for to the group of its capacity provider.
func attachToGroup(tx *store.Tx, cluster *state.Cluster, p *Provider, a types.Attachment, now time.Time) {
	g := Group(tx, p)
	switch {
	case g == nil:
	case *a.Type == policyAttachment:
		policy := &autoscaling.Policy{
			Scope: p.Scope(), Group: p.Group, Name: detail(a, policyDetail), ID: arn.NewUUID(),
			Cluster: cluster.Name, CapacityProvider: p.Name, Target: float64(aws.ToInt32(p.ManagedScaling.TargetCapacity)),
		}
		autoscaling.PutPolicy(tx, policy)
		putAlarms(tx, policy, now)
	case *a.Type == hookAttachment:
		hook := autoscaling.NewLifecycleHook(g, DrainingHook, autoscaling.Terminating) // waits for 3600 seconds
		hook.DefaultResult = autoscaling.Continue
		autoscaling.PutLifecycleHook(tx, hook)
	}
}

// retarget has the scaling policy of a capacity provider say what managed scaling aims at.
func retarget(tx *store.Tx, p *Provider, now time.Time) {
	target := float64(aws.ToInt32(p.ManagedScaling.TargetCapacity))
	for _, policy := range autoscaling.Policies(tx, p.Scope(), p.Group) {
		if policy.CapacityProvider == p.Name && policy.Target != target {
			changed := *policy
			changed.Target = target
			autoscaling.PutPolicy(tx, &changed)
			putAlarms(tx, &changed, now)
		}
	}
}

// detachFromGroup removes it, but not the lifecycle hook that another cluster needs as well.
func detachFromGroup(tx *store.Tx, p *Provider, a types.Attachment, now time.Time) {
	if p == nil {
		return
	}
	if *a.Type == policyAttachment {
		for _, policy := range autoscaling.Policies(tx, p.Scope(), p.Group) {
			if policy.Name == detail(a, policyDetail) {
				autoscaling.DeletePolicy(tx, policy, now)
			}
		}
		return
	}
	g := Group(tx, p)
	if g == nil || p.Drains() && len(ClustersWith(tx, p)) > 0 {
		return
	}
	if hook := autoscaling.FindLifecycleHook(tx, g, DrainingHook); hook != nil {
		autoscaling.DeleteLifecycleHook(tx, g, hook)
	}
}
