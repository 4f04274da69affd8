package elasticloadbalancingv2

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Tagged are the load balancers, target groups, listeners and rules with tags.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{
		tagging.Of("elasticloadbalancing:loadbalancer", elbv2.LoadBalancers, func(b *elbv2.LoadBalancer) (string, []tagging.Tag) { return b.ARN, tags(b.Tags) }),
		tagging.Of("elasticloadbalancing:targetgroup", elbv2.TargetGroups, func(g *elbv2.TargetGroup) (string, []tagging.Tag) { return g.ARN, tags(g.Tags) }),
		tagging.Of("elasticloadbalancing:listener", elbv2.AllListeners, func(l *elbv2.Listener) (string, []tagging.Tag) { return l.ARN, tags(l.Tags) }),
		tagging.Of("elasticloadbalancing:listener-rule", allRules, func(r *elbv2.Rule) (string, []tagging.Tag) { return r.ARN, tags(r.Tags) }),
	}
}

func tags(list elbv2.Tags) []tagging.Tag {
	return tagging.List(list, func(t elbv2.Tag) (string, string) { return t.Key, t.Value })
}

// allRules are the rules of all listeners of an account and Region, default ones too.
func allRules(tx *store.Tx, scope arn.Scope) (all []*elbv2.Rule) {
	for _, l := range elbv2.AllListeners(tx, scope) {
		all = append(all, elbv2.ListenerRules(tx, l.ARN)...)
	}
	return all
}
