package costs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	answer "github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview/text"
)

// Where there is no cost: an instance is billed and not the tasks on it, or no price is known.
const (
	byInstance = "by instance"
	noPrice    = "no price"
)

// newest is how many deployments of each service are shown where services are shown together.
const newest = 3

// render shows a report on a screen; of one service it has all deployments.
func render(r *answer.Report, screen terminal.Terminal, whole bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", screen.Paint(terminal.Bold, fmt.Sprintf("%s USD from %s to %s", dollars(r.Total), moment(r.From), moment(r.To))))
	fmt.Fprintf(&b, "%s an hour, %s a month of 730 hours\n", dollars(r.PerHour), dollars(r.Per730Hours))
	made, left := deployments(r, whole)
	for n, table := range []text.Listing{services(r), made, standalone(r), instances(r), loadBalancers(r), others(r), compared(&r.Compare)} {
		if len(table.Rows) > 0 {
			b.WriteString("\n" + table.Fit(screen.Width))
		}
		if n == 1 && left > 0 {
			b.WriteString(screen.Paint(terminal.Dim, fmt.Sprintf("and %s before; name a service for all of its own", count(left, "deployment"))) + "\n")
		}
	}
	for _, part := range []struct {
		title string
		lines []string
	}{
		{"Not counted:", notCounted(r)}, {"Without a price, so what needs it is in no sum:", unpriced(r)},
	} {
		if len(part.lines) > 0 {
			b.WriteString("\n" + part.title + "\n")
		}
		for _, line := range part.lines {
			b.WriteString(screen.Paint(terminal.Dim, "  "+activity.OneLine(line)) + "\n")
		}
	}
	b.WriteString("\n" + origin(r))
	for _, warning := range r.Warnings {
		b.WriteString(screen.Paint(terminal.Yellow, "warning: "+activity.OneLine(warning)) + "\n")
	}
	return b.String()
}

func services(r *answer.Report) text.Listing {
	t := usageListing("SERVICE")
	apart := r.Apart()
	for i := range r.Services {
		s := &r.Services[i]
		t.Rows = append(t.Rows, usages(s.ClusterName+"/"+s.ServiceName+apart(s.Place), s.Usage)...)
	}
	return t
}

// usageListing is a table of what tasks used. Money stands in front, where a narrow terminal has room for it.
func usageListing(of string) text.Listing {
	return text.Listing{Head: []string{of, "USD", "CAPACITY", "TASKS", "TASK TIME", "STARTING", "VCPU HOURS", "GB HOURS"}, Names: []int{0}, Below: 5}
}

// usages has a row for each capacity that tasks used.
func usages(name string, all []answer.Usage) (rows [][]string) {
	for i := range all {
		u := &all[i]
		without, capacity := noPrice, u.Capacity
		if u.Capacity == "EC2" {
			without = byInstance
		}
		if u.Architecture != "X86_64" {
			capacity += " " + u.Architecture
		}
		rows = append(rows, []string{
			name, cost(u.Cost, without), capacity, fmt.Sprint(u.Tasks), length(float64(u.TaskSeconds)), length(float64(u.StartSeconds)),
			quantity(u.VCPUHours), quantity(u.GBHours),
		})
	}
	return rows
}

// deployments are the newest of each service, or all. It also returns how many it leaves out.
func deployments(r *answer.Report, whole bool) (t text.Listing, left int64) {
	t = text.Listing{Head: []string{"DEPLOYMENT OF", "DEFINITION", "EXTRA USD", "EXTRA TIME", "STATUS", "STARTED", "TASK TIME"}, Names: []int{0, 1}, Below: 5}
	apart := r.Apart()
	for i := range r.Services {
		s := &r.Services[i]
		shown := s.Deployments
		if !whole {
			shown = shown[:min(len(shown), newest)]
			left += int64(len(s.Deployments) - len(shown))
		}
		for n := range shown {
			d := &shown[n]
			without := noPrice
			if slices.ContainsFunc(s.Usage, func(u answer.Usage) bool { return u.Capacity == "EC2" }) {
				without = byInstance
			}
			t.Rows = append(t.Rows, []string{
				s.ClusterName + "/" + s.ServiceName + apart(s.Place), d.TaskDefinition, cost(d.ExtraCost, without), length(d.ExtraTaskSeconds), d.Status,
				moment(d.StartedAt), length(float64(d.TaskSeconds)),
			})
		}
	}
	return t, left
}

