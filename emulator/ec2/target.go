package ec2

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/elbv2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// TargetHealth of a target of a group, as ELB answers it: that of an instance which has stopped
// follows from the instance. Source: ELBv2 API reference, TargetHealth; field reports for the
// words about a stopped instance, of which those about a terminated one are made.
func TargetHealth(tx *state.Tx, g *elbv2.TargetGroup, t *elbv2.Target) elb.TargetHealth {
	if is := stateOfTarget(tx, g, t); !t.Draining() && len(elbv2.InUse(tx, g.ARN)) > 0 &&
		(is == types.InstanceStateNameStopped || is == types.InstanceStateNameTerminated) {
		return elb.TargetHealth{
			State: elb.TargetHealthStateEnumUnused, Reason: elb.TargetHealthReasonEnumInvalidState,
			Description: aws.String("Target is in the " + string(is) + " state"),
		}
	}
	return elbv2.Health(tx, g, t)
}

// stateOfTarget is that of the instance which a target is, or empty. One that is forgotten was
// terminated; nobody knows more of one whose container agent was registered by hand.
func stateOfTarget(tx *state.Tx, g *elbv2.TargetGroup, t *elbv2.Target) types.InstanceStateName {
	if g.Type != elb.TargetTypeEnumInstance {
		return ""
	}
	if i := FindInstance(tx, g.Scope, t.ID); i != nil {
		return i.State()
	}
	if tx.ContainerInstanceOf(g.Scope, t.ID) != nil {
		return ""
	}
	return types.InstanceStateNameTerminated
}

// TargetAddress is where a target is: an address, or that of an instance that has not stopped. It
// is not valid if there is none.
func TargetAddress(tx *state.Tx, g *elbv2.TargetGroup, t *elbv2.Target) netip.Addr {
	text := t.ID
	switch stateOfTarget(tx, g, t) {
	case "":
	case types.InstanceStateNameStopped, types.InstanceStateNameTerminated:
		return netip.Addr{}
	default:
		text = FindInstance(tx, g.Scope, t.ID).PrivateIP
	}
	address, _ := netip.ParseAddr(text)
	return address
}
