package awslogs_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// TestTimersAreNotKept: a container that always writes has no more timers than one that rests.
func TestTimersAreNotKept(t *testing.T) {
	withReaders(t, sim.New(sim.Options{}), "busy", func(f *fixture) {
		r := f.readers.NewReader(f.config.Stream, "busy", map[string]string{"awslogs-multiline-pattern": "^INFO"})
		type mark struct{ _ [64]byte } // lives as long as a timer that was set with its line
		var marks []weak.Pointer[mark]
		for range 10 * time.Minute / (200 * time.Millisecond) {
			m := &mark{}
			marks = append(marks, weak.Make(m))
			r.Take(context.WithValue(f.Context(), mark{}, m), time.Now(), "INFO a line")
			time.Sleep(200 * time.Millisecond)
		}
		synctest.Wait()
		runtime.GC()
		kept := 0
		for _, m := range marks {
			if m.Value() != nil {
				kept++
			}
		}
		if kept > 10 {
			t.Errorf("of %d lines, the timers of %d are kept", len(marks), kept)
		}
		r.StopTimers()
		if put := len(f.logs.Lines("shop", "busy")); put <= len(marks)/2 {
			t.Errorf("%d of %d lines are put", put, len(marks))
		}
	})
}

// once is an engine with a container that has written a line.
type once struct{ backend.Engine }

func (once) Logs(_ context.Context, _ string, opts backend.LogOptions) error {
	if at := time.Unix(1, 0); !at.Before(opts.Since) {
		return opts.Write(at, false, "one")
	}
	return nil
}

// TestStartWhileAReaderEnds: a container may start again when its reader has asked for the last
// time, but has not ended.
func TestStartWhileAReaderEnds(t *testing.T) {
	withReaders(t, once{}, "again", func(f *fixture) {
		ended, isRead, again := f.readers.Ending("id", f.config)
		if again {
			t.Error("the reader goes on")
		}
		f.readers.Follow("id", f.config, true)
		ended()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if lines := f.logs.Lines("shop", "again"); len(lines) != 1 || lines[0] != "one" {
			t.Errorf("lines: %q", lines)
		}
		f.readers.Await(f.Context(), "id")
		if !isRead() {
			t.Error("the output is not known to be read")
		}
	})
}

// TestClocksThatAreSet: when the engine's clock is behind after a while, its lines are followed
// again after one look; and they are followed on when they are older than those before.
func TestClocksThatAreSet(t *testing.T) {
	testSetClock(t, 15*time.Second, 2, 1)
	testSetClock(t, 10*time.Minute, 1, 0)
}

func testSetClock(t *testing.T, back time.Duration, follows, looks int) {
	engine := &setBack{by: back}
	withReaders(t, engine, "set", func(f *fixture) {
		f.readers.Follow("set", f.config, false)
		time.Sleep(time.Minute)
		f.end()
		if engine.follows != follows || engine.looks != looks {
			t.Errorf("set back by %v: followed %d times, looked %d times", back, engine.follows, engine.looks)
		}
	})
}

// setBack is an engine with a container that writes a line each second, rests for twenty of them,
// and goes on. Meanwhile the engine's clock is set back.
type setBack struct {
	backend.Engine
	by                      time.Duration
	follows, looks, written int
}

func (e *setBack) Logs(ctx context.Context, _ string, opts backend.LogOptions) error {
	if !opts.Follow {
		e.looks++
		return nil
	}
	e.follows++
	for ; ctx.Err() == nil; e.written++ {
		at := time.Now()
		if e.written == 10 {
			time.Sleep(20 * time.Second)
		}
		if e.written >= 10 {
			at = time.Now().Add(-e.by)
		}
		if err := opts.Write(at, false, "line"); err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
	return ctx.Err()
}
