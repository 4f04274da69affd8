package traffic

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// madeBy leads to the service of ECS whose Service Connect made a service.
func madeBy(r *page.Request, s *servicediscovery.Service) g.Node {
	if s.ECSService == "" {
		return page.None()
	}
	return page.A(arn.Name(s.ECSService), r.To("services", arn.ClusterName(s.ECSService), arn.Name(s.ECSService)))
}

// service finds the service of a page, by its id or its name.
func service(r *page.Request, n *servicediscovery.Namespace) (*servicediscovery.Service, error) {
	id := r.Var("service")
	s := servicediscovery.FindService(r.Tx, servicediscovery.ServiceARN(r.Scope, id))
	if s == nil || s.NamespaceARN != n.ARN {
		s = servicediscovery.FindServiceNamed(r.Tx, n.ARN, id)
	}
	if s != nil {
		return s, nil
	}
	var there []page.Link
	for _, other := range servicediscovery.NamespaceServices(r.Tx, n.ARN) {
		if len(there) < mostNamed {
			there = append(there, page.Link{Text: other.Name, To: r.To("discovery", n.ID(), other.ID())})
		}
	}
	return nil, page.NotFound(there, "The namespace %s has no service %s.", n.Name, id)
}

// readService reads the page of a service of Cloud Map: its instances.
func readService(r *page.Request) (*page.View, error) {
	n, err := namespace(r)
	if err != nil {
		return nil, err
	}
	s, err := service(r, n)
	if err != nil {
		return nil, err
	}
	instances, summary, err := instancesOf(r, s)
	if err != nil {
		return nil, err
	}
	return &page.View{
		Title: s.Name, Kind: "Service of " + n.Name, Summary: summary,
		Trail: []page.Link{{Text: "Service discovery", To: r.To("discovery")}, {Text: n.Name, To: r.To("discovery", n.ID())}},
		Sections: []page.Section{
			{ID: "service", Title: "Service", Body: page.Pairs(
				page.Pair{Name: "ARN", Value: page.Code(s.ARN)}, page.Pair{Name: "Type", Value: page.Or(string(s.Type))},
				page.Pair{Name: "DNS records", Value: page.Or(records(s))}, page.Pair{Name: "Routing policy", Value: page.Or(string(s.RoutingPolicy))},
				page.Pair{Name: "Health check", Value: page.Text(healthCheck(s))}, page.Pair{Name: "Made by", Value: madeBy(r, s)},
				page.Pair{Name: "Description", Value: page.Or(s.Description)}, page.Pair{Name: "Created", Value: page.Time(s.CreatedAt)},
			)},
			{ID: "instances", Title: "Instances", Wide: true, Body: instances},
		},
	}, nil
}

func healthCheck(s *servicediscovery.Service) string {
	switch {
	case s.CustomHealthCheck:
		return "custom"
	case s.HealthCheck != nil:
		return string(s.HealthCheck.Type) + " by Route 53, which is not made here: instances count as healthy"
	}
	return "none"
}

// instancesOf are the instances of a service with their health.
func instancesOf(r *page.Request, s *servicediscovery.Service) (_ g.Node, summary string, err error) {
	healths := make([]string, 0, 3)
	for _, health := range types.HealthStatus("").Values() {
		healths = append(healths, string(health))
	}
	if err := r.CheckStatus(healths...); err != nil {
		return nil, "", err
	}
	status := r.Query.Get("status")
	var all []*servicediscovery.Instance
	for _, i := range servicediscovery.Instances(r.Tx, s.ARN) {
		if (status == "" || string(s.HealthOf(i)) == status) && r.Matches(i.ID, i.Task, attributes(i)) {
			all = append(all, i)
		}
	}
	shown, paging, err := page.List(r, "instances", all, func(i *servicediscovery.Instance) string { return i.ID },
		func(a, b *servicediscovery.Instance) int { return cmp.Compare(a.ID, b.ID) })
	if err != nil {
		return nil, "", err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, i := range shown {
		rows = append(rows, page.Row{ID: "instance-" + i.ID, Cells: []g.Node{
			page.Code(i.ID), page.Status(string(s.HealthOf(i))), task(r, i.Task), page.Or(i.Deployment), page.Or(attributes(i)), page.Time(i.RegisteredAt),
		}})
	}
	heads := []string{"Instance", "Health", "Task", "Deployment", "Attributes", "Registered"}
	return g.Group{r.Filter("instances", healths...), page.Table("Instances of "+s.Name, heads, rows), r.Pages(paging)}, cmp.Or(instanceHealth(r, s), "no instances"), nil
}

// attributes shows the attributes of an instance, in order of their names.
func attributes(i *servicediscovery.Instance) string {
	list := make([]string, 0, len(i.Attributes))
	for _, name := range slices.Sorted(maps.Keys(i.Attributes)) {
		list = append(list, name+"="+i.Attributes[name])
	}
	return strings.Join(list, ", ")
}
