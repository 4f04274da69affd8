package emulator

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/logs"
)

// logSink is where the agent writes the output of containers.
func (s *Server) logSink() agent.LogSink {
	if s.opts.handsOver("logs") {
		return newUpstreamLogs(s.apiClient(), s.logs, s.opts.Log)
	}
	return logSink{s.logs}
}

// logSink has the agent write to CloudWatch Logs here.
type logSink struct{ store *logs.Store }

var _ agent.LogSink = logSink{}

func (l logSink) OpenStream(_ context.Context, s agent.LogStream, create bool) error {
	if err := cloudwatchlogs.CheckStream(s.Group, s.Name); err != nil {
		return err
	}
	return l.store.OpenStream(logs.StreamName(s), create)
}

func (l logSink) Put(ctx context.Context, s agent.LogStream, source string, lines []agent.LogLine, at agent.LogPosition) error {
	batch := make([]logs.Line, len(lines))
	for i, line := range lines {
		batch[i] = logs.Line(line)
	}
	return l.store.Put(ctx, logs.StreamName(s), source, batch, logs.Position(at))
}

func (l logSink) Position(_ context.Context, s agent.LogStream, source string) (agent.LogPosition, time.Time, error) {
	at, from, err := l.store.Position(logs.StreamName(s), source)
	return agent.LogPosition(at), from, err
}

func (l logSink) Behind(s agent.LogStream, source string, since time.Time) {
	l.store.Behind(logs.StreamName(s), source, since)
}

func (l logSink) Forget(_ context.Context, s agent.LogStream, source string) error {
	return l.store.Forget(logs.StreamName(s), source)
}

func (l logSink) Retain(_ context.Context, keep func(source string) bool) error {
	return l.store.Retain(keep)
}
