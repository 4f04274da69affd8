package instruments

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
)

// readCosts reads the page of what the run would have cost. It is of all accounts and regions, as /_emulator/costs.
func (s Sources) readCosts(r *page.Request) (*page.View, error) {
	wanted, err := bill.ReadWanted(r.Query)
	if err != nil {
		return nil, page.Invalid("%s", err)
	}
	report, err := s.Costs(r.Context, wanted)
	if unknown := (bill.UnknownError{}); errors.As(err, &unknown) {
		return nil, page.NotFound(nil, "%s", err)
	}
	if err != nil {
		return nil, page.Invalid("%s", err)
	}
	services, err := serviceCosts(r, &report)
	if err != nil {
		return nil, err
	}
	standalone, err := standaloneCosts(r, &report)
	if err != nil {
		return nil, err
	}
	deployments, err := deploymentCosts(r, &report)
	if err != nil {
		return nil, err
	}
	return &page.View{
		Title: "Costs", Summary: fmt.Sprintf("%s in all, %s an hour", money(&report.Total), money(&report.PerHour)),
		Sections: []page.Section{
			{ID: "total", Title: "Total", Body: total(&report)},
			{ID: "narrow", Title: "What to count", Body: costsForm(r)},
			{ID: "warnings", Title: "Warnings", Wide: true, Body: warnings(&report)},
			{ID: "services", Title: "Services", Wide: true, Body: services},
			{ID: "deployments", Title: "Deployments", Wide: true, Body: deployments},
			{ID: "standalone", Title: "Tasks of no service", Wide: true, Body: standalone},
			{ID: "resources", Title: "Instances, load balancers and the rest", Wide: true, Body: resources(&report)},
			{ID: "compare", Title: "The same tasks elsewhere", Body: compare(&report)},
			{ID: "not-counted", Title: "What is not counted", Wide: true, Body: notCounted(&report)},
		},
	}, nil
}

// money is an amount of US dollars, rounded to millionths; nil: no price is known.
func money(usd *float64) string {
	if usd == nil {
		return "no price"
	}
	text := strconv.FormatFloat(*usd, 'f', 6, 64)
	whole, part, _ := strings.Cut(text, ".")
	return whole + "." + part[:2] + strings.TrimRight(part[2:], "0") + " USD"
}

