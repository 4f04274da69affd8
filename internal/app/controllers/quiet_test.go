package controllers_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

type row struct{ ID string }

var rows = store.NewTable("quiet-test", func(r *row) string { return r.ID })

// A rule that feeds itself need not match something in each pass. Once it is disabled, the clock waits again for what takes time.
func TestTheClockDoesNotWaitForARuleThatFeedsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.Watch(0, store.OnKeys(rows))
		matched, pass, enabled := map[string]uint64{"again": 0}, 0, true
		rest := func(context.Context) error { return nil }
		task := func(ctx context.Context) error { // each pass asks twice
			if pass++; enabled {
				time.Sleep(time.Millisecond)
				if pass%8 > 2 {
					matched["again"]++
				}
				return s.Update(func(tx *store.Tx) error { rows.Put(tx, &row{"task"}); return nil })
			}
			select {
			case <-time.After(time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		var log bytes.Buffer
		q := &controllers.Quiet{
			Store: s, Settle: rest, Requests: func() uint64 { return 0 }, Log: slog.New(slog.NewTextHandler(&log, nil)),
			Loops:   func() []controllers.Loop { return []controllers.Loop{{Name: "tasks", Idle: task}} },
			Matched: func() map[string]uint64 { return maps.Clone(matched) },
		}
		for range 3 {
			if err := q.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		enabled = false
		delete(matched, "again")
		if err := q.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(log.String(), "a rule goes on matching"); n != 1 || q.Impatient() != 0 {
			t.Errorf("the clock was impatient %d times, and the log has %q", q.Impatient(), log.String())
		}
	})
}
