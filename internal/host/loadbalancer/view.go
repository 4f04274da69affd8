package loadbalancer

import (
	"slices"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// read gathers what a load balancer's configuration follows from; ok is false when there is no
// such load balancer.
func (c *Controller) read(tx *store.Tx, arn string) (v View, ok bool) {
	b := elbv2.FindLoadBalancer(tx, arn)
	if b == nil {
		return v, false
	}
	v.LoadBalancer = b
	var certificates []string
	for _, l := range elbv2.LoadBalancerListeners(tx, arn) {
		v.Listeners = append(v.Listeners, Listener{l, elbv2.ListenerRules(tx, l.ARN)})
		if l.Certificate != "" {
			certificates = append(append(certificates, l.Certificate), l.Certificates...)
		}
	}
	for _, group := range elbv2.LoadBalancerGroups(tx, arn) {
		if g := elbv2.FindTargetGroup(tx, group); g != nil {
			v.Groups = append(v.Groups, readGroup(tx, g))
		}
	}
	slices.Sort(certificates)
	for _, id := range slices.Compact(certificates) {
		if c.Certificate == nil {
			break
		}
		if chain, key, found := c.Certificate(tx, b.Scope, id); found {
			v.Certificates = append(v.Certificates, balancer.Certificate{ID: id, Chain: chain, Key: key})
		}
	}
	return v, true
}

func readGroup(tx *store.Tx, g *elbv2.TargetGroup) Group {
	group := Group{TargetGroup: g}
	for _, t := range elbv2.Targets(tx, g.ARN) {
		h := elbv2.FindTargetHealth(tx, t)
		healthy := h != nil && h.State == elb.TargetHealthStateEnumHealthy && !h.CheckedAt.Before(t.RegisteredAt)
		group.Targets = append(group.Targets, Target{t, ec2.TargetAddress(tx, g, t, state.Registered(tx, g.Scope, t.ID)), healthy, false})
	}
	return group
}
