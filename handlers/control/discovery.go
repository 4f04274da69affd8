package control

import (
	"log/slog"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Resolver is the DNS server of a VPC.
type Resolver struct {
	VPC       string `json:"vpc"`
	Engine    string `json:"engine,omitempty"`  // by name, where several run tasks: each has a server of its own
	Address   string `json:"address,omitempty"` // on the VPC's network
	Connected bool   `json:"connected"`         // it has been told all that there is to know
}

// discovery is what /_emulator/discovery answers.
type discovery struct {
	Namespaces []discoveryNamespace `json:"namespaces"`
	Resolvers  []Resolver           `json:"resolvers"`
	Proxies    []discoveryProxy     `json:"proxies"`
}

type discoveryNamespace struct {
	ARN      string             `json:"arn"`
	Name     string             `json:"name"`
	Type     string             `json:"type"`
	VPC      string             `json:"vpc,omitempty"`
	Services []discoveryService `json:"services"`
}

type discoveryService struct {
	ARN       string              `json:"arn"`
	Name      string              `json:"name"`
	Revision  int64               `json:"revision"` // grows with each change of the instances
	Instances []discoveryInstance `json:"instances"`
}

type discoveryInstance struct {
	ID         string            `json:"id"`
	Task       string            `json:"task,omitempty"` // ARN; without one a user has registered it
	Deployment string            `json:"deployment,omitempty"`
	Health     string            `json:"health"`
	Attributes map[string]string `json:"attributes"`
}

// DiscoveryOptions are what DiscoveryRoutes show.
type DiscoveryOptions struct {
	Store *store.Store
	// Resolvers lists the DNS servers of VPCs.
	Resolvers func() []Resolver
	// Proxies tells what is known of the proxies of Service Connect beside rows, by the ARN of their task.
	Proxies func() map[string]Proxy
	Log     *slog.Logger
}

// DiscoveryRoutes tell the namespaces of Cloud Map, and what answers for them.
func DiscoveryRoutes(o DiscoveryOptions) []Route {
	return []Route{{"discovery", reading, discoveryRoute{o}.serve}}
}

type discoveryRoute struct{ DiscoveryOptions }

// serve serves GET /_emulator/discovery: namespaces of all accounts and regions, with their instances,
// the DNS servers that answer for them, and the proxies of Service Connect.
func (o discoveryRoute) serve(w http.ResponseWriter, _ *http.Request) {
	tx := o.Store.Read()
	said := discovery{Namespaces: []discoveryNamespace{}, Resolvers: o.Resolvers(), Proxies: proxies(tx, o.Proxies())}
	for _, n := range servicediscovery.AllNamespaces(tx) {
		namespace := discoveryNamespace{ARN: n.ARN, Name: n.Name, Type: string(n.Type), VPC: n.VPC, Services: []discoveryService{}}
		for _, s := range servicediscovery.NamespaceServices(tx, n.ARN) {
			service := discoveryService{ARN: s.ARN, Name: s.Name, Revision: s.Revision, Instances: []discoveryInstance{}}
			for _, i := range servicediscovery.Instances(tx, s.ARN) {
				service.Instances = append(service.Instances, discoveryInstance{
					ID: i.ID, Task: i.Task, Deployment: i.Deployment, Health: string(s.HealthOf(i)), Attributes: i.Attributes,
				})
			}
			namespace.Services = append(namespace.Services, service)
		}
		said.Namespaces = append(said.Namespaces, namespace)
	}
	answer(w, http.StatusOK, said, o.Log)
}
