package metrics

import (
	"strings"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// view is what a load balancer's metrics follow from, beside its counts.
type view struct {
	arn    string
	zones  int
	groups []group // that its rules lead to
	tx     *store.Tx
}

// group is a target group with the number of its targets.
type group struct {
	arn                            string
	registered, healthy, unhealthy int
}

// targets is how many get requests: those that are healthy, or all where none is.
func (g group) targets() int {
	switch {
	case g.healthy > 0:
		return g.healthy
	case g.registered > 0:
		return g.registered
	}
	return 1 // it has had one
}

func (v view) scope() arn.Scope { return arn.ScopeOf(v.arn) }

// application reports whether it is an application load balancer.
func (v view) application() bool { return strings.Contains(v.arn, ":loadbalancer/app/") }

// look gathers the groups that a load balancer leads to.
func look(tx *store.Tx, b *elbv2.LoadBalancer) view {
	v := view{arn: b.ARN, zones: max(1, len(b.Zones)), tx: tx}
	for _, id := range elbv2.LoadBalancerGroups(tx, b.ARN) {
		v.groups = append(v.groups, lookAtGroup(tx, id))
	}
	return v
}

// lookAfter is of a load balancer that may be gone.
func lookAfter(tx *store.Tx, arn string) view {
	if b := elbv2.FindLoadBalancer(tx, arn); b != nil {
		return look(tx, b)
	}
	return view{arn: arn, zones: 1, tx: tx}
}

func lookAtGroup(tx *store.Tx, id string) group {
	is := group{arn: id}
	g := elbv2.FindTargetGroup(tx, id)
	if g == nil {
		return is
	}
	for _, t := range elbv2.Targets(tx, id) {
		if t.Draining() {
			continue
		}
		is.registered++
		switch ec2.TargetHealth(tx, g, t, state.Registered(tx, g.Scope, t.ID)).State {
		case elb.TargetHealthStateEnumHealthy:
			is.healthy++
		case elb.TargetHealthStateEnumUnhealthy:
			is.unhealthy++
		}
	}
	return is
}

// counted is what there is to count of requests to target groups that no data plane has: targets that are healthy answer all
// of them well, and the load balancer those to a group without targets. The time of answers and connections are not said.
// Source: user guide, troubleshoot your Application Load Balancers: HTTP 503, no registered targets.
func (v view) counted(requests map[string]uint64) balancer.Counts {
	c := balancer.Counts{Groups: map[string]balancer.GroupCounts{}, Answers: map[int]uint64{}}
	for _, g := range v.groups {
		switch n := requests[g.arn]; {
		case n == 0:
		case g.registered == 0:
			c.Answers[503] += n
		case g.healthy == 0:
			c.Groups[g.arn] = balancer.GroupCounts{Requests: n}
		default:
			c.Groups[g.arn] = balancer.GroupCounts{Requests: n, Answers: map[int]uint64{2: n}}
		}
	}
	return c
}

// group returns one that the load balancer leads to, or has led to.
func (v view) group(id string) group {
	for _, g := range v.groups {
		if g.arn == id {
			return g
		}
	}
	return lookAtGroup(v.tx, id)
}
