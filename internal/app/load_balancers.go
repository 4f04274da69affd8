package app

import (
	"context"
	"net"
	"strings"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	certificates "github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer"
	loadbalancermetrics "github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/metrics"
)

// LoadBalancers are Elastic Load Balancing, and the certificates of ACM that its listeners show.
type LoadBalancers struct {
	*Core
	Engine  *Engine
	Metrics *Metrics

	balancers atomic.Pointer[loadbalancer.Controller]
}

// Module lists what it brings.
func (b *LoadBalancers) Module() Module {
	return Module{
		Name: "load balancers",
		Rows: []string{
			"acm-account", "acm-authority", "acm-certificate", "acm-private-key",
			"elbv2-applied-weights", "elbv2-listener", "elbv2-load-balancer", "elbv2-rule", "elbv2-target", "elbv2-target-group", "elbv2-target-health", "elbv2-use",
		},
		Offer: b.offer, Begin: b.begin,
	}
}

func (b *LoadBalancers) offer() Offer {
	return Offer{
		APIs: []API{
			acm.New(acm.Options{Store: b.Store, Now: b.Clock.Now, Wall: b.Clock.Wall, InUse: elbv2.InUse}),
			elasticloadbalancingv2.New(elasticloadbalancingv2.Options{
				Store: b.Store, Now: b.Clock.Now, StrictVPC: b.StrictVPC, Certificate: certificates.Exists,
			}),
		},
		Routes: append(control.LoadBalancerRoutes(b.Shown, b.Log), control.CertificateAuthorityRoutes(b.authority)...),
	}
}

func (b *LoadBalancers) begin(Work) Work {
	nodes := b.Engine.Agent().LoadBalancers()
	c := loadbalancer.New(loadbalancer.Options{
		Store: b.Store, Clock: b.Clock, Log: b.Log, Nodes: nodes, Delays: b.Delays.LoadBalancers,
		Certificate: certificate, Certificates: []store.Source{certificates.OnCertificates()},
	})
	requests := &loadbalancermetrics.Source{Store: b.Store, Metrics: b.Metrics.Points(), Clock: b.Clock, Counts: c.Counts, Requests: b.Engine.Loads().Requests}
	c.Removing = requests.Removing
	nodes.OnNews(c.Wake)
	b.balancers.Store(c)
	return Work{Loops: []controllers.Loop{controllers.Of("load balancers", c)}, Sources: []collection.Source{requests}}
}

func certificate(tx *store.Tx, scope arn.Scope, arn string) (chain, key string, found bool) {
	pair := certificates.FindKeyPair(tx, scope, arn)
	if pair == nil {
		return "", "", false
	}
	return pair.Certificates, pair.PrivateKey, true
}

// authority is the certificate, as PEM, of the authority that issues certificates of ACM.
func (b *LoadBalancers) authority() (string, error) {
	now := b.Clock.Now()
	authority, err := certificates.Issuer(b.Store, now, b.Clock.Wall(now))
	if err != nil {
		return "", err
	}
	return authority.Certificate, nil
}

// Reached are the load balancers that have a listener, in order of their ARNs.
func (b *LoadBalancers) Reached() []loadbalancer.Reached { return b.balancers.Load().Reached() }

// Shown are the same as /_emulator/loadbalancers shows them.
func (b *LoadBalancers) Shown() []control.LoadBalancer {
	list := []control.LoadBalancer{}
	for _, b := range b.Reached() {
		shown := control.LoadBalancer{ARN: b.ARN, DNSName: b.DNSName, Address: b.Address.String(), Engine: b.Host, Listeners: []control.Listener{}}
		for _, l := range b.Listeners {
			local := l.Local
			if local == nil {
				local = []string{}
			}
			shown.Listeners = append(shown.Listeners, control.Listener{ARN: l.ARN, Protocol: l.Protocol, Port: int(l.Port), LocalAddresses: local})
		}
		list = append(list, shown)
	}
	return list
}

// Has reports whether a load balancer has a DNS name, or a public endpoint of an Express gateway service leads to one.
func (b *LoadBalancers) Has(name string) bool {
	_, has := b.called(name)
	return has
}

// Dial connects to a port of the load balancer with a DNS name.
func (b *LoadBalancers) Dial(ctx context.Context, name string, port int) (net.Conn, error) {
	arn, found := b.called(name)
	if !found {
		return nil, &net.DNSError{Err: "no load balancer has that name", Name: name, IsNotFound: true}
	}
	return b.Engine.Agent().LoadBalancers().Dial(ctx, arn, port)
}

// called finds the load balancer to which a DNS name leads.
func (b *LoadBalancers) called(name string) (arn string, found bool) {
	if e, is := composition.FindAnyEndpoint(b.Store.Read(), name); is {
		return e.Balancer, e.Public
	}
	for _, b := range b.Reached() {
		if strings.EqualFold(b.DNSName, name) {
			return b.ARN, true
		}
	}
	return "", false
}
