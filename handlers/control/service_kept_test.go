package control_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// keptOutput is the output of service web, which has one task.
func keptOutput(t *testing.T, logs func(_ context.Context, _, _ string, o backend.LogOptions) error) string {
	t.Helper()
	w := newOutputWorld(t)
	w.service("default", "web")
	w.task("t1", state.Running, "web")
	answer := httptest.NewRecorder()
	control.Handler(control.Options{Store: w.store, Log: slog.New(slog.DiscardHandler), Logs: logs}).
		ServeHTTP(answer, httptest.NewRequest("GET", control.Prefix+"logs?of=web", nil))
	return told(t, answer.Body.String())
}

// An engine gives a line its time before it gives it its place, so the times of stdout and stderr may cross.
func TestOutputWhoseTimesCross(t *testing.T) {
	const lines = 20_000
	said := keptOutput(t, func(_ context.Context, _, _ string, o backend.LogOptions) error {
		for n := range lines {
			at := time.Unix(int64(n^1), 0)
			if at.Before(o.Since) {
				continue
			}
			if err := o.Write(at, n%2 == 1, fmt.Sprintf("%d.", n)); err != nil {
				return err
			}
		}
		return nil
	})
	for n := range lines {
		line := fmt.Sprintf("t1: %d.; ", n)
		if !strings.HasPrefix(said, line) {
			t.Fatalf("line %d is missing, or not in its place: %.60s", n, said)
		}
		said = said[len(line):]
	}
	if said != "end" {
		t.Errorf("it ends with %.60s", said)
	}
}

// What a container writes while its output is read is not part of it: the answer would have no end.
func TestOutputThatGrowsWhileItIsRead(t *testing.T) {
	const before = 20_000
	written := before
	said := keptOutput(t, func(_ context.Context, _, _ string, o backend.LogOptions) error {
		end := written // when it is called, as backend.Engine says
		for n := range end {
			if written == 4*before {
				return fmt.Errorf("the container goes on, and so does its reader")
			}
			if at := time.Unix(int64(n), 0); !at.Before(o.Since) {
				written++
				if err := o.Write(at, false, fmt.Sprintf("%d.", n)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if n := strings.Count(said, "t1: "); n != before || !strings.HasSuffix(said, fmt.Sprintf("t1: %d.; end", before-1)) {
		t.Errorf("%d lines, want the %d that there were at first; it ends with %s", n, before, said[max(0, len(said)-100):])
	}
}
