package agent

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
)

// logReaders are those of the containers of a host. One stays until its container is removed,
// so that nobody reads the same twice.
type logReaders struct {
	host     *host
	troubled atomic.Bool // the sink takes nothing

	mu      sync.Mutex
	readers map[string]*containerLog // by engine id
	listed  map[string]bool          // engine ids of the last list; nil before the first one
}

// containerLog is the output of a container.
type containerLog struct {
	awslogs
	reader  *logReader
	reading chan struct{} // closed when all is read; nil if nobody reads
	again   bool          // the container may have been started again
	read    bool          // all of it, when the container had ended
}

func newLogReaders(h *host) *logReaders {
	return &logReaders{host: h, readers: map[string]*containerLog{}}
}

// followLog has the output of a container read, if its driver is awslogs. Again is harmless.
func (w *work) followLog(i int, runs bool) {
	if a, ok := w.awslogsOf(i); ok {
		w.host.logs.follow(w.view.status.Containers[i].EngineID, a, runs)
	}
}

// follow reads the output of a container that runs, or has run.
func (l *logReaders) follow(id string, a awslogs, runs bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.readers[id]
	switch {
	case c == nil:
		c = &containerLog{awslogs: a}
		l.readers[id] = c
	case c.reading != nil:
		c.again = c.again || runs
		return
	case c.read && !runs:
		return
	}
	c.reading, c.again, c.read = make(chan struct{}), false, false
	l.start(id, c)
}

// start begins to read. On a simulated engine, the reader is a call: the clock waits until all
// that is there has been put.
func (l *logReaders) start(id string, c *containerLog) {
	h, ctx, over := l.host, l.host.life, func() {}
	if h.simulated.Load() {
		call := h.agent.calls.Begin(nil, enginecall.CutOff)
		ctx, over = call, call.End
	}
	c.reader = newLogReader(h, c.stream, id, c.options)
	if !h.spawn(func() {
		defer over()
		c.reader.run(ctx, func() bool { return l.again(c) })
		l.ended(id, c)
	}) {
		over()
		close(c.reading)
		c.reading = nil
	}
}

// remind has the sink hold back what readers may yet bring that are behind.
func (l *logReaders) remind() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.readers {
		if c.reading != nil {
			c.reader.remind()
		}
	}
}

// again reports whether to go on at the end of the output.
func (l *logReaders) again(c *containerLog) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	again := c.again
	c.again, c.read = false, !again
	return again
}

// ended is called when a reader has ended. Another one begins if the container may have been
// started since the reader asked: who waits for the output waits for that one, too.
func (l *logReaders) ended(id string, c *containerLog) {
	l.mu.Lock()
	defer l.mu.Unlock()
	since := c.again && c.read && l.readers[id] == c
	c.again = false
	if since {
		c.read = false
		l.start(id, c)
		return
	}
	close(c.reading)
	c.reading = nil
}

// logPatience is how long the removal of a container waits at once until its output is read: the
// sink may take nothing, and a lost engine give nothing.
const logPatience = 30 * time.Second

// await waits until the output of a container that has ended is in, and reports whether it is.
func (l *logReaders) await(ctx context.Context, id string) bool {
	l.mu.Lock()
	c := l.readers[id]
	if c == nil || c.reading == nil {
		l.mu.Unlock()
		return true
	}
	reading := c.reading
	l.mu.Unlock()
	patience := time.NewTimer(logPatience)
	defer patience.Stop()
	select {
	case <-reading:
		return true
	case <-patience.C:
	case <-ctx.Done():
	}
	return false
}

// trouble notes that the sink does not take what there is, and says so once for all containers.
func (l *logReaders) trouble(err error) {
	if l.troubled.CompareAndSwap(false, true) {
		l.host.agent.Log.Error("output of containers not kept; it is tried again until it is", "host", l.host.Name, "error", err)
	}
}

// kept ends the trouble.
func (l *logReaders) kept() {
	if l.troubled.CompareAndSwap(true, false) {
		l.host.agent.Log.Info("output of containers is kept again", "host", l.host.Name)
	}
}