func standalone(r *answer.Report) text.Listing {
	t := usageListing("FAMILY")
	apart := r.Apart()
	for i := range r.Standalone {
		s := &r.Standalone[i]
		t.Rows = append(t.Rows, usages(s.ClusterName+"/"+s.Family+apart(s.Place), s.Usage)...)
	}
	return t
}

func instances(r *answer.Report) text.Listing {
	t := text.Listing{Head: []string{"INSTANCE TYPE", "COUNT", "HOURS", "RESERVED", "USD"}}
	apart := r.Apart()
	for _, i := range r.Instances {
		name := i.InstanceType
		if i.Spot {
			name += " Spot"
		}
		name += apart(answer.Place{Region: i.Region})
		t.Rows = append(t.Rows, []string{name, fmt.Sprint(i.Count), quantity(i.Hours), fmt.Sprintf("%.0f %%", 100*i.ReservedShare), cost(i.Cost, noPrice)})
	}
	return t
}

func loadBalancers(r *answer.Report) text.Listing {
	t := text.Listing{Head: []string{"LOAD BALANCER", "HOURS", "CAPACITY UNIT HOURS", "USD"}, Names: []int{0}}
	apart := r.Apart()
	for _, l := range r.LoadBalancers {
		t.Rows = append(t.Rows, []string{l.LoadBalancerName + apart(l.Place), fmt.Sprint(l.Hours), quantity(l.CapacityUnitHours), cost(l.Cost, noPrice)})
	}
	return t
}

// others are what there is once, if it has been used.
func others(r *answer.Report) text.Listing {
	t := text.Listing{Head: []string{"BESIDE THEM", "QUANTITY", "USD"}}
	for _, row := range []struct {
		name, unit string
		used       float64
		cost       *float64
	}{
		{"public IPv4 addresses", "hours", r.PublicAddresses.Hours, r.PublicAddresses.Cost},
		{"NAT gateways", "hours", r.NATGateways.Hours, r.NATGateways.Cost},
		{"logs ingested", "GB", r.Logs.GB, r.Logs.Cost},
	} {
		if row.used > 0 {
			t.Rows = append(t.Rows, []string{row.name, quantity(row.used) + " " + row.unit, cost(row.cost, noPrice)})
		}
	}
	return t
}

// compared has what the same tasks cost elsewhere, if there were any.
func compared(c *answer.Compare) text.Listing {
	t := text.Listing{Head: []string{"THE SAME TASKS", "USD", "HOW"}, Below: 2}
	if c.EC2.Instances == 0 && (c.Fargate == nil || *c.Fargate == 0) {
		return t
	}
	t.Rows = [][]string{
		{"all on FARGATE", cost(c.Fargate, noPrice), "-"},
		{"all on FARGATE_SPOT", cost(c.FargateSpot, noPrice), "a price that floats: of one moment, not of yours"},
		{"all on " + c.EC2.InstanceType, cost(c.EC2.Cost, noPrice), fmt.Sprintf("a lower bound: at least %s, for %s h in all",
			count(c.EC2.Instances, "instance"), quantity(c.EC2.InstanceHours))},
	}
	return t
}

func notCounted(r *answer.Report) (lines []string) {
	for _, n := range r.NotCounted {
		lines = append(lines, n.What+": "+n.Why)
	}
	return lines
}

func unpriced(r *answer.Report) (lines []string) {
	for _, u := range r.Unpriced {
		lines = append(lines, u.What+" in "+u.Region)
	}
	return lines
}

// origin says where the prices come from.
func origin(r *answer.Report) string {
	text := "Prices: " + r.Prices.Source
	if r.Prices.AsOf != "" {
		text += ", as of " + r.Prices.AsOf
	}
	if r.Prices.File != "" {
		text += ", from " + r.Prices.File
	}
	return activity.OneLine(text) + "\n"
}
