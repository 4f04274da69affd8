// Package warm keeps sandboxes started for tasks to come. It decides how many of which shape, and
// when; it makes and removes them by functions that it is given.
package warm

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

const (
	// quietTime is for how long no task may have been starting before sandboxes are
	// made for the next ones: they would take the engine's time from those that start.
	// Where the last step of a start is under way, they need not wait: see ContainerStarts.
	quietTime = 300 * time.Millisecond
	// patience is how long a task waits for a sandbox that is still being made. To
	// make another one takes a quarter of a second.
	patience = time.Second
	// idleTime is for how long after the last start of a task sandboxes are kept for
	// more of its kind, so that an idle emulator has none.
	idleTime = 10 * time.Minute
	// retryTime is the pause after a sandbox could not be made.
	retryTime = 30 * time.Second
	// mostShapes is how many shapes, the latest, have sandboxes at a time: a default
	// VPC has a subnet in each of three zones.
	mostShapes = 3
)

// Shape is what cannot be changed about a sandbox once it is made.
type Shape struct {
	Network  string // Network.Name
	DockerID string // of that network
	Subnet   netip.Prefix
	Domain   string
	Labels   string // of the spec, as JSON
	Metadata bool   // led to this process
	// Whether there are limits: one can be changed, but not lifted.
	CPULimited, MemoryLimited bool
}

// Limits are CPU and Memory of a spec. They can be changed, which takes a while: so
// a warm sandbox is made with those that the last task of its shape had.
type Limits struct{ CPU, Memory int64 }

// Sandbox is a sandbox that runs and belongs to no task yet.
type Sandbox struct {
	ID, Name string
	IP       netip.Addr
	Shape    Shape
	Limits   Limits
}

// Pool keeps sandboxes started for tasks to come, of the shapes that tasks had
// lately. It has a goroutine only while it has sandboxes or is to make some.
type Pool struct {
	size    int                                         // sandboxes of each shape; 0 is none
	create  func(context.Context, Use) (Sandbox, error) // with an error: see made
	remove  func(context.Context, Sandbox) error
	log     *slog.Logger
	changed chan struct{} // holds a token when there is something to look at

	mu       sync.Mutex
	shapes   []Use     // the latest first
	ready    []Sandbox // the oldest first
	dead     []Sandbox // to be discarded
	making   *making   // the one that is being made; nil is none
	starting int       // calls under way that start a task, but those that telling counts
	telling  int       // starts of a task's containers under way
	quiet    time.Time // from when on sandboxes may be made
	retry    time.Time // when to go on after the engine has failed
	pauses   int       // while positive, nothing is made
	off      bool
	rests    time.Time     // until when none is given or made
	tending  chan struct{} // closed when the goroutine ends; nil when there is none
	stop     context.CancelFunc
}

// making is a sandbox that is being made.
type making struct {
	shape   Shape
	claimed bool          // a task waits for it
	done    chan struct{} // closed when it is made or has failed
	made    Sandbox       // for the task that has claimed it
}

// New returns a pool of size sandboxes for each shape; none if size is not positive. create makes
// and starts one; with an error it may return one that has to be removed.
func New(size int, create func(context.Context, Use) (Sandbox, error), remove func(context.Context, Sandbox) error, log *slog.Logger) *Pool {
	return &Pool{size: max(size, 0), create: create, remove: remove, log: log, changed: make(chan struct{}, 1)}
}

// Use is when a task last had a shape, and with which limits.
type Use struct {
	Shape  Shape
	Limits Limits
	at     time.Time
}

// TaskStarts notes that a task is starting, until the function that it returns is called.
func (p *Pool) TaskStarts() (ended func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.starting--
		p.quiet = time.Now().Add(quietTime)
		p.wake()
	}
}

// ContainerStarts notes that the engine is told to start a container, which is the last step of a
// task's start. So the next sandbox can be made meanwhile where none is left, for tasks that are
// started one after the other, and otherwise once the container runs. It calls begun, what
// TaskStarts returned; call ended once the container runs.
func (p *Pool) ContainerStarts(begun func()) (ended func()) {
	begun()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.telling++
	p.quiet = time.Now()
	p.wake()
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.telling--
		p.wake()
	}
}

// Quiet waits until no task is starting, and for a while before: who uses an engine for the first time may be about to start one.
func (p *Pool) Quiet(ctx context.Context) error {
	for {
		if err := pause.For(ctx, quietTime); err != nil {
			return err
		}
		p.mu.Lock()
		quiet := p.starting+p.telling == 0 && !time.Now().Before(p.quiet)
		p.mu.Unlock()
		if quiet {
			return nil
		}
	}
}