// forget ends what is known of a container that has been removed.
func (l *logReaders) forget(ctx context.Context, id string) {
	l.mu.Lock()
	c := l.readers[id]
	delete(l.readers, id)
	l.mu.Unlock()
	if c == nil {
		return
	}
	if err := l.host.agent.LogSink.Forget(ctx, c.stream, id); err != nil && ctx.Err() == nil {
		l.host.agent.Log.Warn("position in a log not forgotten", "container", id, "error", err)
	}
}

// list takes note of the containers that the engine has. When all hosts have, the sink forgets
// those that are gone: nobody removes them a second time.
func (l *logReaders) list(ctx context.Context, containers []backend.Container) {
	ids := make(map[string]bool, len(containers))
	for _, c := range containers {
		ids[c.ID] = true
	}
	l.mu.Lock()
	l.listed = ids
	l.mu.Unlock()
	a := l.host.agent
	for _, h := range a.hosts {
		if a.LogSink == nil || !h.logs.hasListed() {
			return
		}
	}
	err := a.LogSink.Retain(ctx, func(id string) bool {
		for _, h := range a.hosts {
			if h.logs.knows(id) {
				return true
			}
		}
		return false
	})
	if err != nil && ctx.Err() == nil {
		a.Log.Warn("positions of containers that are gone not forgotten", "error", err)
	}
}

func (l *logReaders) hasListed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.listed != nil
}

// knows reports whether a container is there, or was when it was last looked for.
func (l *logReaders) knows(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.listed[id] || l.readers[id] != nil
}

// followLeftover reads what is left of the output of a container whose task ended in a former
// run, which may have been killed before it had read all.
func (l *logReaders) followLeftover(taskARN string, c backend.Container) {
	t := l.host.agent.Store.Read().Task(taskARN)
	if t == nil || l.host.agent.LogSink == nil || c.StartedAt.IsZero() {
		return
	}
	definition := l.host.agent.Store.Read().TaskDefinition(t.Scope(), t.Spec.Family, t.Spec.Revision)
	if definition == nil {
		return
	}
	resolved, err := taskdef.ApplyOverrides(definition.Definition(), t.Spec.Overrides, t.Spec.LaunchType)
	if err != nil {
		return
	}
	for i := range resolved.Containers {
		d := &resolved.Containers[i]
		if *d.Name == c.Labels[labelContainerName] && usesAwslogs(d) {
			l.follow(c.ID, newAwslogs(t, d, c.ID), false)
		}
	}
}

// ReadLogs ends the containers whose output is read and reads what they have written, for who is
// about to remove them, and reports whether the sink has taken all of it. Run has ended.
func (a *Agent) ReadLogs(ctx context.Context) bool {
	var reading sync.WaitGroup
	var left atomic.Bool
	for _, h := range a.hosts {
		h.logs.mu.Lock()
		for id, c := range h.logs.readers {
			if !c.read {
				r := newLogReader(h, c.stream, id, c.options)
				reading.Go(func() {
					// Its removal would end it as suddenly, but behind its last line.
					if err := h.Engine.Stop(ctx, id, 0); err != nil && ctx.Err() == nil {
						a.Log.Warn("container not ended before its output is read", "container", id, "error", err)
					}
					if !r.readOnce(ctx) {
						left.Store(true)
					}
				})
			}
		}
		h.logs.mu.Unlock()
	}
	reading.Wait()
	return !left.Load()
}

// readOnce reads what there is, and reports whether the sink has taken it.
func (r *logReader) readOnce(ctx context.Context) bool {
	defer r.stopTimers()
	if !r.begin(ctx) {
		return false
	}
	err := r.read(ctx, look)
	if err != nil && ctx.Err() == nil {
		r.host.agent.Log.Warn("output of a container not read before its removal", "container", r.source, "error", err)
	}
	r.finish(ctx)
	return err == nil && ctx.Err() == nil && !r.host.logs.troubled.Load()
}
