package overview

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// whyUnhealthy adds the cause to AWS's words for a target that does not answer, which name none: its security groups, or
// else where to look.
func (o Options) whyUnhealthy(tx *state.Tx, t *elbv2.Target, description string) string {
	if t == nil || description != "Request timed out" {
		return description
	}
	if o.KeptApart != nil {
		if g := elbv2.FindTargetGroup(tx, t.GroupARN); g != nil {
			port, err := strconv.Atoi(g.HealthCheck.Port)
			if err != nil { // traffic-port
				port = int(t.Port)
			}
			address := ec2.TargetAddress(tx, g, t, state.Registered(tx, g.Scope, t.ID))
			for _, loadBalancer := range elbv2.InUse(tx, g.ARN) {
				if cause := o.KeptApart(loadBalancer, address, port); cause != "" {
					return description + ": " + cause
				}
			}
		}
	}
	return description + " (see its security groups and port)"
}
