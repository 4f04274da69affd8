package controllers_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// The log tells for which loop the clock did not wait any longer.
func TestAnImpatientClockSaysWhatItLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := store.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		rest := func(context.Context) error { return nil }
		busy := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		var log bytes.Buffer
		q := &controllers.Quiet{
			Store: rows, Settle: rest, Requests: func() uint64 { return 0 }, Log: slog.New(slog.NewTextHandler(&log, nil)),
			Loops: func() []controllers.Loop {
				return []controllers.Loop{{Name: "one", Idle: busy}, {Name: "other", Idle: rest}}
			},
		}
		if err := q.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := q.Impatient(); n != 1 || !strings.Contains(log.String(), "in=one") {
			t.Errorf("the clock was impatient %d times, the log has %q", n, log.String())
		}
	})
}
