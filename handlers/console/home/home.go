// Package home has the first page of the console: what is not as wanted, and the clusters.
package home

import (
	"fmt"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// mostWorse bounds how many tasks an overview lists for this page.
const mostWorse = page.MostRows

// Pages are the pages of this package.
func Pages() []page.Page {
	return []page.Page{{Nav: "Overview", Read: read}}
}

func read(r *page.Request) (*page.View, error) {
	o := r.Overview()
	o.Tasks = mostWorse
	all, err := overview.Read(r.Tx, r.Now, o)
	if err != nil {
		return nil, err
	}
	w := &worse{r: r, counts: map[string]int{}}
	w.services(all.Services)
	w.daemons(all.Daemons)
	w.tasks(all.Tasks)
	w.instances(all.ContainerInstances)
	w.stacks(all.Stacks)
	v := &page.View{Title: "Overview", Summary: w.summary()}
	v.Status = page.Badge(page.Good, "as wanted")
	if w.count > 0 {
		v.Status = page.Badge(page.Bad, "not as wanted")
		v.Sections = append(v.Sections, page.Section{ID: "worse", Title: "Not as wanted", Wide: true, Body: page.Table("What is not as wanted", []string{"What", "How it is", "Why"}, w.rows)})
	}
	v.Sections = append(v.Sections, page.Section{ID: "clusters", Title: "Clusters", Wide: true, Body: clusters(r)})
	return v, nil
}

func clusters(r *page.Request) g.Node {
	var rows []page.Row
	for _, c := range state.Clusters.List(r.Tx, r.Scope) {
		if !c.Active() {
			continue
		}
		counts := state.FindClusterSummary(r.Tx, c.ARN)
		rows = append(rows, page.Row{ID: "cluster-" + c.Name, Cells: []g.Node{
			page.A(c.Name, r.To("clusters", c.Name)), page.Number(counts.ActiveServices()), page.Number(counts.Running()), page.Number(counts.Pending()), page.Number(counts.ContainerInstances),
		}})
	}
	return page.Table("Clusters that are ACTIVE", []string{"Cluster", "Services", "RUNNING tasks", "PENDING tasks", "Container instances"}, rows)
}

// worse collects what is not as wanted.
type worse struct {
	r     *page.Request
	rows  []page.Row
	count int
	// counts are by kind: of tasks no more than an overview lists.
	counts map[string]int
}

func (w *worse) add(kind, of string, what g.Node, how string) {
	w.count++
	w.counts[kind]++
	if w.count > page.MostRows {
		return
	}
	w.rows = append(w.rows, page.Row{ID: page.ID("worse", of), Cells: []g.Node{what, page.Text(how), w.r.WhyOf(of)}})
}

func (w *worse) services(all []overview.Service) {
	for _, s := range all {
		if s.NotAsWanted == "" || arn.ScopeOf(s.ARN) != w.r.Scope {
			continue
		}
		cluster := arn.Name(s.ClusterARN)
		w.add("service", s.ARN, g.Group{page.Text("Service "), page.A(s.Name, w.r.To("services", cluster, s.Name)), page.Text(" of " + cluster)}, s.NotAsWanted)
	}
}

func (w *worse) daemons(all []overview.Daemon) {
	for _, d := range all {
		if d.NotAsWanted == "" || arn.ScopeOf(d.ARN) != w.r.Scope {
			continue
		}
		cluster := arn.Name(d.ClusterARN)
		w.add("daemon", d.ARN, g.Group{page.Text("Daemon " + d.Name + " of "), page.A(cluster, w.r.To("clusters", cluster))}, d.NotAsWanted)
	}
}

func (w *worse) tasks(all []overview.Task) {
	for _, t := range all {
		if t.NotAsWanted == "" || arn.ScopeOf(t.ARN) != w.r.Scope {
			continue
		}
		cluster := arn.Name(t.ClusterARN)
		w.add("task", t.ARN, g.Group{page.Text("Task "), page.A(page.ShortID(t.ID), w.r.To("tasks", cluster, t.ID)), page.Text(" of " + t.Group)}, t.NotAsWanted)
	}
}

func (w *worse) instances(all []overview.ContainerInstance) {
	for _, i := range all {
		if i.NotAsWanted == "" || arn.ScopeOf(i.ARN) != w.r.Scope {
			continue
		}
		cluster := arn.Name(i.ClusterARN)
		w.add("container instance", i.ARN, g.Group{page.Text("Container instance "), page.A(page.ShortID(i.ID), w.r.To("instances", cluster, i.ID)), page.Text(" of " + cluster)}, i.NotAsWanted)
	}
}

func (w *worse) stacks(all []overview.Stack) {
	for _, s := range all {
		if arn.ScopeOf(s.ID) == w.r.Scope {
			w.add("stack", s.ID, page.Text("Stack "+s.Name), s.NotAsWanted)
		}
	}
}

// summary counts what is not as wanted.
func (w *worse) summary() string {
	var parts []string
	for _, kind := range []string{"stack", "service", "daemon", "task", "container instance"} {
		switch n := w.counts[kind]; n {
		case 0:
		case 1:
			parts = append(parts, "1 "+kind)
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", n, kind))
		}
	}
	switch {
	case len(parts) == 0:
		return "All is as wanted in " + w.r.Scope.Region + "."
	case w.count == 1:
		return parts[0] + " is not as wanted in " + w.r.Scope.Region + "."
	}
	return strings.Join(parts, ", ") + " are not as wanted in " + w.r.Scope.Region + "."
}
