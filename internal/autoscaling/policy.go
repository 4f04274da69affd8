package autoscaling

import (
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

var policies = store.NewTable("autoscaling-policy", func(p *Policy) string { return groupKey(p.Scope, p.Group) + "\x00" + p.Name })

// Policy is a scaling policy of a group that ECS has put for managed scaling: target tracking on
// CapacityProviderReservation. Users put none. The capacity provider controller writes it, and does what
// it says.
type Policy struct {
	Scope       arn.Scope
	Group, Name string
	ID          string // the UUID in its ARN
	// Cluster and CapacityProvider are the dimensions of its metric.
	Cluster, CapacityProvider string
	Target                    float64 // percent
}

// ARN of the policy.
func (p *Policy) ARN() string {
	return "arn:" + p.Scope.Partition() + ":autoscaling:" + p.Scope.Region + ":" + p.Scope.Account + ":scalingPolicy:" + p.ID +
		":autoScalingGroupName/" + p.Group + ":policyName/" + p.Name
}

// Policies returns those of a group, or of all groups of an account and region, in order of the
// names of groups and policies.
func Policies(tx *store.Tx, s arn.Scope, group string) []*Policy {
	if group == "" {
		return policies.List(tx, scopeKey(s))
	}
	return policies.List(tx, groupKey(s, group)+"\x00")
}

// PutPolicy writes a policy.
func PutPolicy(tx *store.Tx, p *Policy) { policies.Put(tx, p) }

// DeletePolicy removes the policy of a group with a name, if there is one.
func DeletePolicy(tx *store.Tx, s arn.Scope, group, name string) {
	if p := policies.Get(tx, groupKey(s, group)+"\x00"+name); p != nil {
		policies.Delete(tx, p)
	}
}
