package app

import (
	"cmp"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	namespaces "github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery/customhealth"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect"
	connectmetrics "github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/metrics"
	names "github.com/ecs-emulator/ecs-emulator/internal/host/resolver"
)

// Discovery is AWS Cloud Map, whose names resolvers of VPCs answer for, and Service Connect, whose proxies ask it.
type Discovery struct {
	*Core
	Engine  *Engine
	Metrics *Metrics

	names   atomic.Pointer[names.Controller]
	connect atomic.Pointer[serviceconnect.Controller]
}

// Module lists what it brings.
func (d *Discovery) Module() Module {
	return Module{
		Name: "discovery",
		Rows: []string{
			"servicediscovery-acknowledgement", "servicediscovery-instance", "servicediscovery-namespace", "servicediscovery-service", "servicediscovery-weights",
		},
		Forgets: []Forgetting{{[]string{"servicediscovery-operation"}, func(tx *store.Tx, now time.Time) {
			namespaces.ForgetOperations(tx, now.Add(-namespaces.KeepOperations))
		}}},
		Offer: d.offer, Begin: d.begin,
	}
}

func (d *Discovery) offer() Offer {
	return Offer{
		APIs: []API{servicediscovery.New(servicediscovery.Options{
			Store: d.Store, Now: d.Clock.Now, StrictVPC: d.StrictVPC, HealthDelay: d.Delays.CustomHealth,
		})},
		Routes: control.DiscoveryRoutes(control.DiscoveryOptions{Store: d.Store, Resolvers: d.resolvers, Proxies: d.proxies, Log: d.Log}),
	}
}

func (d *Discovery) begin(Work) Work {
	agent := d.Engine.Agent()
	proxies := agent.Proxies()
	var engines []names.Engine
	for _, host := range agent.Hosts() {
		engines = append(engines, names.Engine{Host: host, Networks: agent.Networks(host)})
	}
	known := names.New(names.Options{Store: d.Store, Clock: d.Clock, Log: d.Log, Engines: engines, Owners: agent.InterfacesAt})
	for _, host := range agent.Hosts() {
		agent.Networks(host).OnNetworks(known.OnNetwork(host))
	}
	connect := serviceconnect.New(serviceconnect.Options{Store: d.Store, Clock: d.Clock, Log: d.Log, Proxies: proxies})
	requests := &connectmetrics.Source{Store: d.Store, Metrics: d.Metrics.Points(), Clock: d.Clock, Counts: connect.Counts}
	connect.Last = requests.Last
	proxies.OnNews(connect.Wake)
	proxies.OnEnd(connect.Ending)
	d.names.Store(known)
	d.connect.Store(connect)
	return Work{Sources: []collection.Source{requests}, Loops: []controllers.Loop{
		controllers.Of("custom health", customhealth.New(d.Store, d.Clock, d.Log)),
		controllers.Of("proxies", connect),
		controllers.Of("names", known),
	}}
}

// Answer answers a question of DNS for the names of all VPCs.
func (d *Discovery) Answer(q dnsmessage.Question, random func(n int) int) resolver.Answer {
	return d.names.Load().Answer(q, random)
}

// Resolve returns the addresses that a name leads to in tasks, in a random order. The error is a *net.DNSError.
func (d *Discovery) Resolve(name string) ([]netip.Addr, error) {
	if all, _ := resolver.Addresses(d.names.Load(), name, rand.IntN); len(all) > 0 {
		return all, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// resolvers are those that /_emulator/discovery shows.
func (d *Discovery) resolvers() []control.Resolver {
	all := []control.Resolver{}
	for _, r := range d.names.Load().Answering() {
		shown := control.Resolver{VPC: r.VPC, Engine: r.Host, Connected: r.Connected}
		if r.Address.IsValid() {
			shown.Address = r.Address.String()
		}
		all = append(all, shown)
	}
	sorting.By(all, func(a, b control.Resolver) int {
		return cmp.Or(strings.Compare(a.VPC, b.VPC), strings.Compare(a.Engine, b.Engine))
	})
	return all
}

// proxies are the proxies of Service Connect, as /_emulator/discovery shows them.
func (d *Discovery) proxies() map[string]control.Proxy {
	all := map[string]control.Proxy{}
	for task, known := range d.connect.Load().Known() {
		all[task] = known
	}
	return all
}
