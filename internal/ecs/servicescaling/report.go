package servicescaling

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Report tells what there is to scale, what each policy wants and what holds it.
func (c *Controller) Report() applicationautoscaling.Report {
	tx, now := c.Store.Read(), c.Clock.Now()
	all := applicationautoscaling.Report{Targets: []applicationautoscaling.TargetReport{}}
	for _, t := range applicationautoscaling.Targets.All(tx) {
		if serviceOf(tx, t.Of()) != nil {
			all.Targets = append(all.Targets, c.reportOf(tx, t, now))
		}
	}
	return all
}

// ReportOf tells the same of one service by its ARN; nil if nothing scales it.
func (c *Controller) ReportOf(tx *store.Tx, serviceARN string) *applicationautoscaling.TargetReport {
	t := applicationautoscaling.FindTarget(tx, applicationautoscaling.ResourceOfService(serviceARN))
	if t == nil || serviceOf(tx, t.Of()) == nil {
		return nil
	}
	return new(c.reportOf(tx, t, c.Clock.Now()))
}

// newest is how many activities of a target are reported.
const newest = 5

func (c *Controller) reportOf(tx *store.Tx, t *applicationautoscaling.Target, now time.Time) applicationautoscaling.TargetReport {
	s := stateOf(tx, t, serviceOf(tx, t.Of()), now)
	r := applicationautoscaling.TargetReport{
		Service: t.Of().Service(), MinCapacity: t.Min, MaxCapacity: t.Max, Desired: s.Desired, Running: s.Running, Held: s.Holds(),
		Policies: []applicationautoscaling.PolicyReport{}, Scheduled: []applicationautoscaling.ScheduledActionReport{}, Activities: []applicationautoscaling.ActivityReport{},
	}
	peers := c.peers(tx, t.Of(), now)
	for _, p := range applicationautoscaling.Policies.List(tx, t.Of()) {
		reported := applicationautoscaling.PolicyReport{Name: p.Name, Type: string(p.Type), Alarms: []applicationautoscaling.AlarmReport{}}
		for _, name := range alarmsOf(tx, p) {
			reported.Alarms = append(reported.Alarms, c.reportAlarm(tx, name, p, s, peers))
		}
		r.Policies = append(r.Policies, reported)
	}
	for _, a := range applicationautoscaling.ScheduledActions.List(tx, t.Of()) {
		reported := applicationautoscaling.ScheduledActionReport{Name: a.Name, MinCapacity: a.Min, MaxCapacity: a.Max}
		if due, ok := nextDue(a, now.Add(-late)); ok {
			reported.NextDue = &due
		}
		r.Scheduled = append(r.Scheduled, reported)
	}
	for a := range applicationautoscaling.NewestActivities(tx, t.Of()) {
		if len(r.Activities) == newest {
			break
		}
		r.Activities = append(r.Activities, reportActivity(a))
	}
	return r
}

// alarmsOf are the names of the alarms that ask for a policy: managed ones that are gone included.
func alarmsOf(tx *store.Tx, p *applicationautoscaling.Policy) []string {
	names := slices.Clone(p.Alarms)
	for _, a := range cloudwatch.Alarms.List(tx, p.Of.Scope) {
		for _, action := range slices.Concat(a.AlarmActions, a.OKActions, a.NoDataActions) {
			if (action == p.ARN() || action == p.ActionARN()) && !slices.Contains(names, a.Name) {
				names = append(names, a.Name)
			}
		}
	}
	return names
}

func (c *Controller) reportAlarm(tx *store.Tx, name string, p *applicationautoscaling.Policy, s decision.State, peers []decision.Peer) applicationautoscaling.AlarmReport {
	a := cloudwatch.Alarms.Find(tx, p.Of.Scope, name)
	if a == nil {
		return applicationautoscaling.AlarmReport{Name: name, Values: []float64{}, Held: "the alarm was deleted"}
	}
	values := c.Values(tx, a, s.Now)
	r := applicationautoscaling.AlarmReport{Name: name, State: string(a.State), Values: append([]float64{}, values...)}
	d := decision.Decide(s, []decision.Signal{signalWith(a, p, string(a.State), values)}, peers)
	if d.Change != nil {
		r.Wants = &d.Change.To
	}
	switch {
	case !a.ActionsEnabled:
		r.Held = "the actions of the alarm are disabled"
	case d.Change == nil:
		r.Held = d.Held
	case a.State != cwtypes.StateValueAlarm:
		r.Held = fmt.Sprintf("the alarm is %s, not ALARM", a.State)
	}
	return r
}

func reportActivity(a *applicationautoscaling.Activity) applicationautoscaling.ActivityReport {
	r := applicationautoscaling.ActivityReport{
		StartedAt: a.StartedAt, EndedAt: a.EndedAt, Status: string(a.Status), Description: a.Description, Cause: a.Cause, Message: aws.ToString(a.Message),
	}
	for _, n := range a.NotScaled {
		r.NotScaled = append(r.NotScaled, aws.ToString(n.Code))
	}
	return r
}
