package emulator

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/app/initfolder"
	"github.com/ecs-emulator/ecs-emulator/internal/app/logsink"
	"github.com/ecs-emulator/ecs-emulator/internal/app/secretsource"
	"github.com/ecs-emulator/ecs-emulator/internal/app/sessionlog"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// newClient is the client by which the emulator itself calls APIs of AWS.
func (s *Server) newClient() *apiclient.Client {
	host := s.listener.Addr().String()
	if s.upstream != nil {
		host = s.upstream.URL.Host
	}
	return apiclient.New(apiclient.Options{Endpoint: s.handler, Host: host, Foreign: func(service string) bool {
		return !slices.Contains(s.services, service)
	}})
}

// secretSource reads what task definitions refer to.
func (s *Server) secretSource() executionresource.Source {
	return &secretsource.Source{
		Client: s.client, ExecutionRole: s.credentials.ExecutionRole, Log: s.opts.Log, S3Dir: s.opts.S3Dir, S3: s.upstream != nil,
	}
}

// logSink is where the output of containers and sessions is written.
func (s *Server) logSink() interface {
	awslogs.Sink
	sessionlog.Streams
} {
	if s.opts.leaves("logs") {
		return logsink.NewUpstream(s.client, s.logs, s.opts.Log)
	}
	return logsink.Here{Store: s.logs, Allow: s.credentials.Allow}
}

// taskVariables are what containers are told by their environment, nil where no container reaches
// the metadata endpoint.
func (s *Server) taskVariables() func(t *state.Task, container string) ([]string, error) {
	if s.taskMetadata() == nil {
		return nil
	}
	return s.tasks.Variables
}

// initFolder makes what Options.InitDir describes.
func (s *Server) initFolder() *initfolder.Folder {
	return &initfolder.Folder{
		Dir: s.opts.InitDir, Client: s.client, Root: apiclient.Root(s.scope()), Log: s.opts.Log,
	}
}
