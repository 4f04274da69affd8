package service

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// targets are the targets of each target group that tasks of the service are in, those first that are not healthy.
func (v *view) targets() g.Node {
	var tables g.Group
	for _, shown := range v.shown.TargetGroups {
		group := elbv2.FindTargetGroup(v.Tx, shown.ARN)
		if group == nil {
			tables = append(tables, page.Note("Target group "+shown.ARN+" is gone."))
			continue
		}
		var states []string
		for state, n := range shown.Targets {
			states = append(states, fmt.Sprintf("%d %s", n, state))
		}
		slices.Sort(states)
		caption := "Target group " + group.Name
		if len(states) > 0 {
			caption += ": " + strings.Join(states, ", ")
		}
		tables = append(tables, h.H3(page.Text(caption)), v.groupTable(group, "Targets of "+group.Name))
		if shown.Unhealthy != "" {
			tables = append(tables, page.Note("Unhealthy: "+shown.Unhealthy))
		}
	}
	if len(tables) == 0 {
		return nil
	}
	return tables
}

// shownTarget is a target with its health.
type shownTarget struct {
	*elbv2.Target
	state, reason, text string
}

func (v *view) groupTable(group *elbv2.TargetGroup, caption string) g.Node {
	var all []shownTarget
	for _, t := range elbv2.Targets(v.Tx, group.ARN) {
		health := elbv2.Health(v.Tx, group, t)
		all = append(all, shownTarget{t, string(health.State), string(health.Reason), aws.ToString(health.Description)})
	}
	all = page.First(all, page.MostRows, func(x, y shownTarget) int {
		if healthy := order(x.state) - order(y.state); healthy != 0 {
			return healthy
		}
		return strings.Compare(x.ID+":"+strconv.Itoa(int(x.Port)), y.ID+":"+strconv.Itoa(int(y.Port)))
	})
	var rows []page.Row
	for _, t := range all {
		task := page.None()
		if t.Task != "" {
			task = page.A(page.ShortID(arn.Name(t.Task)), v.To("tasks", arn.ClusterName(t.Task), arn.Name(t.Task)))
		}
		rows = append(rows, page.Row{ID: fmt.Sprintf("target-%s-%s-%d", group.Name, t.ID, t.Port), Cells: []g.Node{
			page.Code(fmt.Sprintf("%s:%d", t.ID, t.Port)), page.Status(t.state), g.Group{page.Or(t.reason), h.Div(page.Text(t.text))}, task, page.Or(t.Zone), page.Time(t.RegisteredAt),
		}})
	}
	return page.Table(caption, []string{"Target", "State", "Reason", "Task", "Zone", "Registered"}, rows)
}

func order(state string) int {
	return slices.Index([]string{"unhealthy", "unused", "initial", "draining", "healthy"}, state)
}
