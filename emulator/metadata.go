package emulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/session"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// metadataTimeout bounds requests and answers. Source: amazon-ecs-agent.
const metadataTimeout = 5 * time.Second

// taskMetadata is the engine's way from 169.254.170.2 to this process, or nil if it has none.
func (s *Server) taskMetadata() backend.TaskMetadata {
	engine, _ := s.engine.(backend.TaskMetadata)
	return engine
}

// newMetadata puts the metadata endpoint together.
func (s *Server) newMetadata() http.Handler {
	rate, _ := metadata.ParseRate(s.opts.MetadataRate) // the options have been checked
	return metadata.Handler(metadata.Options{
		Store: s.store, Now: s.clock.Now, Log: s.opts.Log, Rate: rate,
		TasksAt: func(ctx context.Context, from netip.Addr) []string { return s.currentAgent().TasksAt(ctx, from) },
		Task:    func(taskARN string) *state.Task { return s.currentAgent().Task(taskARN) },
		Inspect: func(ctx context.Context, taskARN, container string) (backend.Container, error) {
			return s.currentAgent().Inspect(ctx, taskARN, container)
		},
		Stats: func(ctx context.Context, taskARN, container string) (backend.Stats, error) {
			return s.currentAgent().Stats(ctx, taskARN, container)
		},
		EndpointID: func(t *state.Task, c *state.Container) string {
			id, _ := s.endpointID(t, c) // without one nobody is answered
			return id
		},
		EngineName: agent.EngineName, Credentials: s.taskCredentials, Protection: protection{s.ecs},
		CredentialsID: func(taskARN string) string {
			id, _ := s.sessions.CredentialsID(taskARN, session.TaskApplication) // without one it is told apart by its address
			return id
		},
	})
}

// listenMetadata takes the connections of containers to the metadata endpoint, which a
// container may make as soon as it runs; serveMetadata answers them. Nil is none.
func (s *Server) listenMetadata() net.Listener {
	if engine := s.taskMetadata(); engine != nil {
		return engine.ListenMetadata()
	}
	return nil
}

// serveMetadata answers containers until it is closed.
func (s *Server) serveMetadata(listener net.Listener) {
	s.metadataHTTP = &http.Server{Handler: s.metadata, ReadTimeout: metadataTimeout, WriteTimeout: metadataTimeout}
	if listener == nil {
		return
	}
	s.serving.Go(func() {
		if err := s.metadataHTTP.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Log.Error("metadata endpoint ended", "error", err)
		}
	})
}

// Metadata is what containers find at 169.254.170.2, without its listener: the remote address
// of a request, that of a task or of its container instance, says who asks.
func (s *Server) Metadata() http.Handler { return s.metadata }

// protection is ECS as a task's role calls it: in the account and region of the task.
type protection struct{ api *ecs.API }

func (p protection) GetTaskProtection(ctx context.Context, taskARN string, in *sdk.GetTaskProtectionInput) (*sdk.GetTaskProtectionOutput, error) {
	ctx = callOf(ctx, taskARN, "GetTaskProtection")
	out, err := p.api.GetTaskProtection(ctx, in)
	return out, refusedCall(ctx, err)
}

func (p protection) UpdateTaskProtection(ctx context.Context, taskARN string, in *sdk.UpdateTaskProtectionInput) (*sdk.UpdateTaskProtectionOutput, error) {
	ctx = callOf(ctx, taskARN, "UpdateTaskProtection")
	out, err := p.api.UpdateTaskProtection(ctx, in)
	return out, refusedCall(ctx, err)
}

// callError is an error of ECS that tells the id of the request, as those of the SDK do.
type callError struct {
	error
	requestID string
}

func (e callError) Unwrap() error { return e.error }

func (e callError) ServiceRequestID() string { return e.requestID }

// refusedCall adds the id of the call to its error, if there is one.
func refusedCall(call context.Context, err error) error {
	if err == nil {
		return nil
	}
	return callError{err, awsapi.FromContext(call).RequestID}
}

// callOf is a call of the container agent for a task.
func callOf(ctx context.Context, taskARN, operation string) context.Context {
	scope := arn.ScopeOf(taskARN)
	return awsapi.NewContext(ctx, awsapi.Call{Service: "ecs", Operation: operation, Region: scope.Region, Account: scope.Account, RequestID: arn.NewUUID()})
}
