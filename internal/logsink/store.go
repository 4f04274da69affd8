// Package logsink is where the agent writes the output of containers: the CloudWatch Logs here, or
// that of the upstream.
package logsink

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/logs"
)

// Here is the CloudWatch Logs of the emulator.
type Here struct{ Store *logs.Store }

var _ awslogs.Sink = Here{}

// OpenStream implements awslogs.Sink.
func (l Here) OpenStream(_ context.Context, s awslogs.Stream, create bool) error {
	if err := cloudwatchlogs.CheckStream(s.Group, s.Name); err != nil {
		return err
	}
	return l.Store.OpenStream(logs.StreamName(s), create)
}

// Put implements awslogs.Sink.
func (l Here) Put(ctx context.Context, s awslogs.Stream, source string, lines []awslogs.Line, at awslogs.Position) error {
	batch := make([]logs.Line, len(lines))
	for i, line := range lines {
		batch[i] = logs.Line(line)
	}
	return l.Store.Put(ctx, logs.StreamName(s), source, batch, logs.Position(at))
}

// Position implements awslogs.Sink.
func (l Here) Position(_ context.Context, s awslogs.Stream, source string) (awslogs.Position, time.Time, error) {
	at, from, err := l.Store.Position(logs.StreamName(s), source)
	return awslogs.Position(at), from, err
}

// Behind implements awslogs.Sink.
func (l Here) Behind(s awslogs.Stream, source string, since time.Time) {
	l.Store.Behind(logs.StreamName(s), source, since)
}

// Forget implements awslogs.Sink.
func (l Here) Forget(_ context.Context, s awslogs.Stream, source string) error {
	return l.Store.Forget(logs.StreamName(s), source)
}

// Retain implements awslogs.Sink.
func (l Here) Retain(_ context.Context, keep func(source string) bool) error {
	return l.Store.Retain(keep)
}
