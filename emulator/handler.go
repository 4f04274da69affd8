package emulator

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// newHandler puts the endpoint together.
func (s *Server) newHandler(offer app.Offer) http.Handler {
	c, p := s.core, &s.parts
	metrics := control.NewMetrics(c.Store, offer.Measures...)
	services := c.ServicesOf(offer.APIs)
	c.Calls = serviceclient.Find(services)
	services = slices.DeleteFunc(services, func(service awsapi.Service) bool { return c.Leaves(service.Name) })
	p.engine.Endpoints = s.endpointsFor(services)
	for _, service := range services {
		c.Services = append(c.Services, service.Name)
	}
	calls := awsapi.Options{
		Region: s.opts.Region, Account: s.opts.Account, Logger: s.opts.Log, Expects: apiclient.Expects, Observe: metrics.Observe,
		Caller: c.Credentials.Caller, Authorize: s.opts.authorize, Faults: &s.faults.of.Calls, SeeRegion: s.regions.See,
	}
	if s.access != nil {
		s.access.Serves(services)
		calls.Authenticate = s.access.Authenticate
	}
	api := handlers.New(handlers.Parts{
		Services: services, Kept: p.secrets.Kept(), Options: calls,
		DataChannel: p.sessions.DataChannel(), Registry: p.images.Registry(calls),
		Console: p.console.Handler(), Metrics: metrics.Handler(), Gate: s.gate(), AllowedHosts: s.opts.allowedHosts(), Upstream: c.Upstream, Log: s.opts.Log,
		Control: control.Handler(control.Options{
			Version: s.opts.Version, Endpoint: s.URL(), Store: c.Store, Clock: controlClock{c.Clock, s}, Advance: s.advanceUnderWay, Log: s.opts.Log,
			Scope: c.Scope, Engine: p.engine.Health, Warnings: p.engine.Warnings, Services: c.Services, Elsewhere: c.Upstream.ServiceStates,
			Reset: func(context.Context) error { return s.Reset() },
			Ports: p.engine.Ports, InstanceIP: func(taskARN string) string { return p.engine.Agent().InstanceIP(taskARN) },
			Pulls:     p.engine.Pulls,
			KeptApart: func(from string, to netip.Addr, port int) string { return p.engine.Agent().KeptApart(from, to, port) },
			LogEvents: p.logs.State, LoadBalancers: p.balancers.Shown, Repositories: p.images.Shown, Closing: s.closing, StateChange: c.StateChange,
			Sessions: p.sessions.Kernel(), Routes: offer.Routes, Journal: &c.Journal, Logs: p.engine.Output, Denials: c.Denials,
		}),
	})
	if s.opts.around != nil {
		api = s.opts.around(api)
	}
	return handlers.Proxy(handlers.Names{Has: p.balancers.Has, Dial: p.balancers.Dial}, s.gate(), s.countClients(api), slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug))
}

// countClients counts what clients have had answered, for quiet: the emulator's own calls are work that quiet waits for.
func (s *Server) countClients(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if !apiclient.IsOwn(r.Context()) && !control.Has(r.URL.Path) {
			s.requests.Add(1)
		}
	})
}

// newClient is the client by which the emulator itself calls APIs of AWS.
func (s *Server) newClient() *apiclient.Client {
	host := s.listener.Addr().String()
	if s.core.Upstream != nil {
		host = s.core.Upstream.URL.Host
	}
	endpoint := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) })
	return apiclient.New(apiclient.Options{
		Endpoint: endpoint, Host: host,
		Foreign:  func(service string) bool { return !slices.Contains(s.core.Services, service) },
		Services: func(signed string) *apiclient.Service { return s.core.Calls(signed) },
	})
}
