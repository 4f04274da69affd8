// Package managedalarm makes and removes the alarms that Application Auto Scaling keeps for policies of target tracking.
// An alarm that a user deletes stays away until its policy is put again.
package managedalarm

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Replace gives a policy of target tracking new alarms in place of those that it has, as each change of a policy does
// (AAS0003.6), and returns the policy with their names, not yet written. Another policy is returned as it is.
func Replace(tx *store.Tx, p *applicationautoscaling.Policy, now time.Time) *applicationautoscaling.Policy {
	if p.Tracking == nil {
		return p
	}
	Remove(tx, p, now)
	changed := *p
	changed.Alarms = nil
	for _, level := range levels(p) {
		made := &cloudwatch.Alarm{Scope: p.Of.Scope, Name: nameOf(p, level.name), Settings: level.settings, ConfiguredAt: now}
		made.Begin(now)
		cloudwatch.Alarms.Put(tx, made)
		alarmstate.Configured(tx, nil, made, now)
		changed.Alarms = append(changed.Alarms, made.Name)
	}
	return &changed
}

// nameOf makes a name for an alarm, which no other one has (AAS0003.6).
func nameOf(p *applicationautoscaling.Policy, level string) string {
	return "TargetTracking-" + p.Of.Resource + "-Alarm" + level + "-" + arn.NewUUID()
}

// Remove deletes the alarms of a policy, as far as they are there.
func Remove(tx *store.Tx, p *applicationautoscaling.Policy, now time.Time) {
	for _, name := range p.Alarms {
		if a := cloudwatch.Alarms.Find(tx, p.Of.Scope, name); a != nil {
			alarmstate.Remove(tx, a, now)
		}
	}
}

// ForgetPolicy deletes a policy and its alarms.
func ForgetPolicy(tx *store.Tx, p *applicationautoscaling.Policy, now time.Time) {
	Remove(tx, p, now)
	applicationautoscaling.Policies.Delete(tx, p)
}

// ForgetTarget deletes a target with its policies, their alarms, and its scheduled actions (AAS0001.9). Activities stay.
func ForgetTarget(tx *store.Tx, t *applicationautoscaling.Target, now time.Time) {
	for _, p := range applicationautoscaling.Policies.List(tx, t.Of()) {
		ForgetPolicy(tx, p, now)
	}
	for _, a := range applicationautoscaling.ScheduledActions.List(tx, t.Of()) {
		applicationautoscaling.ScheduledActions.Delete(tx, a)
	}
	applicationautoscaling.Targets.Delete(tx, t)
}

// ForgetService deletes the target of a service of ECS, if it has one, as the end of the service does. AWS does so after a
// while; here it is with DeleteService. Source: Application Auto Scaling user guide, register a scalable target.
func ForgetService(tx *store.Tx, serviceARN string, now time.Time) {
	if t := applicationautoscaling.FindTarget(tx, applicationautoscaling.ResourceOfService(serviceARN)); t != nil {
		ForgetTarget(tx, t, now)
	}
}
