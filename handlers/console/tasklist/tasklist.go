// Package tasklist has lists of tasks as several pages of the console show them: filtered by q and status, at most a
// hundred rows, those first that are not as wanted, and then the newest.
package tasklist

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Statuses are what the parameter status may be: a lastStatus, or UNHEALTHY.
var Statuses = []string{
	state.Provisioning, state.Pending, state.Activating, state.Running, state.Deactivating, state.Stopping, state.Deprovisioning, state.Stopped,
	string(types.HealthStatusUnhealthy),
}

// shown are the statuses that stand above a list.
var shown = []string{state.Pending, state.Running, string(types.HealthStatusUnhealthy), state.Stopped}

// Filter has the reader choose, in this list and by q in others of the page: what names them all.
func Filter(r *page.Request, what string) g.Node { return r.Filter(what, shown...) }

// listed is a task with what decides about its place.
type listed struct {
	*state.Task
	why string // it is not as wanted
}

// Node is the list of those tasks that the reader asks for. Without a status those that have not stopped come first.
func Node(r *page.Request, caption string, all []*state.Task) (g.Node, error) {
	if err := r.CheckStatus(Statuses...); err != nil {
		return nil, err
	}
	var matching []listed
	for _, t := range all {
		if wanted(r, t) {
			matching = append(matching, listed{t, overview.TaskNotAsWanted(t)})
		}
	}
	tasks, paging, err := page.List(r, "tasks", matching, func(t listed) string { return arn.Name(t.ARN) }, before)
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(tasks))
	for _, t := range tasks {
		rows = append(rows, row(r, t))
	}
	return g.Group{
		page.Table(caption, []string{"Task", "lastStatus", "Health", "Definition", "Group", "Where", "Created", "Stopped"}, rows),
		r.Pages(paging),
	}, nil
}

func wanted(r *page.Request, t *state.Task) bool {
	switch status := r.Query.Get("status"); status {
	case "", t.Status.LastStatus:
	case string(types.HealthStatusUnhealthy):
		if t.Ended() || t.Health() != types.HealthStatusUnhealthy {
			return false
		}
	default:
		return false
	}
	if r.Query.Get("q") == "" {
		return true
	}
	reason := ""
	if t.Stop != nil {
		reason = t.Stop.Reason
	}
	return r.Matches(arn.Name(t.ARN), Definition(t), t.Spec.Group, t.Status.LastStatus, t.Status.Attachment.PrivateIPv4, t.Placement.Zone,
		page.Engine(t.Placement.Host), arn.Name(t.Placement.ContainerInstance), t.Spec.StartedBy, reason)
}

// before has those that have not stopped first, of these the ones that are not as wanted, and then the newest.
func before(x, y listed) int {
	return cmp.Or(
		cmp.Compare(rank(x), rank(y)), y.Spec.CreatedAt.Compare(x.Spec.CreatedAt), strings.Compare(x.ARN, y.ARN),
	)
}

func rank(t listed) int {
	switch {
	case t.Ended():
		return 2
	case t.why == "":
		return 1
	}
	return 0
}

func row(r *page.Request, t listed) page.Row {
	id, cluster := arn.Name(t.ARN), arn.ClusterName(t.ARN)
	stopped := page.None()
	if t.Ended() {
		stopped = page.Time(t.Status.StoppedAt)
	}
	if t.Stop != nil {
		stopped = g.Group{stopped, h.Div(page.Text(t.Stop.Reason))}
	}
	return page.Row{ID: "task-" + id, Cells: []g.Node{
		page.A(page.ShortID(id), r.To("tasks", cluster, id)), LastStatus(t.Task), page.Status(string(t.Status.HealthStatus)), DefinitionLink(r, t.Task),
		page.Text(t.Spec.Group), where(r, t.Task), page.Time(t.Spec.CreatedAt), stopped,
	}}
}

// LastStatus is the task's lastStatus, with the desiredStatus where that is another one.
func LastStatus(t *state.Task) g.Node {
	last, desired := t.Status.LastStatus, t.DesiredStatus()
	if last == desired {
		return page.Status(last)
	}
	return g.Group{page.Badge(page.Moving, last), h.Small(page.Text(" → " + desired))}
}

// Definition is the task's family:revision.
func Definition(t *state.Task) string {
	return t.Spec.FamilyName() + ":" + strconv.Itoa(t.Spec.Revision)
}

// DefinitionLink leads to the task's definition.
func DefinitionLink(r *page.Request, t *state.Task) g.Node {
	return page.A(Definition(t), r.To("definitions", t.Spec.Family, strconv.Itoa(t.Spec.Revision)))
}

func where(r *page.Request, t *state.Task) g.Node {
	var parts g.Group
	if t.Placement.ContainerInstance != "" {
		id := arn.Name(t.Placement.ContainerInstance)
		parts = append(parts, page.A(page.ShortID(id), r.To("instances", arn.ClusterName(t.ARN), id)))
	}
	for _, text := range slices.DeleteFunc([]string{t.Status.Attachment.PrivateIPv4, t.Placement.Zone, page.Engine(t.Placement.Host)}, func(s string) bool { return s == "" }) {
		parts = append(parts, page.Text(" "+text))
	}
	if len(parts) == 0 {
		return page.None()
	}
	return parts
}
