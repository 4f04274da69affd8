package traffic

import (
	"fmt"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// readLoadBalancer reads the page of a load balancer.
func (s Sources) readLoadBalancer(r *page.Request) (*page.View, error) {
	name := r.Var("name")
	b := elbv2.LoadBalancerByName(r.Tx, r.Scope, name)
	if b == nil {
		var there []page.Link
		for _, other := range elbv2.LoadBalancers(r.Tx, r.Scope) {
			if len(there) < mostNamed {
				there = append(there, page.Link{Text: other.Name, To: r.To("loadbalancers", other.Name)})
			}
		}
		return nil, page.NotFound(there, "There is no load balancer %s.", name)
	}
	targets, summary, err := targetsOf(r, b)
	if err != nil {
		return nil, err
	}
	return &page.View{
		Title: b.Name, Kind: "Load balancer", Status: page.Status(stateOf(b)), Summary: summary,
		Trail: []page.Link{{Text: "Load balancers", To: r.To("loadbalancers")}},
		Sections: []page.Section{
			{ID: "loadbalancer", Title: "Load balancer", Body: aboutLoadBalancer(b)},
			{ID: "listeners", Title: "Listeners", Body: listeners(r, b, s.LocalAddresses())},
			{ID: "rules", Title: "Rules", Wide: true, Body: rules(r, b)},
			{ID: "targets", Title: "Targets", Wide: true, Body: targets},
		},
	}, nil
}

func aboutLoadBalancer(b *elbv2.LoadBalancer) g.Node {
	zones := make([]string, 0, len(b.Zones))
	for _, z := range b.Zones {
		text := z.Name + " (" + z.Subnet + ")"
		if address := b.Addresses[z.Subnet]; address != "" {
			text += " " + address
		}
		zones = append(zones, text)
	}
	return page.Pairs(
		page.Pair{Name: "ARN", Value: page.Code(b.ARN)},
		page.Pair{Name: "Type", Value: page.Text(string(b.Type))},
		page.Pair{Name: "Scheme", Value: page.Text(string(b.Scheme))},
		page.Pair{Name: "State", Value: state(b)},
		page.Pair{Name: "DNS name", Value: page.Code(b.DNSName)},
		page.Pair{Name: "VPC", Value: page.Or(b.VPC)},
		page.Pair{Name: "Zones", Value: page.Or(strings.Join(zones, ", "))},
		page.Pair{Name: "Security groups", Value: page.Or(strings.Join(b.SecurityGroups, ", "))},
		page.Pair{Name: "Created", Value: page.Time(b.CreatedAt)},
	)
}

// listeners shows the listeners of a load balancer, and where they are reached from this machine.
func listeners(r *page.Request, b *elbv2.LoadBalancer, local map[string][]string) g.Node {
	var rows []page.Row
	for _, l := range elbv2.LoadBalancerListeners(r.Tx, b.ARN) {
		rows = append(rows, page.Row{ID: "listener-" + arn.Name(l.ARN), Cells: []g.Node{
			page.Textf("%s:%d", l.Protocol, l.Port), page.Or(strings.Join(local[l.ARN], ", ")), page.Or(l.Certificate), page.Or(l.SSLPolicy),
		}})
	}
	return page.Table("Listeners", []string{"Listener", "Local addresses", "Certificate", "Security policy"}, rows)
}

// rules shows the rules of all listeners, in the order in which they are looked at.
func rules(r *page.Request, b *elbv2.LoadBalancer) g.Node {
	var rows []page.Row
	for _, l := range elbv2.LoadBalancerListeners(r.Tx, b.ARN) {
		for _, rule := range elbv2.ListenerRules(r.Tx, l.ARN) {
			priority := "default"
			if !rule.Default() {
				priority = strconv.Itoa(int(rule.Priority))
			}
			rows = append(rows, page.Row{ID: "rule-" + arn.Name(rule.ARN), Cells: []g.Node{
				page.Text(fmt.Sprintf("%s:%d, %s", l.Protocol, l.Port, priority)), page.Or(conditions(rule.Conditions)), page.Or(actions(rule.Actions)), page.Or(inEffect(r, rule)),
			}})
		}
	}
	return page.Table("Rules of all listeners", []string{"Listener and priority", "If", "Then", "Weights"}, rows)
}

// inEffect says whether the load balancer goes by the weights of a rule already.
func inEffect(r *page.Request, rule *elbv2.Rule) string {
	if _, weights := elbv2.Forwarding(r.Tx, rule.ARN); len(weights) < 2 {
		return ""
	}
	if elbv2.Applied(r.Tx, rule.ARN) {
		return "in effect"
	}
	return "not in effect yet"
}
