package awslogs_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs/awslogstest"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// fixture is the output of one container, which goes to CloudWatch Logs.
type fixture struct {
	*testing.T
	said    *lockedBuffer // the log of the readers
	logs    *awslogstest.Logs
	readers *awslogs.Readers
	config  awslogs.Config
	end     func() // of the run
}

// lockedBuffer is a buffer that is written to while it is read.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// withReaders is a story with a stream in the group "shop", and an engine that is no simulation.
func withReaders(t *testing.T, engine backend.Engine, stream string, story func(f *fixture)) {
	synctest.Test(t, func(t *testing.T) {
		said := &lockedBuffer{}
		log := slog.New(slog.NewTextHandler(said, nil))
		e := enginecall.New(engine, &enginecall.Tracker{}, log)
		ctx, cancel := context.WithCancel(t.Context())
		e.Begin(ctx)
		f := &fixture{T: t, said: said, logs: awslogstest.New("shop"), end: func() { cancel(); e.End() }}
		f.readers = awslogs.NewReaders(awslogs.Options{Engine: e, Sink: f.logs, Clock: clock.New(clock.Options{}), Log: log})
		f.config.Stream = awslogs.Stream{Group: "shop", Name: stream}
		if err := f.logs.OpenStream(t.Context(), f.config.Stream, false); err != nil {
			t.Fatal(err)
		}
		defer f.end()
		story(f)
	})
}
