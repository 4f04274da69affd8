package awslogs

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// Readers are the readers of the containers of an engine. One stays until its container is removed,
// so that nothing is read twice.
type Readers struct {
	Options
	troubled atomic.Bool // the sink takes nothing

	mu      sync.Mutex
	readers map[string]*output // by engine id
	listed  map[string]bool    // engine ids of the last list; nil before the first one
}

type output struct {
	Config
	reader  *reader
	reading chan struct{} // closed when all is read; nil if none reads
	again   bool          // the container may have been started again
	read    bool          // all of it, when the container had ended
}

// Options of an engine's readers.
type Options struct {
	Engine *enginecall.Engine
	Sink   Sink
	Clock  *clock.Clock
	Delay  time.Duration // from a line of output to its event, on the emulator's clock
	Log    *slog.Logger
}

// NewReaders returns the readers of an engine's containers, which read nothing before Follow.
func NewReaders(o Options) *Readers { return &Readers{Options: o, readers: map[string]*output{}} }

// Follow reads the output of a container that runs, or has run. A second call for a container is harmless.
func (l *Readers) Follow(id string, c Config, runs bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.readers[id]
	switch {
	case o == nil:
		o = &output{Config: c}
		l.readers[id] = o
	case o.reading != nil:
		o.again = o.again || runs
		return
	case o.read && !runs:
		return
	}
	o.reading, o.again, o.read = make(chan struct{}), false, false
	l.start(id, o)
}

// start begins to read. On a simulated engine, the reader is a call: the clock waits until all
// that is there has been put.
func (l *Readers) start(id string, o *output) {
	o.reader = newReader(l, o.Stream, id, o.options)
	read := func(ctx context.Context) {
		o.reader.run(ctx, func() bool { return l.again(o) })
		l.ended(id, o)
	}
	begun := false
	if l.Engine.Simulated() {
		begun = l.Engine.Call(enginecall.CutOff, read)
	} else {
		begun = l.Engine.Go(func() { read(l.Engine.Life()) })
	}
	if !begun {
		close(o.reading)
		o.reading = nil
	}
}

// remind has the sink hold back what readers may yet bring that are behind.
func (l *Readers) remind() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.readers {
		if o.reading != nil {
			o.reader.remind()
		}
	}
}

// again reports whether to go on at the end of the output.
func (l *Readers) again(o *output) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	again := o.again
	o.again, o.read = false, !again
	return again
}

// ended is called when a reader has ended. Another one begins if the container may have been
// started since the reader asked: callers that wait for the output wait for that one, too.
func (l *Readers) ended(id string, o *output) {
	l.mu.Lock()
	defer l.mu.Unlock()
	since := o.again && o.read && l.readers[id] == o
	o.again = false
	if since {
		o.read = false
		l.start(id, o)
		return
	}
	close(o.reading)
	o.reading = nil
}

// patience bounds how long Await waits, because the sink or the engine may be down.
const patience = 30 * time.Second

// Await waits until the output of a container that has ended is in, for half a minute at most, and
// reports whether it is.
func (l *Readers) Await(ctx context.Context, id string) bool {
	reading := l.reading(id)
	if reading == nil {
		return true
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-reading:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// IsRead is Await without waiting.
func (l *Readers) IsRead(id string) bool { return l.reading(id) == nil }

// reading ends when all output of a container is in; nil: it is.
func (l *Readers) reading(id string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o := l.readers[id]; o != nil {
		return o.reading
	}
	return nil
}

// trouble notes that the sink does not take what there is, and says so once for all containers.
func (l *Readers) trouble(err error) {
	if l.troubled.CompareAndSwap(false, true) {
		l.Log.Error("cannot store output of containers; retrying", "error", err)
	}
}

// kept ends the trouble.
func (l *Readers) kept() {
	if l.troubled.CompareAndSwap(true, false) {
		l.Log.Info("output of containers is stored again")
	}
}

// Forget ends what is known of a container that has been removed.
func (l *Readers) Forget(ctx context.Context, id string) {
	l.mu.Lock()
	o := l.readers[id]
	delete(l.readers, id)
	l.mu.Unlock()
	if o == nil {
		return
	}
	if err := l.Sink.Forget(ctx, o.Stream, id); err != nil && !refused(err) && ctx.Err() == nil { // else its group is gone, with the position
		l.Log.Warn("cannot remove a position in a log", "container", id, "error", err)
	}
}

// List takes note of the containers that the engine has.
func (l *Readers) List(containers []backend.Container) {
	ids := make(map[string]bool, len(containers))
	for _, c := range containers {
		ids[c.ID] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listed = ids
}

// Retain has the sink forget the containers that are gone from all engines, once each of them has
// been listed: they are not removed a second time.
func Retain(ctx context.Context, sink Sink, log *slog.Logger, engines []*Readers) {
	for _, l := range engines {
		if !l.hasListed() {
			return
		}
	}
	err := sink.Retain(ctx, func(id string) bool {
		for _, l := range engines {
			if l.knows(id) {
				return true
			}
		}
		return false
	})
	if err != nil && ctx.Err() == nil {
		log.Warn("cannot remove the log positions of removed containers", "error", err)
	}
}

func (l *Readers) hasListed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.listed != nil
}

// knows reports whether a container is there, or was when it was last looked for.
func (l *Readers) knows(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.listed[id] || l.readers[id] != nil
}
