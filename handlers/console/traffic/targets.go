package traffic

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// target is a target with its group and its health.
type target struct {
	*elbv2.Target
	group  *elbv2.TargetGroup
	health types.TargetHealth
}

func (t target) id() string { return fmt.Sprintf("%s:%s:%d", t.group.Name, t.ID, t.Port) }

// healths are the states that targets of a page can be narrowed to.
func healths() (list []string) {
	for _, state := range types.TargetHealthStateEnum("").Values() {
		list = append(list, string(state))
	}
	return list
}

// targetsOf are the targets of all groups of a load balancer, with a summary.
func targetsOf(r *page.Request, b *elbv2.LoadBalancer) (_ g.Node, summary string, err error) {
	if err := r.CheckStatus(healths()...); err != nil {
		return nil, "", err
	}
	groups := elbv2.LoadBalancerGroups(r.Tx, b.ARN)
	var all []target
	for _, groupARN := range groups {
		group := elbv2.FindTargetGroup(r.Tx, groupARN)
		if group == nil {
			continue
		}
		for _, t := range elbv2.Targets(r.Tx, groupARN) {
			one := target{t, group, elbv2.Health(r.Tx, group, t)}
			if one.wanted(r) {
				all = append(all, one)
			}
		}
	}
	shown, paging, err := page.List(r, "targets", all, target.id, func(a, b target) int { return cmp.Compare(a.id(), b.id()) })
	if err != nil {
		return nil, "", err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, t := range shown {
		rows = append(rows, page.Row{ID: "target-" + t.id(), Cells: []g.Node{
			page.Code(fmt.Sprintf("%s:%d", t.ID, t.Port)), page.Text(t.group.Name), page.Or(t.Zone), page.Status(string(t.health.State)),
			page.Or(string(t.health.Reason)), page.Or(aws.ToString(t.health.Description)), task(r, t.Task), page.Time(t.RegisteredAt),
		}})
	}
	heads := []string{"Target", "Target group", "Zone", "Health", "Reason", "Description", "Task", "Registered"}
	return g.Group{r.Filter("targets", healths()...), page.Table("Targets", heads, rows), r.Pages(paging), checks(r, groups)}, cmp.Or(healthOf(r, groups), "no targets"), nil
}

func (t target) wanted(r *page.Request) bool {
	status := r.Query.Get("status")
	return (status == "" || string(t.health.State) == status) && r.Matches(t.ID, t.group.Name, t.Task, string(t.health.Reason))
}

// checks are how the targets of groups are checked.
func checks(r *page.Request, groups []string) g.Node {
	var rows []page.Row
	for _, groupARN := range groups {
		group := elbv2.FindTargetGroup(r.Tx, groupARN)
		if group == nil {
			continue
		}
		c := group.HealthCheck
		wants := c.HTTPCode
		if c.GRPCCode != "" {
			wants = c.GRPCCode
		}
		rows = append(rows, page.Row{ID: "check-" + group.Name, Cells: []g.Node{
			page.Text(group.Name), page.Textf("%s:%d", group.Protocol, group.Port), page.Text(string(c.Protocol) + " " + c.Port + " " + c.Path), page.Or(wants),
			page.Textf("every %d s, at most %d s", c.Interval, c.Timeout), page.Textf("%d in a row", c.Healthy), page.Textf("%d in a row", c.Unhealthy),
		}})
	}
	return page.Table("Health checks of the target groups", []string{"Target group", "Protocol and port", "Asks", "Wants", "When", "Healthy after", "Unhealthy after"}, rows)
}