// Claim takes a sandbox of a shape if there is one, best with these limits, and has
// more of the kind made. One that is being made it waits for.
func (p *Pool) Claim(ctx context.Context, shape Shape, limits Limits) (Sandbox, bool) {
	w, making := p.take(shape, limits)
	if making == nil {
		return w, w.ID != ""
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-making.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	return p.leave(making)
}

// take returns a sandbox that is ready, or the one that is being made, which the caller has until it
// calls leave, or neither.
func (p *Pool) take(shape Shape, limits Limits) (Sandbox, *making) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.size <= 0 || p.off || time.Now().Before(p.rests) {
		return Sandbox{}, nil
	}
	p.shapes = slices.DeleteFunc(p.shapes, func(u Use) bool { return u.Shape == shape })
	p.shapes = slices.Insert(p.shapes, 0, Use{shape, limits, time.Now()})
	p.tend()
	i := slices.IndexFunc(p.ready, func(w Sandbox) bool { return w.Shape == shape && w.Limits == limits })
	if i < 0 {
		i = slices.IndexFunc(p.ready, func(w Sandbox) bool { return w.Shape == shape })
	}
	if i < 0 {
		if m := p.making; m != nil && m.shape == shape && !m.claimed {
			m.claimed = true
			return Sandbox{}, m
		}
		return Sandbox{}, nil
	}
	w := p.ready[i]
	p.ready = slices.Delete(p.ready, i, i+1)
	return w, nil
}

// leave ends the wait for a sandbox that is being made: it is the caller's if it is done.
func (p *Pool) leave(m *making) (Sandbox, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.claimed = false // if it comes later, it is for the next task
	return m.made, m.made.ID != ""
}

// Discard has a sandbox removed that was claimed and is of no use.
func (p *Pool) Discard(w Sandbox) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = append(p.dead, w)
	p.tend()
}

// Ended has a sandbox removed that does not run any more, and another made.
func (p *Pool) Ended(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.ready, func(w Sandbox) bool { return w.ID == id })
	if i >= 0 {
		p.dead = append(p.dead, p.ready[i])
		p.ready = slices.Delete(p.ready, i, i+1)
		p.tend()
	}
}

// Release removes the sandboxes that which selects, also one that is just being made. It
// reports whether there was any.
func (p *Pool) Release(ctx context.Context, which func(Sandbox) bool) bool {
	resume := p.pause(ctx)
	defer resume()
	p.mu.Lock()
	var released []Sandbox
	release := func(w Sandbox) bool {
		if which(w) {
			released = append(released, w)
			return true
		}
		return false
	}
	p.ready, p.dead = slices.DeleteFunc(p.ready, release), slices.DeleteFunc(p.dead, release)
	p.mu.Unlock()
	var wait sync.WaitGroup
	for _, w := range released {
		wait.Go(func() { p.discarded(w, p.remove(ctx, w)) })
	}
	wait.Wait()
	return len(released) > 0
}

// MayHave reports whether Release may find a sandbox of a network: what is being made counts, as its address is not known.
func (p *Pool) MayHave(network string, which func(Sandbox) bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.making != nil && p.making.shape.Network == network || slices.ContainsFunc(p.ready, which) || slices.ContainsFunc(p.dead, which)
}

// Empty removes all sandboxes. New ones are made when the next task has started.
func (p *Pool) Empty(ctx context.Context) {
	p.mu.Lock()
	p.shapes = nil
	p.mu.Unlock()
	p.Release(ctx, func(Sandbox) bool { return true })
}

// Disable has no more sandboxes made, and those there are removed in a while.
func (p *Pool) Disable() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off, p.shapes = true, nil
	p.tend()
}

// Rest removes all warm sandboxes, and keeps none for a while.
func (p *Pool) Rest(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rests, p.shapes = time.Now().Add(d), nil
	p.tend()
}

// pause returns when nothing is being made, at the latest at the end of ctx.
func (p *Pool) pause(ctx context.Context) (resume func()) {
	p.mu.Lock()
	p.pauses++
	tending := p.tending
	if tending != nil {
		p.stop()
	}
	p.mu.Unlock()
	if tending != nil {
		select {
		case <-tending:
		case <-ctx.Done():
		}
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pauses--
		if len(p.shapes)+len(p.ready)+len(p.dead) > 0 {
			p.tend()
		}
	}
}
