package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// relay is the engine's way from tasks to this process, or nil if the APIs are not for them.
func (s *Server) relay() backend.Relay {
	relay, ok := s.engine.(backend.Relay)
	if !ok || !s.opts.InjectEndpoint {
		return nil
	}
	return relay
}

// serveTasks serves the endpoint to tasks, until it is closed.
func (s *Server) serveTasks() {
	relay := s.relay()
	if relay == nil {
		return
	}
	listener := relay.Listen()
	s.serving.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Log.Error("endpoint of tasks ended", "error", err)
		}
	})
}

// endpointsFor are the variables by which SDKs in containers find services here.
// With an upstream all other services are here, too: S3 only with paths for buckets, since no
// name below the endpoint's leads anywhere.
// Source: AWS SDKs and Tools reference guide, service-specific endpoints: the service id, in
// capitals and with underscores.
func (s *Server) endpointsFor(services []awsapi.Service) (variables []string) {
	if s.relay() == nil {
		return nil
	}
	endpoint := fmt.Sprintf("http://%s:%d", backend.RelayName, backend.RelayPort)
	if s.upstream != nil {
		variables = append(variables, "AWS_ENDPOINT_URL="+endpoint)
	}
	for _, service := range services {
		variables = append(variables, fmt.Sprintf("AWS_ENDPOINT_URL_%s=%s", strings.ReplaceAll(strings.ToUpper(service.ID), " ", "_"), endpoint))
	}
	return variables
}
