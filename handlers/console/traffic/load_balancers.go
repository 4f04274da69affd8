package traffic

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// states are the states of load balancers that come here.
var states = []string{
	string(types.LoadBalancerStateEnumActive), string(types.LoadBalancerStateEnumProvisioning), string(types.LoadBalancerStateEnumFailed),
}

// stateOf is the state of a load balancer: one that has none yet is being provisioned.
func stateOf(b *elbv2.LoadBalancer) string {
	return string(cmp.Or(b.State, types.LoadBalancerStateEnumProvisioning))
}

// readLoadBalancers reads the page of all load balancers, and of the target groups that are on none.
func (s Sources) readLoadBalancers(r *page.Request) (*page.View, error) {
	if err := r.CheckStatus(states...); err != nil {
		return nil, err
	}
	status := r.Query.Get("status")
	var all []*elbv2.LoadBalancer
	for _, b := range elbv2.LoadBalancers(r.Tx, r.Scope) {
		if (status == "" || stateOf(b) == status) && r.Matches(b.Name, b.DNSName) {
			all = append(all, b)
		}
	}
	shown, paging, err := page.List(r, "loadbalancers", all, func(b *elbv2.LoadBalancer) string { return b.Name },
		func(a, b *elbv2.LoadBalancer) int { return cmp.Compare(a.Name, b.Name) })
	if err != nil {
		return nil, err
	}
	local := s.LocalAddresses()
	rows := make([]page.Row, 0, len(shown))
	for _, b := range shown {
		rows = append(rows, page.Row{ID: "loadbalancer-" + b.Name, Cells: []g.Node{
			page.A(b.Name, r.To("loadbalancers", b.Name)), page.Text(string(b.Type)), page.Text(string(b.Scheme)), state(b), page.Code(b.DNSName),
			page.Or(listenersOf(r, b, local)), page.Or(healthOf(r, elbv2.LoadBalancerGroups(r.Tx, b.ARN))),
		}})
	}
	unused, err := unusedGroups(r)
	if err != nil {
		return nil, err
	}
	return &page.View{
		Title: "Load balancers", Summary: counted(paging.Total, "load balancer", "load balancers"),
		Sections: []page.Section{
			{ID: "loadbalancers", Title: "Load balancers", Wide: true, Body: g.Group{
				r.Filter("load balancers", states...),
				page.Table("Load balancers", []string{"Name", "Type", "Scheme", "State", "DNS name", "Listeners", "Targets"}, rows), r.Pages(paging),
			}},
			{ID: "unused", Title: "Target groups on no load balancer", Wide: true, Body: unused},
		},
	}, nil
}

func state(b *elbv2.LoadBalancer) g.Node {
	shown := page.Status(stateOf(b))
	if b.StateReason == "" {
		return shown
	}
	return g.Group{shown, page.Text(" " + b.StateReason)}
}

// listenersOf are the listeners of a load balancer, with their local addresses.
func listenersOf(r *page.Request, b *elbv2.LoadBalancer, local map[string][]string) string {
	var list []string
	for _, l := range elbv2.LoadBalancerListeners(r.Tx, b.ARN) {
		text := fmt.Sprintf("%s:%d", l.Protocol, l.Port)
		if len(local[l.ARN]) > 0 {
			text += " at " + strings.Join(local[l.ARN], ", ")
		}
		list = append(list, text)
	}
	return strings.Join(list, "; ")
}

// healthOf counts the targets of groups by their health: "2 healthy, 1 unhealthy".
func healthOf(r *page.Request, groups []string) string {
	counts := map[types.TargetHealthStateEnum]int{}
	for _, groupARN := range groups {
		group := elbv2.FindTargetGroup(r.Tx, groupARN)
		if group == nil {
			continue
		}
		for _, t := range elbv2.Targets(r.Tx, groupARN) {
			counts[elbv2.Health(r.Tx, group, t).State]++
		}
	}
	var list []string
	for _, state := range types.TargetHealthStateEnum("").Values() {
		if counts[state] > 0 {
			list = append(list, fmt.Sprintf("%d %s", counts[state], state))
		}
	}
	return strings.Join(list, ", ")
}

// unusedGroups are the target groups that no listener or rule forwards to: their targets get nothing.
func unusedGroups(r *page.Request) (g.Node, error) {
	var all []*elbv2.TargetGroup
	for _, group := range elbv2.TargetGroups(r.Tx, r.Scope) {
		if len(elbv2.InUse(r.Tx, group.ARN)) == 0 && r.Matches(group.Name) {
			all = append(all, group)
		}
	}
	shown, paging, err := page.List(r, "targetgroups", all, func(t *elbv2.TargetGroup) string { return t.Name },
		func(a, b *elbv2.TargetGroup) int { return cmp.Compare(a.Name, b.Name) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, group := range shown {
		rows = append(rows, page.Row{ID: "targetgroup-" + group.Name, Cells: []g.Node{
			page.Code(group.Name), page.Text(string(group.Type)), page.Textf("%s:%d", group.Protocol, group.Port), page.Or(healthOf(r, []string{group.ARN})),
		}})
	}
	return g.Group{page.Table("Target groups on no load balancer", []string{"Name", "Target type", "Protocol and port", "Targets"}, rows), r.Pages(paging)}, nil
}
