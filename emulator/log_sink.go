package emulator

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/emulator/agent"
	"github.com/ecs-emulator/ecs-emulator/emulator/logs"
)

// logSink has the agent write to CloudWatch Logs here.
type logSink struct{ store *logs.Store }

var _ agent.LogSink = logSink{}

func (l logSink) OpenStream(_ context.Context, s agent.LogStream, create bool) error {
	return l.store.OpenStream(logs.StreamName(s), create)
}

func (l logSink) Put(ctx context.Context, s agent.LogStream, source string, lines []agent.LogLine, at agent.LogPosition) error {
	batch := make([]logs.Line, len(lines))
	for i, line := range lines {
		batch[i] = logs.Line(line)
	}
	return l.store.Put(ctx, logs.StreamName(s), source, batch, logs.Position(at))
}

func (l logSink) Position(_ context.Context, s agent.LogStream, source string) (agent.LogPosition, error) {
	at, err := l.store.Position(logs.StreamName(s), source)
	return agent.LogPosition(at), err
}

func (l logSink) Forget(_ context.Context, s agent.LogStream, source string) error {
	return l.store.Forget(logs.StreamName(s), source)
}
