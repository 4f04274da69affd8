package cluster

import (
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// daemons are the managed daemons of the cluster, by name.
func daemons(r *page.Request, c *state.Cluster) (g.Node, error) {
	var there []*daemon.Daemon
	for _, d := range daemon.List(r.Tx, r.Scope, c.Name) {
		if r.Matches(d.Name) {
			there = append(there, d)
		}
	}
	list, paging, err := page.List(r, "daemons", there, func(d *daemon.Daemon) string { return d.Name }, func(x, y *daemon.Daemon) int { return strings.Compare(x.Name, y.Name) })
	if err != nil {
		return nil, err
	}
	var rows []page.Row
	for _, d := range list {
		rows = append(rows, daemonRow(r, d))
	}
	heads := []string{"Daemon", "Status", "Critical", "With", "Without", "PENDING", "Draining", "Definition", "Deployment", "Why"}
	return g.Group{page.Table("Managed daemons of the cluster, and on how many instances they are", heads, rows), r.Pages(paging)}, nil
}

func daemonRow(r *page.Request, d *daemon.Daemon) page.Row {
	shown := overview.ReadDaemon(r.Tx, d)
	critical, why := "yes", page.None()
	if !shown.Critical {
		critical = "no"
	}
	if shown.NotAsWanted != "" {
		why = r.WhyOf(d.ARN)
	}
	deployment := page.Status(shown.Deployment.Status)
	if shown.Deployment.Status == "STOPPED" { // newest, so it has failed
		deployment = page.Badge(page.Bad, shown.Deployment.Status)
	}
	return page.Row{ID: "daemon-" + d.Name, Cells: []g.Node{
		page.Text(d.Name), page.Status(shown.Status), page.Text(critical), page.Number(shown.Running), page.Number(shown.Without), page.Number(shown.Pending),
		page.Number(shown.Draining), page.Or(shown.TaskDefinition), deployment, why,
	}}
}
