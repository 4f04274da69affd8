package instruments

import (
	"cmp"
	"slices"
	"strconv"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
)

// usage is a row for each capacity and architecture that tasks used.
type usage struct {
	id, of string
	link   g.Node
	cost   *float64
	costs.Usage
}

func (u usage) row() page.Row {
	return page.Row{ID: "usage-" + u.id, Cells: []g.Node{
		u.link, page.Text(u.Capacity + " " + u.Architecture), page.Text(strconv.FormatInt(u.Tasks, 10)), page.Text(strconv.FormatInt(u.TaskSeconds, 10)),
		page.Text(strconv.FormatInt(u.StartSeconds, 10)), page.Text(hours(u.VCPUHours)), page.Text(hours(u.GBHours)), page.Text(u.price()), page.Text(money(u.cost)),
	}}
}

// price is what the usage costs. Tasks on EC2 have none: the instances do.
func (u usage) price() string {
	if u.Capacity == "EC2" {
		return "in the instances"
	}
	return money(u.Usage.Cost)
}

var usageHeads = []string{"Of", "Capacity", "Tasks", "Billed seconds", "Seconds to start", "vCPU hours", "GB hours", "Cost", "Cost in all"}

func usages(r *page.Request, name, caption string, all []usage) (g.Node, error) {
	all = slices.DeleteFunc(all, func(u usage) bool { return !r.Matches(u.of) })
	shown, paging, err := page.List(r, name, all, func(u usage) string { return u.id }, func(a, b usage) int { return cmp.Compare(a.id, b.id) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, u := range shown {
		rows = append(rows, u.row())
	}
	return g.Group{page.Table(caption, usageHeads, rows), r.Pages(paging)}, nil
}

func serviceCosts(r *page.Request, report *costs.Report) (g.Node, error) {
	var all []usage
	apart := report.Apart()
	for _, s := range report.Services {
		of := s.ClusterName + "/" + s.ServiceName
		link := page.A(of+apart(s.Place), at(r, s.Place).To("services", s.ClusterName, s.ServiceName))
		for _, u := range s.Usage {
			all = append(all, usage{usageID("service:"+of, s.Place, u), of, link, s.Cost, u})
		}
	}
	list, err := usages(r, "services", "Services, deleted ones included", all)
	if err != nil {
		return nil, err
	}
	return g.Group{r.Filter("services and families"), list}, nil
}

func standaloneCosts(r *page.Request, report *costs.Report) (g.Node, error) {
	var all []usage
	apart := report.Apart()
	for _, s := range report.Standalone {
		of := s.ClusterName + "/" + s.Family
		link := page.A(of+apart(s.Place), at(r, s.Place).To("definitions", s.Family))
		for _, u := range s.Usage {
			all = append(all, usage{usageID("family:"+of, s.Place, u), of, link, s.Cost, u})
		}
	}
	return usages(r, "standalone", "Tasks of no service, by family", all)
}

// usageID is one that no other row has.
func usageID(of string, in costs.Place, u costs.Usage) string {
	return of + ":" + u.Capacity + ":" + u.Architecture + ":" + in.Region + ":" + in.Account
}

// at makes links to what is in a place, which may be another one than the page's.
func at(r *page.Request, in costs.Place) *page.Request {
	return &page.Request{Scope: arn.Scope{Region: in.Region, Account: in.Account}, Default: r.Default}
}

// deployed is a deployment with the link to its service.
type deployed struct {
	link g.Node
	costs.Deployment
}

// deploymentCosts shows what deployments ran beyond the desired count.
func deploymentCosts(r *page.Request, report *costs.Report) (g.Node, error) {
	var all []deployed
	apart := report.Apart()
	for _, s := range report.Services {
		of := s.ClusterName + "/" + s.ServiceName
		if !r.Matches(of) {
			continue
		}
		link := page.A(of+apart(s.Place), at(r, s.Place).To("services", s.ClusterName, s.ServiceName))
		for _, d := range s.Deployments {
			all = append(all, deployed{link, d})
		}
	}
	shown, paging, err := page.List(r, "deployments", all, func(d deployed) string { return d.ServiceDeploymentARN },
		func(a, b deployed) int {
			return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.ServiceDeploymentARN, b.ServiceDeploymentARN))
		})
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, d := range shown {
		rows = append(rows, page.Row{ID: "deployment-" + arn.Name(d.ServiceDeploymentARN), Cells: []g.Node{
			d.link, page.Text(d.TaskDefinition), page.Status(d.Status), page.Time(d.StartedAt), page.Time(d.FinishedAt),
			page.Text(strconv.FormatInt(d.TaskSeconds, 10)), page.Text(hours(d.ExtraTaskSeconds)), page.Text(money(d.ExtraCost)),
		}})
	}
	heads := []string{"Service", "Task definition", "Status", "Started", "Finished", "Billed seconds", "Extra task seconds", "Extra cost"}
	return g.Group{
		page.Note("Extra is what ran beyond the desired count while a deployment went on."), page.Table("Deployments, the newest first", heads, rows), r.Pages(paging),
	}, nil
}
