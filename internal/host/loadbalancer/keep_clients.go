package loadbalancer

import (
	"context"
	"net/netip"
	"slices"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// keepClients has the targets that are to see the addresses of clients answer through the load
// balancer, and notes which do: all is whether none is left out. It comes before the load balancer
// learns of them, and after they run.
func (c *Controller) keepClients(ctx context.Context, v View) (all bool, err error) {
	if v.LoadBalancer.Type != elb.LoadBalancerTypeEnumNetwork {
		return true, nil
	}
	kept, err := c.Nodes.KeepClients(ctx, v.LoadBalancer.ARN, v.seeClients())
	all = true
	for _, g := range v.Groups {
		for i := range g.Targets {
			t := &g.Targets[i]
			t.Direct = slices.Contains(kept, t.Address)
			all = all && (t.Direct || !keepsClients(g.TargetGroup))
		}
	}
	return all, err
}

// seeClients are the addresses of targets that are to see those of clients.
func (v View) seeClients() (list []netip.Addr) {
	for _, g := range v.Groups {
		if !keepsClients(g.TargetGroup) {
			continue
		}
		for _, t := range g.Targets {
			if t.Address.IsValid() {
				list = append(list, t.Address)
			}
		}
	}
	sorting.By(list, netip.Addr.Compare)
	return slices.Compact(list)
}

// keepsClients reports whether a group's targets are to see the addresses of clients.
// Source: guide of network load balancers, client IP preservation.
func keepsClients(g *elbv2.TargetGroup) bool {
	return g.Kind() != elbv2.ALB && g.Attribute("preserve_client_ip.enabled") == "true"
}
