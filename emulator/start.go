package emulator

import (
	"context"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/app/failurereport"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

// TB is what Start needs of a *testing.T or *testing.B.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Cleanup(func())
}

// reporting is what a TB may have besides, as a *testing.T does.
type reporting interface {
	Failed() bool
	Logf(format string, args ...any)
}

// Start starts an emulator for a test and ends it with the test. Without options
// it is in memory, on the simulated engine, on a port of its own.
//
// When the test has failed, its log says what the emulator ran at the end, what happened there last,
// what callers were denied, and the last output of tasks that ended with an error.
func Start(t TB, opts ...Options) *Server {
	t.Helper()
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	s, err := New(o)
	if err != nil {
		t.Fatalf("start the ECS emulator: %v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		if t, ok := t.(reporting); ok && t.Failed() {
			s.reportFailure(t)
		}
		if err := s.Close(); err != nil {
			t.Errorf("close the ECS emulator: %v", err)
		}
	})
	return s
}

// reportTimeout bounds how long an engine is asked for the output of containers.
const reportTimeout = 10 * time.Second

// reportFailure writes how the emulator is to the log of a test, unless the test has closed it.
func (s *Server) reportFailure(t reporting) {
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.closed {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), reportTimeout)
	defer cancel()
	report, err := failurereport.Source{
		Store: s.core.Store, Now: s.core.Clock.Now, Logs: s.parts.engine.Output,
		Denials: s.core.Decisions.Select(decision.Filter{Decision: decision.Denied}),
	}.Write(ctx)
	if err != nil {
		t.Logf("the ECS emulator cannot be shown: %v", err)
		return
	}
	t.Logf("the ECS emulator at the end of the test: %s", strings.TrimSuffix(report, "\n"))
}
