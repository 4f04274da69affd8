package emulator

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// WithDisk returns options whose data directory is on a disk that asks fault before
// each write.
func WithDisk(o Options, fault func() error) Options {
	o.fault = fault
	return o
}

// WithAuthorizer returns options with which an authorizer decides what callers may do.
func WithAuthorizer(o Options, authorize awsapi.Authorizer) Options {
	o.authorize = authorize
	return o
}

// Impatient is how often the clock has given up waiting for what takes real time.
func (s *Server) Impatient() uint64 { return s.quiet.Impatient() }

// Changes is how often a controller has been woken by what was written.
func (s *Server) Changes() uint64 { return s.core.Store.Woken() }

// Told waits until the engine has been told of what was changed so far, as security groups are
// at machines, but for what takes longer than patience.
func (s *Server) Told(ctx context.Context, patience time.Duration) error {
	agent := s.parts.engine.Agent()
	return agent.Idle(ctx, patience)
}

// AdvanceWhile moves the clock as [Clock.Advance] does, until ctx ends.
func (s *Server) AdvanceWhile(ctx context.Context, d time.Duration) error { return s.advance(ctx, d) }

// Die ends the emulator as a crash does: nothing is removed or written any more.
func (s *Server) Die() {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.closed = true
	s.http.Close()
	s.tasksHTTP.Close()
	s.registryHTTP.Close()
	s.halt()
	s.closeParts()
}

// Exec opens a session in a container of a task.
func (s *Server) Exec(ctx context.Context, taskARN, container string, spec backend.ExecSpec) (backend.Session, error) {
	return s.parts.engine.Agent().Exec(ctx, taskARN, container, spec)
}

// KeptEvents returns the events that are kept, and their bodies.
func (s *Server) KeptEvents() (events []outbox.Event, bodies [][]byte) {
	events, _, _ = outbox.Since(s.core.Store, 0)
	for _, e := range events {
		bodies = append(bodies, s.core.StateChange(s.core.Store.Read(), e))
	}
	return events, bodies
}

// CodeDeployPhase is what a deployment by CodeDeploy is about: a lifecycle event, one of the waits, or the way back. It is empty if
// none is under way.
func (s *Server) CodeDeployPhase() string {
	tx := s.core.Store.Read()
	if runs := codedeploy.Unfinished(tx); len(runs) > 0 {
		r := runs[0]
		if d := codedeploy.FindDeployment(tx, r.ID); d != nil && d.RollbackOf != "" {
			return "rollback"
		}
		if r.Status == types.DeploymentStatusReady {
			return "ready wait"
		}
		for _, e := range r.Events {
			if e.EndedAt.IsZero() {
				return e.Name
			}
		}
		return "termination wait"
	}
	for _, d := range codedeploy.Deployments(tx, s.core.Scope) {
		if codedeploy.FindRun(tx, d.ID) == nil {
			return "created"
		}
	}
	return ""
}

// NewestEvent is the number of the newest event.
func (s *Server) NewestEvent() uint64 { return outbox.Newest(s.core.Store) }

// EventOf is the body of an event, and what rules are found by.
func (s *Server) EventOf(e outbox.Event) (body []byte, about matching.About, ok bool) {
	about, ok = s.core.AboutChange(e)
	return s.core.StateChange(s.core.Store.Read(), e), about, ok
}

// Faulty is the engine as the agent sees it.
func (s *Server) Faulty() backend.Engine { return s.parts.engine.Set().First().Faulty() }

// OwnClient is the client by which the emulator itself calls APIs of AWS.
func (s *Server) OwnClient() *apiclient.Client { return s.core.Client }

// Services are the APIs of AWS that an emulator has.
func Services() []awsapi.Service { return ServicesWith(Options{}) }

// ServicesWith are the APIs of an emulator with options.
func ServicesWith(o Options) []awsapi.Service {
	o.InProcess = true
	s, err := New(o)
	if err != nil {
		panic(err)
	}
	defer s.Close()
	return s.core.ServicesOf(s.offer().APIs)
}

// WithModule returns options with a module behind the emulator's own.
func WithModule(o Options, m app.Module) Options {
	o.modules = append(o.modules, m)
	return o
}

// WithHandler returns options with something around the endpoint.
func WithHandler(o Options, around func(http.Handler) http.Handler) Options {
	o.around = around
	return o
}

// Modules are all modules of an emulator.
func (s *Server) Modules() []app.Module { return s.modules }

// NextTimer is when the clock next has something to do; ok is false where it has nothing.
func (s *Server) NextTimer() (due time.Time, ok bool) { return s.core.Clock.Next() }

// ForgetOld forgets what is old enough at a time.
func (s *Server) ForgetOld(now time.Time) error {
	_, _, err := s.retention.Forget(now)
	return err
}

// ExecutionRole are the keys with which the emulator acts for a task.
func (s *Server) ExecutionRole(taskARN string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		as, err := s.core.Credentials.ExecutionRole(state.FindTask(s.core.Store.Read(), taskARN))
		return as.Keys, err
	})
}

// ExecutionCredentialsID is the id that the keys of a task's execution role would have.
func (s *Server) ExecutionCredentialsID(taskARN string) string {
	id, err := s.core.Credentials.Sessions.CredentialsID(taskARN, session.TaskExecution)
	if err != nil {
		panic(err)
	}
	return id
}

// Rows is the store, for tests of controllers whose rows no request writes alone.
func (s *Server) Rows() *store.Store { return s.core.Store }

// Scope is the one of requests that are not signed.
func (s *Server) Scope() arn.Scope { return s.core.Scope }

// StoreChanged is closed when something is written.
func (s *Server) StoreChanged() <-chan struct{} { return s.core.Store.Changed() }

// Left are the containers and sandboxes that an engine has by its name, also while a fault keeps it away.
func (s *Server) Left(ctx context.Context, engine string) ([]backend.Container, error) {
	return s.parts.engine.Set().Find(engine).Backend().List(ctx, nil)
}

// EngineOf is the name of the engine of a task.
func (s *Server) EngineOf(taskARN string) string {
	return state.FindTask(s.core.Store.Read(), taskARN).Placement.Host
}
