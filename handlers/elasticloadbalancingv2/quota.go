package elasticloadbalancingv2

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// There is no way to ask for more of a quota here, so what AWS gives at first holds. Each function looks
// when the rows are as they are to be, and its error takes them back. Source: Application and
// Network Load Balancers guides, quotas; field reports for the text about target groups of a load
// balancer. The others are the emulator's.

// most is the quota of a name of DescribeAccountLimits.
func most(name string) int {
	for _, l := range limits {
		if *l.Name == name {
			n, _ := strconv.Atoi(*l.Max)
			return n
		}
	}
	return 0
}

// quotaName is what names of quotas call a load balancer.
func quotaName(b *elbv2.LoadBalancer) string { return string(b.Type) + "-load-balancer" }

// fewBalancers holds how many load balancers of a type an account has in a region.
func fewBalancers(tx *store.Tx, made *elbv2.LoadBalancer) error {
	n, quota := 0, most(quotaName(made)+"s")
	for _, b := range elbv2.LoadBalancers(tx, made.Scope) {
		if b.Type == made.Type {
			n++
		}
	}
	if n <= quota {
		return nil
	}
	return &types.TooManyLoadBalancersException{Message: awsapi.Textf("The maximum number of load balancers of type '%s' has been reached: %d", made.Type, quota)}
}

// fewGroups holds how many target groups an account has in a region.
func fewGroups(tx *store.Tx, s arn.Scope) error {
	if quota := most("target-groups"); len(elbv2.TargetGroups(tx, s)) > quota {
		return &types.TooManyTargetGroupsException{Message: awsapi.Textf("The maximum number of target groups has been reached: %d", quota)}
	}
	return nil
}

// fewParts holds how many listeners, rules, certificates and target groups a load balancer has.
// Default rules and default certificates do not count.
func fewParts(tx *store.Tx, loadBalancer string) error {
	b := elbv2.FindLoadBalancer(tx, loadBalancer)
	listeners := elbv2.LoadBalancerListeners(tx, b.ARN)
	rules, certificates := 0, 0
	for _, l := range listeners {
		rules += len(elbv2.ListenerRules(tx, l.ARN)) - 1
		certificates += len(l.Certificates)
	}
	over := func(n int, name string) (quota int, is bool) {
		quota = most(name + "-per-" + quotaName(b))
		return quota, quota > 0 && n > quota
	}
	if quota, is := over(len(listeners), "listeners"); is {
		return &types.TooManyListenersException{Message: awsapi.Textf("The maximum number of listeners has been reached on load balancer '%s': %d", b.ARN, quota)}
	}
	if quota, is := over(rules, "rules"); is {
		return &types.TooManyRulesException{Message: awsapi.Textf("The maximum number of rules has been reached on load balancer '%s': %d", b.ARN, quota)}
	}
	if quota, is := over(certificates, "certificates"); is {
		return &types.TooManyCertificatesException{Message: awsapi.Textf("The maximum number of certificates has been reached on load balancer '%s': %d", b.ARN, quota)}
	}
	if quota, is := over(len(elbv2.LoadBalancerGroups(tx, b.ARN)), "target-groups"); is {
		return &types.TooManyUniqueTargetGroupsPerLoadBalancerException{
			Message: awsapi.Textf("You have reached the maximum number of unique target groups that you can associate with a load balancer of type '%s': [%d]", b.Type, quota),
		}
	}
	return nil
}

// targetsPerGroup has no name in DescribeAccountLimits.
const targetsPerGroup = 1000

// fewTargets holds how many targets a group has, and the load balancer that it is on. Those that
// drain do not count, nor do instances that were terminated.
func fewTargets(tx *store.Tx, group string) error {
	if registered(tx, elbv2.FindTargetGroup(tx, group)) > targetsPerGroup {
		return &types.TooManyTargetsException{Message: awsapi.Textf("The maximum number of targets has been reached on target group '%s': %d", group, targetsPerGroup)}
	}
	for _, on := range elbv2.InUse(tx, group) {
		b, n := elbv2.FindLoadBalancer(tx, on), 0
		for _, g := range elbv2.LoadBalancerGroups(tx, on) {
			n += registered(tx, elbv2.FindTargetGroup(tx, g))
		}
		if quota := most("targets-per-" + quotaName(b)); n > quota {
			return &types.TooManyTargetsException{Message: awsapi.Textf("The maximum number of targets has been reached on load balancer '%s': %d", on, quota)}
		}
	}
	return nil
}

func registered(tx *store.Tx, g *elbv2.TargetGroup) (n int) {
	for _, t := range elbv2.Targets(tx, g.ARN) {
		if !t.Draining() && !ec2.TargetGone(tx, g, t, state.Registered(tx, g.Scope, t.ID)) {
			n++
		}
	}
	return n
}
