package taskcause

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// keptApart is of a target that gave no answer, if security groups keep the load balancer away from it. Of a task that has
// stopped there is no interface any more whose rules could be looked at: the rules are those that its groups have now.
func (q *question) keptApart(g *elbv2.TargetGroup, target *state.TaskTarget, seen []why.Evidence) (apart bool) {
	port, err := strconv.Atoi(g.HealthCheck.Port)
	if err != nil { // traffic-port
		port = int(target.Port)
	}
	for _, balancerARN := range elbv2.InUse(q.Tx, g.ARN) {
		b := elbv2.FindLoadBalancer(q.Tx, balancerARN)
		if b == nil {
			continue
		}
		lacks := fmt.Sprintf("Let TCP port %d of %s in from %s.", port, groupsOf(q.t.Spec.SecurityGroups, "its security groups"), groupsOf(b.SecurityGroups, "the load balancer's addresses"))
		switch {
		case q.KeptApart == nil:
			return false
		case !q.t.Ended() && q.t.Stop == nil:
			row := elbv2.FindTarget(q.Tx, g.ARN, target.ID, target.Port)
			if row == nil {
				continue
			}
			address := ec2.TargetAddress(q.Tx, g, row, state.Registered(q.Tx, g.Scope, row.ID))
			cause := q.WhatKeepsApart(balancerARN, address, port)
			if cause == "" {
				continue
			}
			q.say(why.SecurityGroup, fmt.Sprintf("target group %s got no answer, as %s (load balancer %s)", g.Name, cause, b.Name), lacks,
				append(slices.Clone(seen), noted(q.Now, "%s", cause))...)
		case !q.admits(b, port):
			q.say(why.SecurityGroup, fmt.Sprintf("target group %s got no answer, probably as no rule of %s lets load balancer %s in at port %d",
				g.Name, groupsOf(q.t.Spec.SecurityGroups, "its security groups"), b.Name, port), lacks,
				append(slices.Clone(seen), noted(q.Now, "inbound rules of %s have no TCP port %d from %s, as they are now",
					groupsOf(q.t.Spec.SecurityGroups, "its security groups"), port, groupsOf(b.SecurityGroups, "the load balancer")))...)
		default:
			continue
		}
		apart = true
	}
	return apart
}

func groupsOf(ids []string, none string) string {
	if len(ids) == 0 {
		return none
	}
	return "security group " + listed(ids)
}

// admits reports whether a rule of the task's groups may let a load balancer in at a port. It takes each range of addresses and each
// prefix list for one that has the load balancer's: only where no rule can be meant, the answer is no.
func (q *question) admits(b *elbv2.LoadBalancer, port int) bool {
	if len(q.t.Spec.SecurityGroups) == 0 || len(b.SecurityGroups) == 0 {
		return true
	}
	for _, id := range q.t.Spec.SecurityGroups {
		g := ec2network.FindSecurityGroup(q.Tx, q.t.Scope(), id)
		if g == nil || g.MadeUp || slices.ContainsFunc(g.Rules, func(r ec2network.SecurityGroupRule) bool { return mayAdmit(r, b, port) }) {
			return true
		}
	}
	return false
}

func mayAdmit(r ec2network.SecurityGroupRule, b *elbv2.LoadBalancer, port int) bool {
	tcp := r.Protocol == ec2network.AllProtocols || (r.Protocol == "tcp" || r.Protocol == "6") && int(r.From) <= port && port <= int(r.To)
	return !r.Egress && tcp && (r.Group == "" && r.CIDRv6 == "" || slices.Contains(b.SecurityGroups, r.Group))
}
