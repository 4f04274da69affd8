package autoscaling

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var policies = store.NewTable("autoscaling-policy", func(p *Policy) string { return GroupKey(p.Scope, p.Group) + "\x00" + p.Name })

// Policy is a scaling policy of a group that ECS has put for managed scaling: target tracking on
// CapacityProviderReservation. Users put none. The capacity provider controller writes it, and does what
// it says.
type Policy struct {
	Scope       arn.Scope
	Group, Name string
	ID          string // the UUID in its ARN
	// Cluster and CapacityProvider are the dimensions of its metric.
	Cluster, CapacityProvider string
	Target                    float64 // percent
}

func (p *Policy) ARN() string {
	return "arn:" + p.Scope.Partition() + ":autoscaling:" + p.Scope.Region + ":" + p.Scope.Account + ":scalingPolicy:" + p.ID +
		":autoScalingGroupName/" + p.Group + ":policyName/" + p.Name
}

// The metric of managed scaling. Source: ECS developer guide, cluster auto scaling.
const (
	ManagedScalingNamespace = "AWS/ECS/ManagedScaling"
	ManagedScalingMetric    = "CapacityProviderReservation"
)

// Levels of the alarms of a policy.
const (
	AlarmHigh = "High"
	AlarmLow  = "Low"
)

// AlarmLevels are both of them.
var AlarmLevels = []string{AlarmHigh, AlarmLow}

// AlarmName is the name of the alarm of a level. Source: field reports of activities.
func (p *Policy) AlarmName(level string) string {
	return "TargetTracking-" + p.Group + "-Alarm" + level + "-" + p.ID
}

// PolicyByARN returns a policy of an account and region by its ARN, or nil.
func PolicyByARN(tx *store.Tx, s arn.Scope, policyARN string) *Policy {
	for p := range policies.Forward(tx, scopeKey(s)) {
		if p.ARN() == policyARN {
			return p
		}
	}
	return nil
}

// Policies returns those of a group, or of all groups of an account and region, in order of the
// names of groups and policies.
func Policies(tx *store.Tx, s arn.Scope, group string) []*Policy {
	if group == "" {
		return policies.List(tx, scopeKey(s))
	}
	return policies.List(tx, GroupKey(s, group)+"\x00")
}

func PutPolicy(tx *store.Tx, p *Policy) { policies.Put(tx, p) }

// DeletePolicy removes a policy with its alarms, as far as they are there.
func DeletePolicy(tx *store.Tx, p *Policy, now time.Time) {
	policies.Delete(tx, p)
	for _, level := range AlarmLevels {
		if a := cloudwatch.Alarms.Find(tx, p.Scope, p.AlarmName(level)); a != nil {
			alarmstate.Remove(tx, a, now)
		}
	}
}
