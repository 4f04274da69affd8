package elasticloadbalancingv2

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TargetHealth is what the health checks of a target have found. The load balancer
// controller writes it.
type TargetHealth struct {
	GroupARN, ID string
	Port         int32
	State        types.TargetHealthStateEnum
	Reason       types.TargetHealthReasonEnum
	Description  string
	// CheckedAt is when it was found. What was found before the target was registered again
	// is no longer so.
	CheckedAt time.Time
	Task      string
	// Withdrawn is since when a target that drains gets no more requests.
	Withdrawn time.Time
}

// FindTargetHealth returns what is known of a target, or nil.
func FindTargetHealth(tx *store.Tx, t *Target) *TargetHealth {
	return targetHealth.Get(tx, targetKey(t.GroupARN, t.ID, t.Port))
}

// ForgetHealth removes what is known of a target.
func ForgetHealth(tx *store.Tx, t *Target) {
	if h := FindTargetHealth(tx, t); h != nil {
		targetHealth.Delete(tx, h)
	}
}

// PutTargetHealth writes what is known of a target, unless it is gone.
func PutTargetHealth(tx *store.Tx, h *TargetHealth) {
	if t := FindTarget(tx, h.GroupARN, h.ID, h.Port); t != nil {
		h.Task = t.Task
		targetHealth.Put(tx, h)
	}
}

// Withdrawn tells since when nothing new is sent to a target that drains: since the load balancer
// that its group is on has said so, or at once where there is none. It is false until then.
func Withdrawn(tx *store.Tx, t *Target) (since time.Time, is bool) {
	known := FindTargetHealth(tx, t)
	switch {
	case known != nil && !known.Withdrawn.Before(t.DeregisteredAt):
		return known.Withdrawn, true
	case len(InUse(tx, t.GroupARN)) == 0:
		return t.DeregisteredAt, true
	default:
		return since, false
	}
}

// Withdraw notes that from now on nothing new is sent to a target that drains.
func Withdraw(tx *store.Tx, t *Target, now time.Time) {
	row := TargetHealth{GroupARN: t.GroupARN, ID: t.ID, Port: t.Port}
	if known := FindTargetHealth(tx, t); known != nil {
		row = *known
	}
	row.Withdrawn = now
	if now.Before(t.DeregisteredAt) { // this machine's time has been set back
		row.Withdrawn = t.DeregisteredAt
	}
	PutTargetHealth(tx, &row)
}

// NotRegistered is the health of what is no target. Source: ELB0002.
var NotRegistered = health(types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumNotRegistered,
	"Target is not registered to the target group")

// Leaving is the health of a target that drains.
var Leaving = health(types.TargetHealthStateEnumDraining, types.TargetHealthReasonEnumDeregistrationInProgress,
	"Target deregistration is in progress")

// Health of a target of a group, as ELB answers it. Source: ELB0002; ELBv2 API reference,
// TargetHealth, and field reports for the words of the other states.
func Health(tx *store.Tx, g *TargetGroup, t *Target) types.TargetHealth {
	on := InUse(tx, g.ARN)
	found := FindTargetHealth(tx, t)
	switch {
	case len(on) == 0:
		return health(types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumNotInUse,
			"Target group is not configured to receive traffic from the load balancer")
	case t.Draining():
		return Leaving
	case !enabled(tx, on, t.Zone):
		return health(types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumNotInUse,
			"Target is in an Availability Zone that is not enabled for the load balancer")
	case found == nil || found.CheckedAt.Before(t.RegisteredAt):
		return health(types.TargetHealthStateEnumInitial, types.TargetHealthReasonEnumRegistrationInProgress,
			"Target registration is in progress")
	case found.State == types.TargetHealthStateEnumHealthy:
		return types.TargetHealth{State: found.State}
	}
	return health(found.State, found.Reason, found.Description)
}

func health(state types.TargetHealthStateEnum, reason types.TargetHealthReasonEnum, text string) types.TargetHealth {
	return types.TargetHealth{State: state, Reason: reason, Description: aws.String(text)}
}

// enabled reports whether one of the load balancers is in a zone. What is outside of the VPC
// may be in all of them.
func enabled(tx *store.Tx, loadBalancers []string, zone string) bool {
	if zone == "" || zone == AllZones {
		return true
	}
	return slices.ContainsFunc(loadBalancers, func(arn string) bool {
		b := FindLoadBalancer(tx, arn)
		return b != nil && slices.ContainsFunc(b.Zones, func(z Zone) bool { return z.Name == zone })
	})
}

// AllZones is the zone of a target outside of the VPC.
const AllZones = "all"
