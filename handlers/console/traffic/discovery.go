package traffic

import (
	"cmp"
	"fmt"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// readNamespaces reads the page of all namespaces.
func readNamespaces(r *page.Request) (*page.View, error) {
	kinds := namespaceTypes()
	if err := r.CheckStatus(kinds...); err != nil {
		return nil, err
	}
	kind := r.Query.Get("status")
	var all []*servicediscovery.Namespace
	for _, n := range servicediscovery.Namespaces(r.Tx, r.Scope) {
		if (kind == "" || string(n.Type) == kind) && r.Matches(n.Name, n.ID()) {
			all = append(all, n)
		}
	}
	shown, paging, err := page.List(r, "namespaces", all, (*servicediscovery.Namespace).ID,
		func(a, b *servicediscovery.Namespace) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ARN, b.ARN))
		})
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, n := range shown {
		rows = append(rows, page.Row{ID: "namespace-" + n.ID(), Cells: []g.Node{
			page.A(n.Name, r.To("discovery", n.ID())), page.Code(n.ID()), page.Text(string(n.Type)), page.Or(n.VPC),
			page.Number(len(servicediscovery.NamespaceServices(r.Tx, n.ARN))), page.Or(n.Description), page.Time(n.CreatedAt),
		}})
	}
	heads := []string{"Name", "Id", "Type", "VPC", "Services", "Description", "Created"}
	return &page.View{
		Title: "Service discovery", Summary: counted(paging.Total, "namespace", "namespaces"),
		Sections: []page.Section{{ID: "namespaces", Title: "Namespaces", Wide: true, Body: g.Group{
			r.Filter("namespaces", kinds...), page.Table("Namespaces of AWS Cloud Map", heads, rows), r.Pages(paging),
		}}},
	}, nil
}

func namespaceTypes() (list []string) {
	for _, kind := range types.NamespaceType("").Values() {
		list = append(list, string(kind))
	}
	return list
}

// namespace finds the namespace of a page, by its id or by a name that one alone has.
func namespace(r *page.Request) (*servicediscovery.Namespace, error) {
	id := r.Var("namespace")
	if n := servicediscovery.FindNamespace(r.Tx, servicediscovery.NamespaceARN(r.Scope, id)); n != nil {
		return n, nil
	}
	named := servicediscovery.NamespacesNamed(r.Tx, r.Scope, id)
	if len(named) == 1 {
		return named[0], nil
	}
	var there []page.Link
	for _, n := range servicediscovery.Namespaces(r.Tx, r.Scope) {
		if len(there) < mostNamed && (len(named) == 0 || n.Name == id) {
			there = append(there, page.Link{Text: n.Name + " (" + n.ID() + ")", To: r.To("discovery", n.ID())})
		}
	}
	if len(named) > 1 {
		return nil, page.NotFound(there, "%d namespaces have the name %s: name one by its id.", len(named), id)
	}
	return nil, page.NotFound(there, "There is no namespace %s.", id)
}

// readNamespace reads the page of a namespace: its services.
func readNamespace(r *page.Request) (*page.View, error) {
	n, err := namespace(r)
	if err != nil {
		return nil, err
	}
	var all []*servicediscovery.Service
	for _, s := range servicediscovery.NamespaceServices(r.Tx, n.ARN) {
		if r.Matches(s.Name, s.ID()) {
			all = append(all, s)
		}
	}
	shown, paging, err := page.List(r, "services", all, (*servicediscovery.Service).ID, func(a, b *servicediscovery.Service) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ARN, b.ARN))
	})
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, s := range shown {
		rows = append(rows, page.Row{ID: "service-" + s.ID(), Cells: []g.Node{
			page.A(s.Name, r.To("discovery", n.ID(), s.ID())), page.Code(s.ID()), page.Or(string(s.Type)), page.Or(records(s)),
			page.Or(instanceHealth(r, s)), madeBy(r, s),
		}})
	}
	return &page.View{
		Title: n.Name, Kind: "Namespace", Trail: []page.Link{{Text: "Service discovery", To: r.To("discovery")}},
		Summary: counted(paging.Total, "service", "services"),
		Sections: []page.Section{
			{ID: "namespace", Title: "Namespace", Body: page.Pairs(
				page.Pair{Name: "ARN", Value: page.Code(n.ARN)}, page.Pair{Name: "Type", Value: page.Text(string(n.Type))},
				page.Pair{Name: "HTTP name", Value: page.Or(n.HTTPName)}, page.Pair{Name: "VPC", Value: page.Or(n.VPC)},
				page.Pair{Name: "Description", Value: page.Or(n.Description)}, page.Pair{Name: "Created", Value: page.Time(n.CreatedAt)},
			)},
			{ID: "services", Title: "Services", Wide: true, Body: g.Group{
				r.Filter("services"), page.Table("Services of "+n.Name, []string{"Name", "Id", "Type", "DNS records", "Instances", "Made by"}, rows), r.Pages(paging),
			}},
		},
	}, nil
}

// records are the DNS records that a service makes: A 60 s.
func records(s *servicediscovery.Service) string {
	list := make([]string, 0, len(s.DNSRecords))
	for _, record := range s.DNSRecords {
		text := string(record.Type)
		if record.TTL != nil {
			text += fmt.Sprintf(" %d s", *record.TTL)
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

// instanceHealth counts the instances of a service by their health.
func instanceHealth(r *page.Request, s *servicediscovery.Service) string {
	counts := map[types.HealthStatus]int{}
	for _, i := range servicediscovery.Instances(r.Tx, s.ARN) {
		counts[s.HealthOf(i)]++
	}
	var list []string
	for _, health := range types.HealthStatus("").Values() {
		if counts[health] > 0 {
			list = append(list, fmt.Sprintf("%d %s", counts[health], health))
		}
	}
	return strings.Join(list, ", ")
}
