package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview/text"
)

// serviceName tells a service from those of the same name in other clusters.
func serviceName(t applicationautoscaling.TargetReport) string {
	return arn.ClusterName(t.Service) + "/" + arn.Name(t.Service)
}

// scalingOf shows a target, in lines of at most a width if that is not 0: its counts, what holds it, the alarms of its policies, its scheduled actions and activities.
func scalingOf(t *applicationautoscaling.TargetReport, width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "service %s: desired %d, running %d, between %d and %d\n", serviceName(*t), t.Desired, t.Running, t.MinCapacity, t.MaxCapacity)
	for _, held := range t.Held {
		fmt.Fprintf(&b, "%s\n", held)
	}
	policies := text.Listing{Head: []string{"POLICY", "ALARM", "STATE", "DATA", "WANTS", "HELD BY"}, Names: []int{0, 1}, Below: 5}
	for _, p := range t.Policies {
		for _, a := range p.Alarms {
			policies.Rows = append(policies.Rows, []string{p.Name, a.Name, orDash(a.State), orDash(lastValues(a.Values)), orDash(bound(a.Wants)), orDash(a.Held)})
		}
		if len(p.Alarms) == 0 {
			policies.Rows = append(policies.Rows, []string{p.Name, "-", "-", "-", "-", "no alarm has the policy as an action"})
		}
	}
	scheduled := text.Listing{Head: []string{"SCHEDULED ACTION", "NEXT DUE", "MINIMUM", "MAXIMUM"}, Names: []int{0}}
	for _, a := range t.Scheduled {
		scheduled.Rows = append(scheduled.Rows, []string{a.Name, orDash(moment(a.NextDue)), orDash(bound(a.MinCapacity)), orDash(bound(a.MaxCapacity))})
	}
	activities := text.Listing{Head: []string{"STARTED", "ENDED", "STATUS", "ACTIVITY", "CAUSE"}, Below: 3}
	for _, a := range t.Activities {
		what := a.Description
		if len(a.NotScaled) > 0 {
			what += ": " + strings.Join(a.NotScaled, ", ")
		}
		activities.Rows = append(activities.Rows, []string{moment(&a.StartedAt), orDash(moment(a.EndedAt)), a.Status, what, a.Cause})
	}
	for _, table := range []text.Listing{policies, scheduled, activities} {
		if len(table.Rows) > 0 {
			b.WriteString("\n" + table.Fit(width))
		}
	}
	return b.String()
}

// lastValues are the newest three data points, oldest first.
func lastValues(values []float64) string {
	var shown []string
	for _, v := range values[max(0, len(values)-3):] {
		shown = append(shown, strconv.FormatFloat(v, 'g', 5, 64))
	}
	return strings.Join(shown, " ")
}

func bound(count *int32) string {
	if count == nil {
		return ""
	}
	return strconv.Itoa(int(*count))
}

func moment(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