// quantity is a number of hours or GB.
func quantity(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// hours shows hours to ten thousandths.
func hours(v float64) string { return quantity(float64(int64(v*1e4+0.5)) / 1e4) }

func total(report *costs.Report) g.Node {
	source := report.Prices.Source
	if report.Prices.AsOf != "" {
		source += " as of " + report.Prices.AsOf
	}
	if report.Prices.File != "" {
		source += ", from " + report.Prices.File
	}
	return page.Pairs(
		page.Pair{Name: "Total", Value: page.Text(money(&report.Total))},
		page.Pair{Name: "An hour", Value: page.Text(money(&report.PerHour))},
		page.Pair{Name: "A month of 730 hours", Value: page.Text(money(&report.Per730Hours))},
		page.Pair{Name: "From", Value: page.Time(report.From)},
		page.Pair{Name: "To", Value: page.Time(report.To)},
		page.Pair{Name: "Prices", Value: page.Text(source)},
	)
}

// costsForm has the page count less.
func costsForm(r *page.Request) g.Node {
	if r.ReadOnly {
		return page.Note("The address takes cluster, service, since and instance-type.")
	}
	fields := make(g.Group, 0, 6)
	for _, each := range []struct{ name, label, hint string }{
		{"cluster", "Cluster", "name or ARN"}, {"service", "Service", "name or ARN"}, {"since", "Since", "a time of the clock such as 2026-01-31T15:04:05Z"},
		{"instance-type", "Instance type to compare with", "such as m5.large"},
	} {
		id := "costs-" + each.name
		fields = append(fields, h.Div(h.Class("field"), h.Label(h.For(id), h.Text(each.label)),
			h.Input(h.ID(id), h.Type("text"), h.Name(each.name), h.Value(r.Query.Get(each.name)), h.AutoComplete("off"), h.Aria("describedby", id+"-hint")),
			h.Small(h.ID(id+"-hint"), h.Text(each.hint))))
	}
	for _, name := range []string{"region", "account", "q"} {
		if value := r.Query.Get(name); value != "" {
			fields = append(fields, h.Input(h.Type("hidden"), h.Name(name), h.Value(value)))
		}
	}
	return h.Form(h.ID("costs-form"), h.Method("get"), h.Action(page.Local(page.Prefix+r.Path)), fields, h.Button(h.Type("submit"), h.Text("Count")))
}

func warnings(report *costs.Report) g.Node {
	rows := make([]page.Row, 0, len(report.Warnings)+len(report.Unpriced))
	for i, text := range report.Warnings {
		rows = append(rows, page.Row{ID: fmt.Sprintf("warning-%d", i), Cells: []g.Node{page.Text("Warning"), page.Text(text)}})
	}
	for i, u := range report.Unpriced {
		rows = append(rows, page.Row{ID: fmt.Sprintf("unpriced-%d", i), Cells: []g.Node{page.Text("No price"), page.Text(u.What + " in " + u.Region)}})
	}
	return page.Table("Warnings, and what has no price", []string{"Kind", "What"}, rows)
}

// resources are what is billed beside tasks.
func resources(report *costs.Report) g.Node {
	var rows []page.Row
	apart := report.Apart()
	for i, each := range report.Instances {
		kind := "EC2 instances"
		if each.Spot {
			kind = "EC2 Spot Instances"
		}
		rows = append(rows, page.Row{ID: fmt.Sprintf("instances-%d", i), Cells: []g.Node{
			page.Textf("%d %s %s%s, %.0f %% reserved by tasks", each.Count, kind, each.InstanceType, apart(costs.Place{Region: each.Region}), each.ReservedShare*100), page.Text(hours(each.Hours) + " hours"), page.Text(money(each.Cost)),
		}})
	}
	for i, each := range report.LoadBalancers {
		rows = append(rows, page.Row{ID: fmt.Sprintf("loadbalancer-%d", i), Cells: []g.Node{
			page.Text("load balancer " + each.LoadBalancerName + apart(each.Place)), page.Textf("%d started hours, %s capacity unit hours", each.Hours, hours(each.CapacityUnitHours)), page.Text(money(each.Cost)),
		}})
	}
	rows = append(rows,
		page.Row{ID: "addresses", Cells: []g.Node{page.Text("public IPv4 addresses"), page.Text(hours(report.PublicAddresses.Hours) + " hours"), page.Text(money(report.PublicAddresses.Cost))}},
		page.Row{ID: "gateways", Cells: []g.Node{page.Text("NAT gateways"), page.Text(hours(report.NATGateways.Hours) + " hours"), page.Text(money(report.NATGateways.Cost))}},
		page.Row{ID: "logs", Cells: []g.Node{page.Text("ingested logs"), page.Text(quantity(report.Logs.GB) + " GB"), page.Text(money(report.Logs.Cost))}})
	return page.Table("Billed beside tasks", []string{"What", "Quantity", "Cost"}, rows)
}

func compare(report *costs.Report) g.Node {
	c := report.Compare
	instances := page.Textf("%s: %d at most, %s hours; the fewest that could hold the tasks, so a lower bound", c.EC2.InstanceType, c.EC2.Instances, hours(c.EC2.InstanceHours))
	return page.Table("What the same tasks would cost elsewhere", []string{"Where", "How", "Cost"}, []page.Row{
		{ID: "compare-fargate", Cells: []g.Node{page.Text("FARGATE"), page.None(), page.Text(money(c.Fargate))}},
		{ID: "compare-spot", Cells: []g.Node{page.Text("FARGATE_SPOT"), page.Text("a floating price"), page.Text(money(c.FargateSpot))}},
		{ID: "compare-ec2", Cells: []g.Node{page.Text("EC2"), instances, page.Text(money(c.EC2.Cost))}},
	})
}

func notCounted(report *costs.Report) g.Node {
	rows := make([]page.Row, 0, len(report.NotCounted))
	for i, each := range report.NotCounted {
		rows = append(rows, page.Row{ID: fmt.Sprintf("not-counted-%d", i), Cells: []g.Node{page.Text(each.What), page.Text(each.Why)}})
	}
	return page.Table("What is not counted", []string{"What", "Why"}, rows)
}
