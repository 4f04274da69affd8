package serviceload

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// routes are how requests come to a service: for each of its application load balancers the weights of its target groups.
// Where deployments shift traffic, the production listener rule has the weights.
func routes(tx *store.Tx, s *state.Service) (all []elbv2.Weights) {
	if !s.Deploys() {
		return setRoutes(tx, s)
	}
	for _, b := range balancers(tx, s) {
		weights := elbv2.Weights{aws.ToString(b.TargetGroupArn): 1}
		own := slices.Collect(maps.Keys(weights))
		if c := b.AdvancedConfiguration; c != nil {
			_, weights = elbv2.Forwarding(tx, aws.ToString(c.ProductionListenerRule))
			own = append(own, aws.ToString(c.AlternateTargetGroupArn))
		}
		if leads(tx, weights, own); len(weights) > 0 {
			all = append(all, weights)
		}
	}
	return all
}

// leads leaves of weights those by which requests come to target groups of a service.
func leads(tx *store.Tx, weights elbv2.Weights, own []string) {
	maps.DeleteFunc(weights, func(group string, weight int32) bool {
		return weight == 0 || !slices.Contains(own, group) || !ofALB(tx, group) || len(elbv2.InUse(tx, group)) == 0
	})
}

// setRoutes are how requests come to the task sets of a service: by each listener and rule that forwards to one of their target groups,
// but for test listeners of CodeDeploy.
func setRoutes(tx *store.Tx, s *state.Service) (all []elbv2.Weights) {
	var own, users []string
	for _, b := range balancers(tx, s) {
		own = append(own, aws.ToString(b.TargetGroupArn))
		users = append(users, elbv2.GroupUsers(tx, aws.ToString(b.TargetGroupArn))...)
	}
	slices.Sort(users)
	tests := testListeners(tx, s)
	for _, user := range slices.Compact(users) {
		listener := user
		if r := elbv2.FindRule(tx, user); r != nil {
			listener = r.Listener
		}
		_, weights := elbv2.Forwarding(tx, user)
		if leads(tx, weights, own); len(weights) > 0 && !slices.Contains(tests, listener) {
			all = append(all, weights)
		}
	}
	return all
}

// testListeners are the listeners by which CodeDeploy has test traffic come to a service.
func testListeners(tx *store.Tx, s *state.Service) (listeners []string) {
	g := codedeploy.GroupOf(tx, s.ARN)
	if g == nil || g.Info.LoadBalancerInfo == nil {
		return nil
	}
	for _, pair := range g.Info.LoadBalancerInfo.TargetGroupPairInfoList {
		if pair.TestTrafficRoute != nil {
			listeners = append(listeners, pair.TestTrafficRoute.ListenerArns...)
		}
	}
	return listeners
}

// balancers are the target groups that a service has tasks in: of its revision, or of all its task sets.
func balancers(tx *store.Tx, s *state.Service) (all []types.LoadBalancer) {
	if s.Deploys() {
		return s.Revision().LoadBalancers
	}
	for _, set := range taskset.Of(tx, s.ARN) {
		all = append(all, set.Revision.LoadBalancers...)
	}
	return all
}

func ofALB(tx *store.Tx, group string) bool {
	g := elbv2.FindTargetGroup(tx, group)
	return g != nil && g.ALB()
}

// noRoute says why no requests can come to a service.
func noRoute(tx *store.Tx, s *state.Service) error {
	why := "it has no target group"
	for _, b := range balancers(tx, s) {
		group := aws.ToString(b.TargetGroupArn)
		if why = "no listener forwards to its target group " + group; ofALB(tx, group) {
			break
		}
		why = "its target group " + group + " is not one of HTTP or HTTPS"
	}
	return fmt.Errorf("no application load balancer brings requests to service %s/%s: %s. Give cpu or memory, or have one lead to the service", arn.ClusterName(s.ARN), s.Name, why)
}

// deal deals the requests with the numbers from first on, and before end, to target groups: one in turn to each of some
// load balancers, and there by weight.
func deal(routes []elbv2.Weights, first, end uint64) map[string]uint64 {
	dealt := map[string]uint64{}
	for i, weights := range routes {
		turn := func(n uint64) uint64 { return below(n, uint64(i), uint64(i)+1, uint64(len(routes))) }
		var lo, all uint64
		for _, weight := range weights {
			all += uint64(weight)
		}
		for _, group := range slices.Sorted(maps.Keys(weights)) {
			hi := lo + uint64(weights[group])
			if n := below(turn(end), lo, hi, all) - below(turn(first), lo, hi, all); end > first && n > 0 {
				dealt[group] += n
			}
			lo = hi
		}
	}
	return dealt
}

// below counts the numbers below n whose remainder by all is from lo on and below hi.
func below(n, lo, hi, all uint64) uint64 {
	return n/all*(hi-lo) + min(max(n%all, lo), hi) - lo
}
