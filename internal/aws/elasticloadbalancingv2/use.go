package elasticloadbalancingv2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	uses       = store.NewTable("elbv2-use", func(u *use) string { return u.Used + "\x00" + u.User })
	usesByUser = uses.Index(func(u *use) string { return u.User })
)

// use says that a listener or a rule forwards to a target group, or that a listener has a
// certificate. It is written with them.
type use struct {
	Used, User   string // ARNs
	LoadBalancer string
}

// GroupUsers returns the ARNs of the listeners and rules that forward to a target group.
func GroupUsers(tx *store.Tx, group string) (users []string) {
	for _, u := range uses.List(tx, group+"\x00") {
		users = append(users, u.User)
	}
	return users
}

// InUse returns the ARNs of the load balancers that a target group is on, which is at most
// one, as AWS has it; or those of a certificate.
func InUse(tx *store.Tx, used string) (loadBalancers []string) {
	for _, u := range uses.List(tx, used+"\x00") {
		if !slices.Contains(loadBalancers, u.LoadBalancer) {
			loadBalancers = append(loadBalancers, u.LoadBalancer)
		}
	}
	slices.Sort(loadBalancers)
	return loadBalancers
}

// LoadBalancerGroups returns the ARNs of the target groups that are on a load balancer, in
// order.
func LoadBalancerGroups(tx *store.Tx, loadBalancer string) (groups []string) {
	for _, l := range LoadBalancerListeners(tx, loadBalancer) {
		for _, r := range ListenerRules(tx, l.ARN) {
			groups = append(groups, forwardsTo(r.Actions)...)
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// forwardsTo returns the ARNs of the target groups of actions, each once.
func forwardsTo(actions []types.Action) (groups []string) {
	add := func(arn *string) {
		if arn != nil && !slices.Contains(groups, *arn) {
			groups = append(groups, *arn)
		}
	}
	for _, a := range actions {
		add(a.TargetGroupArn)
		if a.ForwardConfig != nil {
			for _, t := range a.ForwardConfig.TargetGroups {
				add(t.TargetGroupArn)
			}
		}
	}
	return groups
}

// Weight of a target group in a forward action.
func Weight(t types.TargetGroupTuple) int32 {
	if t.Weight == nil {
		return 1
	}
	return *t.Weight
}

// putUses writes what a listener or a rule uses. A listener of HTTP has no certificate.
func putUses(tx *store.Tx, user, loadBalancer string, used []string) {
	used = slices.DeleteFunc(used, func(arn string) bool { return arn == "" })
	for _, u := range usesByUser.List(tx, user) {
		if !slices.Contains(used, u.Used) {
			uses.Delete(tx, u)
		}
	}
	for _, arn := range used {
		uses.Put(tx, &use{Used: arn, User: user, LoadBalancer: loadBalancer})
	}
}
