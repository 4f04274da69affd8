package awslogs_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// flood is an engine with a container that writes 1,000 lines a second, until it ends, of which the
// engine reads all anew for each answer but one of what is yet to come.
type flood struct {
	backend.Engine
	started  time.Time
	reads    time.Duration // how long it takes to read all
	stalled  time.Duration // for how long those who follow get nothing, once
	lasts    time.Duration
	rest     string // of each line, behind its number
	silently bool   // who follows what is yet to come gets nothing

	joins  int // answers of what is yet to come
	mu     sync.Mutex
	whole  int           // the other answers
	newest time.Duration // the age of the last line that was read
}

// seen tells how often all was read, and how old the newest line is.
func (f *flood) seen() (whole int, newest time.Duration) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.whole, f.newest
}

const floodStep = time.Millisecond

func (f *flood) written() int { return int(min(time.Since(f.started), f.lasts) / floodStep) }

func (f *flood) at(line int) time.Time { return f.started.Add(time.Duration(line) * floodStep) }

func (f *flood) Logs(ctx context.Context, _ string, opts backend.LogOptions) error {
	next, there := 0, f.written()
	if opts.Tail < 0 {
		next = there
		f.joins++
	} else {
		f.mu.Lock()
		f.whole++
		f.mu.Unlock()
		time.Sleep(f.reads)
	}
	for ctx.Err() == nil {
		for ; next < there; next++ {
			if at := f.at(next); !at.Before(opts.Since) && !(f.silently && opts.Tail < 0) {
				if err := opts.Write(at, false, fmt.Sprint(next, f.rest)); err != nil {
					return err
				}
			}
		}
		f.mu.Lock()
		f.newest = time.Since(f.at(next))
		f.mu.Unlock()
		if !opts.Follow || next == int(f.lasts/floodStep) {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
		if f.stalled > 0 && time.Since(f.started) > 20*time.Second {
			time.Sleep(f.stalled)
			f.stalled = 0
		}
		there = f.written()
	}
	return ctx.Err()
}

// behindFlood reads the output of a container that has written for 20 seconds if it is known.
func behindFlood(t *testing.T, engine *flood, known bool, story func(f *fixture)) {
	withReaders(t, engine, "flood", func(f *fixture) {
		engine.started = time.Now()
		if known {
			time.Sleep(20 * time.Second)
			if err := f.logs.Put(f.Context(), f.config.Stream, "flood", nil, awslogs.Position{}); err != nil {
				t.Fatal(err)
			}
		}
		f.readers.Follow("flood", f.config, false)
		story(f)
		f.end()
		for i, line := range f.logs.Lines("shop", "flood") {
			if number, _, _ := strings.Cut(line, " "); number != fmt.Sprint(i) {
				t.Fatalf("line %d is %s", i, number)
			}
		}
	})
}

// TestAReaderReturnsToFollowing: who has fallen behind a container that writes without a pause, and
// who comes back after a restart, is up to date soon, and the engine reads all of the log a few times.
func TestAReaderReturnsToFollowing(t *testing.T) {
	for name, known := range map[string]bool{"after a restart": true, "after a stop": false} {
		t.Run(name, func(t *testing.T) {
			engine := &flood{reads: 2500 * time.Millisecond, lasts: time.Hour}
			if !known {
				engine.stalled = 6 * time.Second
			}
			behindFlood(t, engine, known, func(f *fixture) {
				time.Sleep(30 * time.Second)
				if !known {
					time.Sleep(20 * time.Second)
				}
				before, lag := engine.seen()
				if lag > 500*time.Millisecond || before > 3 {
					t.Errorf("%v behind; all was read %d times", lag, before)
				}
				if since := f.logs.Missing("flood"); !since.IsZero() && since.Before(time.Now().Add(-time.Second)) { // zero: all has been put
					t.Errorf("the sink takes the reader to be behind since %v", since)
				}
				time.Sleep(20 * time.Second)
				whole, _ := engine.seen()
				if whole != before {
					t.Errorf("all was read %d times in the end, want %d", whole, before)
				}
				if lines := f.logs.Lines("shop", "flood"); len(lines) < int(60*time.Second/floodStep) {
					t.Errorf("%d lines", len(lines))
				}
			})
		})
	}
}

// TestAReaderThatCannotJoin: the container has ended, or the engine gives nothing of what is yet to
// come: all that it has written is read.
func TestAReaderThatCannotJoin(t *testing.T) {
	for name, engine := range map[string]*flood{
		"the container ends while the reader looks": {reads: 2 * time.Second, lasts: 21 * time.Second},
		"the container ends while it joins":         {reads: 2 * time.Second, lasts: 22*time.Second + 5*time.Millisecond},
		"the engine is silent":                      {reads: time.Second, lasts: 40 * time.Second, silently: true},
		"it writes a file meanwhile":                {reads: 8 * time.Second, lasts: 30 * time.Second, rest: strings.Repeat(" ", 6000)},
	} {
		t.Run(name, func(t *testing.T) {
			behindFlood(t, engine, true, func(f *fixture) {
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if got, want := len(f.logs.Lines("shop", "flood")), int(engine.lasts/floodStep); got != want {
					t.Errorf("%d lines, want %d", got, want)
				}
				if engine.rest != "" && engine.joins > 0 {
					t.Errorf("it joins %d times while the container writes too much", engine.joins)
				}
			})
		})
	}
}
