package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/overview/text"
)

var scalingCommand = subcommand{
	name:      "scaling",
	summary:   "show how services are scaled, and what holds them",
	examples:  []example{{"ecs-emulator scaling web", "of one service"}},
	arguments: []argument{{name: "service", about: "name, cluster/name or ARN of a service (default: all that are scaled)", optional: true}},
	declare: func(flags *flagSet) action {
		endpoint := endpointFlag(flags)
		return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
			return showScaling(ctx, *endpoint, args[0], stdout)
		}
	},
}

func showScaling(ctx context.Context, endpoint, service string, stdout io.Writer) error {
	var all applicationautoscaling.Report
	if err := askJSON(ctx, http.MethodGet, endpoint, "scaling", nil, nil, &all); err != nil {
		return err
	}
	shown := slices.DeleteFunc(all.Targets, func(t applicationautoscaling.TargetReport) bool {
		return service != "" && !slices.Contains([]string{t.Service, arn.Name(t.Service), serviceName(t)}, service)
	})
	switch {
	case len(shown) == 0 && service != "":
		return fmt.Errorf("no service %s has a scalable target: RegisterScalableTarget makes one", service)
	case len(shown) == 0:
		fmt.Fprintln(stdout, "no service has a scalable target")
	}
	for n := range shown {
		if n > 0 {
			fmt.Fprintln(stdout)
		}
		if _, err := io.WriteString(stdout, scalingOf(&shown[n])); err != nil {
			return err
		}
	}
	return nil
}

// serviceName tells a service from those of the same name in other clusters.
func serviceName(t applicationautoscaling.TargetReport) string {
	return arn.ClusterName(t.Service) + "/" + arn.Name(t.Service)
}

// scalingOf shows a target: its counts, what holds it, the alarms of its policies, its scheduled actions and activities.
func scalingOf(t *applicationautoscaling.TargetReport) string {
	var b strings.Builder
	fmt.Fprintf(&b, "service %s: desired %d, running %d, between %d and %d\n", serviceName(*t), t.Desired, t.Running, t.MinCapacity, t.MaxCapacity)
	for _, held := range t.Held {
		fmt.Fprintf(&b, "%s\n", held)
	}
	rows := [][]string{{"POLICY", "ALARM", "STATE", "DATA", "WANTS", "HELD BY"}}
	for _, p := range t.Policies {
		for _, a := range p.Alarms {
			rows = append(rows, []string{p.Name, a.Name, orDash(a.State), orDash(lastValues(a.Values)), orDash(bound(a.Wants)), orDash(a.Held)})
		}
		if len(p.Alarms) == 0 {
			rows = append(rows, []string{p.Name, "-", "-", "-", "-", "no alarm has the policy as an action"})
		}
	}
	scheduled := [][]string{{"SCHEDULED ACTION", "NEXT DUE", "MINIMUM", "MAXIMUM"}}
	for _, a := range t.Scheduled {
		scheduled = append(scheduled, []string{a.Name, orDash(moment(a.NextDue)), orDash(bound(a.MinCapacity)), orDash(bound(a.MaxCapacity))})
	}
	activities := [][]string{{"STARTED", "ENDED", "STATUS", "ACTIVITY", "CAUSE"}}
	for _, a := range t.Activities {
		what := a.Description
		if len(a.NotScaled) > 0 {
			what += ": " + strings.Join(a.NotScaled, ", ")
		}
		activities = append(activities, []string{moment(&a.StartedAt), orDash(moment(a.EndedAt)), a.Status, what, a.Cause})
	}
	for _, table := range [][][]string{rows, scheduled, activities} {
		if len(table) > 1 {
			b.WriteString("\n" + text.Align(table))
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
