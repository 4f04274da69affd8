package app

import (
	"context"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/datachannel"
	"github.com/ecs-emulator/ecs-emulator/internal/app/logsink"
	"github.com/ecs-emulator/ecs-emulator/internal/app/sessionlog"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// Sessions has the sessions of ECS Exec and Session Manager. They are no rows: they end with the process.
type Sessions struct {
	*Core
	Engine    *Engine
	Logs      *Logs
	PublicURL string
	S3Dir     string

	kernel *ssmsession.Kernel
}

// Module lists what it brings.
func (s *Sessions) Module() Module {
	return Module{
		Name: "sessions", Open: s.open, Reset: s.reset,
		Halt: func() { s.kernel.EndAll(resetText) },
	}
}

func (s *Sessions) open(context.Context) error {
	s.kernel = ssmsession.New(ssmsession.Options{
		Clock: s.Clock, Log: s.Log, PublicURL: s.PublicURL,
		HasTask: func(taskARN string) bool { return state.FindTask(s.Store.Read(), taskARN) != nil },
		Exec: func(ctx context.Context, taskARN, container string, spec backend.ExecSpec) (backend.Session, error) {
			return s.Engine.Agent().Exec(ctx, taskARN, container, spec)
		},
		Record: func(info ssmsession.Info) ssmsession.Recorder {
			return s.log().Record(sessionlog.Of(s.Store.Read(), info))
		},
	})
	return nil
}

// log writes the logs of sessions, to where the output of containers goes, and as the principal who
// writes that. On AWS the agent in the container writes them, as the task role (amazon-ssm-agent; ECS
// developer guide, ECS Exec).
func (s *Sessions) log() *sessionlog.Writer {
	objects := logsink.Objects{Dir: s.S3Dir, Principal: s.Credentials.Writer, Allow: s.Credentials.Allow}
	if s.Upstream != nil {
		objects.Client = s.Client
	}
	return &sessionlog.Writer{Streams: s.Logs.Sink(), Objects: objects, Log: s.Log, Closing: s.Closing}
}

// What clients of sessions show at their end.
const (
	closedText = "The session has ended with ecs-emulator, which was stopped."
	resetText  = "The session has ended with its task: ecs-emulator was reset."
)

func (s *Sessions) Kernel() *ssmsession.Kernel { return s.kernel }

// DataChannel serves what session-manager-plugin connects to.
func (s *Sessions) DataChannel() http.Handler { return datachannel.Handler(s.kernel, s.Log) }

// End ends all sessions, for the emulator closes.
func (s *Sessions) End() { s.kernel.Close(closedText) }

// reset ends what was started since Halt.
func (s *Sessions) reset() error {
	s.kernel.EndAll(resetText)
	s.kernel.Forget()
	return nil
}
