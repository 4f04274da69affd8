package overview

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// whyUnhealthy adds the cause to AWS's words for a target that does not answer, which name none: its security groups, or
// else where to look.
func (o Options) whyUnhealthy(tx *store.Tx, t *elbv2.Target, description string) string {
	if t == nil || description != "Request timed out" {
		return description
	}
	if cause := o.keptApart(tx, t); cause != "" {
		return description + ": " + cause
	}
	return description + " (see its security groups and port)"
}

// keptApart says which security groups keep a load balancer away from the port where it checks a target; empty: none do.
func (o Options) keptApart(tx *store.Tx, t *elbv2.Target) string {
	g := elbv2.FindTargetGroup(tx, t.GroupARN)
	if g == nil || o.KeptApart == nil {
		return ""
	}
	port, err := strconv.Atoi(g.HealthCheck.Port)
	if err != nil { // traffic-port
		port = int(t.Port)
	}
	address := ec2.TargetAddress(tx, g, t, state.Registered(tx, g.Scope, t.ID))
	for _, arn := range elbv2.InUse(tx, g.ARN) {
		cause, b := o.KeptApart(arn, address, port), elbv2.FindLoadBalancer(tx, arn)
		switch {
		case cause != "" && b != nil:
			return cause + " (load balancer " + b.Name + ")"
		case cause != "":
			return cause
		}
	}
	return ""
}
