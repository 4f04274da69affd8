package docker

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	// warmQuiet is for how long no task may have been starting before sandboxes are
	// made for the next ones: they would take the engine's time from those that start.
	// Where the last step of a start is under way, they need not wait: see told.
	warmQuiet = 300 * time.Millisecond
	// warmPatience is how long a task waits for a sandbox that is still being made. To
	// make another one takes a quarter of a second.
	warmPatience = time.Second
	// warmIdle is for how long after the last start of a task sandboxes are kept for
	// more of its kind, so that an idle emulator has none.
	warmIdle = 10 * time.Minute
	// warmRetry is the pause after a sandbox could not be made.
	warmRetry = 30 * time.Second
	// warmShapes is how many shapes, the latest, have sandboxes at a time: a default
	// VPC has a subnet in each of three zones.
	warmShapes = 3
)

// warmShape is what cannot be changed about a sandbox once it is made.
type warmShape struct {
	network  string // Network.Name
	dockerID string // of that network
	subnet   netip.Prefix
	domain   string
	labels   string // of the spec, as JSON
	metadata bool   // led to this process
	// Whether there are limits: one can be changed, but not lifted.
	cpuLimited, memoryLimited bool
}

// warmLimits are CPU and Memory of a spec. They can be changed, which takes a while: so
// a warm sandbox is made with those that the last task of its shape had.
type warmLimits struct{ cpu, memory int64 }

// warmSandbox is a sandbox that runs and belongs to no task yet.
type warmSandbox struct {
	id, name string
	ip       netip.Addr
	shape    warmShape
	limits   warmLimits
}

// warmPool keeps sandboxes started for tasks to come, of the shapes that tasks had
// lately. It has a goroutine only while it has sandboxes or is to make some.
type warmPool struct {
	size    int                                                 // sandboxes of each shape; 0 is none
	create  func(context.Context, warmUse) (warmSandbox, error) // with an error: see made
	discard func(context.Context, warmSandbox) error
	log     *slog.Logger
	changed chan struct{} // holds a token when there is something to look at

	mu       sync.Mutex
	shapes   []warmUse     // the latest first
	ready    []warmSandbox // the oldest first
	dead     []warmSandbox // to be discarded
	making   *warmMaking   // the one that is being made; nil is none
	starting int           // calls under way that start a task, but those that told counts
	telling  int           // starts of a task's containers under way
	quiet    time.Time     // from when on sandboxes may be made
	retry    time.Time     // when to go on after the engine has failed
	pauses   int           // while positive, nothing is made
	off      bool
	tending  chan struct{} // closed when the goroutine ends; nil when there is none
	stop     context.CancelFunc
}

// warmMaking is a sandbox that is being made.
type warmMaking struct {
	shape   warmShape
	claimed bool          // a task waits for it
	done    chan struct{} // closed when it is made or has failed
	made    warmSandbox   // for the task that has claimed it
}

func newWarmPool(size int, log *slog.Logger) *warmPool {
	return &warmPool{size: max(size, 0), log: log, changed: make(chan struct{}, 1)}
}

// warmUse is when a task last had a shape, and with which limits.
type warmUse struct {
	shape  warmShape
	limits warmLimits
	at     time.Time
}

// starts notes that a task is starting, until the function that it returns is called.
func (p *warmPool) starts() (ended func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.starting--
		p.quiet = time.Now().Add(warmQuiet)
		p.wake()
	}
}

// told notes that the engine is told to start a container: the last that a task needs. So
// the next sandbox can be made meanwhile where none is left, for tasks that are started one
// after the other, and otherwise once the container runs. It ends what starts has begun;
// ended says that the container runs.
func (p *warmPool) told(begun func()) (ended func()) {
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

// claim takes a sandbox of a shape if there is one, best with these limits, and has
// more of the kind made. One that is being made it waits for.
func (p *warmPool) claim(ctx context.Context, shape warmShape, limits warmLimits) (warmSandbox, bool) {
	w, making := p.take(shape, limits)
	if making == nil {
		return w, w.id != ""
	}
	timer := time.NewTimer(warmPatience)
	defer timer.Stop()
	select {
	case <-making.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	return p.leave(making)
}

// take returns a sandbox that is ready, or the one that is being made, which then is the
// caller's until it leaves it, or neither.
func (p *warmPool) take(shape warmShape, limits warmLimits) (warmSandbox, *warmMaking) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.size <= 0 || p.off {
		return warmSandbox{}, nil
	}
	p.shapes = slices.DeleteFunc(p.shapes, func(u warmUse) bool { return u.shape == shape })
	p.shapes = slices.Insert(p.shapes, 0, warmUse{shape, limits, time.Now()})
	p.tend()
	i := slices.IndexFunc(p.ready, func(w warmSandbox) bool { return w.shape == shape && w.limits == limits })
	if i < 0 {
		i = slices.IndexFunc(p.ready, func(w warmSandbox) bool { return w.shape == shape })
	}
	if i < 0 {
		if m := p.making; m != nil && m.shape == shape && !m.claimed {
			m.claimed = true
			return warmSandbox{}, m
		}
		return warmSandbox{}, nil
	}
	w := p.ready[i]
	p.ready = slices.Delete(p.ready, i, i+1)
	return w, nil
}

// leave ends the wait for a sandbox that is being made: it is the caller's if it is done.
func (p *warmPool) leave(m *warmMaking) (warmSandbox, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.claimed = false // if it comes later, it is for the next task
	return m.made, m.made.id != ""
}

// bury has a sandbox discarded that was claimed and is of no use.
func (p *warmPool) bury(w warmSandbox) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = append(p.dead, w)
	p.tend()
}

// lost has a sandbox discarded, and another made, because it does not run any more.
func (p *warmPool) lost(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.ready, func(w warmSandbox) bool { return w.id == id })
	if i >= 0 {
		p.dead = append(p.dead, p.ready[i])
		p.ready = slices.Delete(p.ready, i, i+1)
		p.tend()
	}
}

// release discards the sandboxes that stand in somebody's way, also one that is just
// being made. It reports whether there was any.
func (p *warmPool) release(ctx context.Context, which func(warmSandbox) bool) bool {
	resume := p.pause(ctx)
	defer resume()
	p.mu.Lock()
	var released []warmSandbox
	keep := func(w warmSandbox) bool {
		if which(w) {
			released = append(released, w)
			return false
		}
		return true
	}
	p.ready, p.dead = filtered(p.ready, keep), filtered(p.dead, keep)
	p.mu.Unlock()
	var wait sync.WaitGroup
	for _, w := range released {
		wait.Go(func() { p.discarded(w, p.discard(ctx, w)) })
	}
	wait.Wait()
	return len(released) > 0
}

func filtered(all []warmSandbox, keep func(warmSandbox) bool) []warmSandbox {
	return slices.DeleteFunc(all, func(w warmSandbox) bool { return !keep(w) })
}

// empty discards all sandboxes. New ones are made when the next task has started.
func (p *warmPool) empty(ctx context.Context) {
	p.mu.Lock()
	p.shapes = nil
	p.mu.Unlock()
	p.release(ctx, func(warmSandbox) bool { return true })
}

// disable has no more sandboxes made, and those there are discarded in a while.
func (p *warmPool) disable() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off, p.shapes = true, nil
	p.tend()
}

// pause returns when nothing is being made, at the latest at the end of ctx.
func (p *warmPool) pause(ctx context.Context) (resume func()) {
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
