// Package logsink is where the agent writes the output of containers: the CloudWatch Logs here, or
// that of the upstream.
package logsink

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/logs"
)

// Here is the CloudWatch Logs of the emulator.
type Here struct{ Store *logs.Store }

var _ agent.LogSink = Here{}

// OpenStream implements agent.LogSink.
func (l Here) OpenStream(_ context.Context, s agent.LogStream, create bool) error {
	if err := cloudwatchlogs.CheckStream(s.Group, s.Name); err != nil {
		return err
	}
	return l.Store.OpenStream(logs.StreamName(s), create)
}

// Put implements agent.LogSink.
func (l Here) Put(ctx context.Context, s agent.LogStream, source string, lines []agent.LogLine, at agent.LogPosition) error {
	batch := make([]logs.Line, len(lines))
	for i, line := range lines {
		batch[i] = logs.Line(line)
	}
	return l.Store.Put(ctx, logs.StreamName(s), source, batch, logs.Position(at))
}

// Position implements agent.LogSink.
func (l Here) Position(_ context.Context, s agent.LogStream, source string) (agent.LogPosition, time.Time, error) {
	at, from, err := l.Store.Position(logs.StreamName(s), source)
	return agent.LogPosition(at), from, err
}

// Behind implements agent.LogSink.
func (l Here) Behind(s agent.LogStream, source string, since time.Time) {
	l.Store.Behind(logs.StreamName(s), source, since)
}

// Forget implements agent.LogSink.
func (l Here) Forget(_ context.Context, s agent.LogStream, source string) error {
	return l.Store.Forget(logs.StreamName(s), source)
}

// Retain implements agent.LogSink.
func (l Here) Retain(_ context.Context, keep func(source string) bool) error {
	return l.Store.Retain(keep)
}
