package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/registry"
	"github.com/ecs-emulator/ecs-emulator/internal/base/httpserver"
)

// serveHost serves the endpoint to clients on this machine, and where else Options.Listen lets them come from.
func (s *Server) serveHost() {
	s.http = httpserver.New(httpserver.BoundBodies(s.handler), s.opts.Log)
	s.serve("endpoint", s.http, httpserver.Bound(s.listener, s.http, httpserver.MostConnections()))
}

// serveTasks serves to tasks what they are offered of the endpoint, until it is closed.
func (s *Server) serveTasks() {
	s.tasksHTTP = httpserver.New(httpserver.BoundBodies(s.handler), s.opts.Log)
	if !s.opts.AllowControl {
		s.tasksHTTP.BaseContext = func(net.Listener) context.Context { return handlers.ForTasks(context.Background()) }
	}
	for _, relay := range s.parts.engine.Relays() {
		s.serve("endpoint of tasks", s.tasksHTTP, relay.Listen())
	}
}

// serveRegistry serves the registry to the hosts of engines, where these do not reach the endpoint.
func (s *Server) serveRegistry(listeners []net.Listener) {
	s.registryHTTP = httpserver.New(httpserver.BoundBodies(registry.OverRelay(s.handler)), s.opts.Log)
	for _, listener := range listeners {
		s.serve("registry", s.registryHTTP, listener)
	}
}

// serveDNS answers for the names of all VPCs until the port is closed.
func (s *Server) serveDNS() {
	if s.dns == nil {
		return
	}
	s.serving.Go(func() {
		if err := s.dns.Serve(s.parts.discovery); err != nil {
			s.opts.Log.Error("DNS ended", "error", err)
		}
	})
}

// serve answers what comes to a listener until the server is closed.
func (s *Server) serve(what string, server *http.Server, listener net.Listener) {
	s.serving.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Log.Error(what+" ended", "error", err)
		}
	})
}

// gate refuses tasks what they are not offered, also at the listener of the host: if that is not at 127.0.0.1, they
// may reach it at the gateway of their network, or beside them in a compose project.
func (s *Server) gate() handlers.Gate {
	if s.opts.AllowControl {
		return handlers.Gate{}
	}
	return handlers.Gate{IsTask: s.parts.engine.IsTask}
}

// endpointsFor are the variables by which SDKs in containers find services here.
// With an upstream all other services are here, too: S3 only with paths for buckets, since no
// name below the endpoint's leads anywhere.
// Source: AWS SDKs and Tools reference guide, service-specific endpoints: the service id, in
// capitals and with underscores.
func (s *Server) endpointsFor(services []awsapi.Service) (variables []string) {
	if len(s.parts.engine.Relays()) == 0 {
		return nil
	}
	endpoint := fmt.Sprintf("http://%s:%d", backend.RelayName, backend.RelayPort)
	if s.core.Upstream != nil {
		variables = append(variables, "AWS_ENDPOINT_URL="+endpoint)
	}
	for _, service := range services {
		variables = append(variables, fmt.Sprintf("AWS_ENDPOINT_URL_%s=%s", strings.ReplaceAll(strings.ToUpper(service.ID), " ", "_"), endpoint))
	}
	return variables
}

// metadataTimeout bounds requests and answers of the metadata endpoint. Source: amazon-ecs-agent.
const metadataTimeout = 5 * time.Second

// listenMetadata takes the connections of containers to the metadata endpoint, which a
// container may make as soon as it runs; serveMetadata answers them.
func (s *Server) listenMetadata() (all []net.Listener) {
	for _, one := range s.parts.engine.Set().All() {
		if engine := one.TaskMetadata(); engine != nil {
			all = append(all, engine.ListenMetadata())
		}
	}
	return all
}

// serveMetadata answers containers until it is closed.
func (s *Server) serveMetadata(listeners []net.Listener) {
	s.metadataHTTP = httpserver.New(s.metadata, s.opts.Log)
	s.metadataHTTP.ReadTimeout, s.metadataHTTP.WriteTimeout, s.metadataHTTP.IdleTimeout = metadataTimeout, metadataTimeout, metadataTimeout
	for _, listener := range listeners {
		s.serve("metadata endpoint", s.metadataHTTP, listener)
	}
}

// Metadata is the metadata endpoint that containers find at 169.254.170.2, without its listener.
// It recognizes the caller by the remote address: a task's, or its container instance's.
func (s *Server) Metadata() http.Handler { return s.metadata }
