package ec2

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TargetHealth of a target of a group, as ELB answers it: that of an instance which has stopped
// follows from the instance. Source: ELBv2 API reference, TargetHealth; ELB0002 for an instance
// that was terminated; field reports for the words about a stopped one.
// registered says that the target is registered as a container instance, as state.Registered knows.
func TargetHealth(tx *store.Tx, g *elbv2.TargetGroup, t *elbv2.Target, registered bool) elb.TargetHealth {
	switch stateOfTarget(tx, g, t, registered) {
	case types.InstanceStateNameTerminated:
		return elbv2.Leaving
	case types.InstanceStateNameStopped:
		if !t.Draining() && len(elbv2.InUse(tx, g.ARN)) > 0 {
			return elb.TargetHealth{
				State: elb.TargetHealthStateEnumUnused, Reason: elb.TargetHealthReasonEnumInvalidState,
				Description: aws.String("Target is in the stopped state"),
			}
		}
	}
	return elbv2.Health(tx, g, t)
}

// TargetGone tells whether a target is an instance that was terminated: its group has it no more.
func TargetGone(tx *store.Tx, g *elbv2.TargetGroup, t *elbv2.Target, registered bool) bool {
	return stateOfTarget(tx, g, t, registered) == types.InstanceStateNameTerminated
}

// stateOfTarget is that of the instance which a target is, or empty. One that is forgotten was
// terminated; of one whose container agent was registered by hand no more is known.
func stateOfTarget(tx *store.Tx, g *elbv2.TargetGroup, t *elbv2.Target, registered bool) types.InstanceStateName {
	if g.Type != elb.TargetTypeEnumInstance {
		return ""
	}
	if i := FindInstance(tx, g.Scope, t.ID); i != nil {
		return i.State()
	}
	if registered {
		return ""
	}
	return types.InstanceStateNameTerminated
}

// TargetAddress is where a target is: an address, or that of an instance that has not stopped. It
// is not valid if there is none.
func TargetAddress(tx *store.Tx, g *elbv2.TargetGroup, t *elbv2.Target, registered bool) netip.Addr {
	text := t.ID
	switch stateOfTarget(tx, g, t, registered) {
	case "":
	case types.InstanceStateNameStopped, types.InstanceStateNameTerminated:
		return netip.Addr{}
	default:
		text = FindInstance(tx, g.Scope, t.ID).PrivateIP
	}
	address, _ := netip.ParseAddr(text)
	return address
}
