package emulator

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/app/logsink"
	"github.com/ecs-emulator/ecs-emulator/internal/app/sessionlog"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// newSessions makes the kernel of ECS Exec and Session Manager.
func (s *Server) newSessions() *ssmsession.Kernel {
	return ssmsession.New(ssmsession.Options{
		Clock: s.clock, Log: s.opts.Log, PublicURL: s.opts.PublicURL,
		HasTask: func(taskARN string) bool { return state.FindTask(s.store.Read(), taskARN) != nil },
		Exec: func(ctx context.Context, taskARN, container string, spec backend.ExecSpec) (backend.Session, error) {
			return s.currentAgent().Exec(ctx, taskARN, container, spec)
		},
		Record: func(info ssmsession.Info) ssmsession.Recorder {
			return s.sessionLog().Record(sessionlog.Of(s.store.Read(), info))
		},
	})
}

// sessionLog writes the logs of sessions, to where the output of containers goes, and as the principal who
// writes that. On AWS the agent in the container writes them, as the task role (amazon-ssm-agent; ECS
// developer guide, ECS Exec).
func (s *Server) sessionLog() *sessionlog.Writer {
	objects := logsink.Objects{Dir: s.opts.S3Dir, Principal: s.credentials.Writer, Allow: s.credentials.Allow}
	if s.upstream != nil {
		objects.Client = s.client
	}
	return &sessionlog.Writer{Streams: s.logSink(), Objects: objects, Log: s.opts.Log, Closing: s.closing}
}

// What clients of sessions show at their end.
const (
	closedText = "The session has ended with ecs-emulator, which was stopped."
	resetText  = "The session has ended with its task: ecs-emulator was reset."
)
