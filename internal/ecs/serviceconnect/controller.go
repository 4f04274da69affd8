// Package serviceconnect has the proxies of Service Connect in tasks do what rows say. What a proxy knows follows from the
// endpoints that its deployment was made with, and from the instances and weights that these have in Cloud Map now. A
// change of an endpoint is work for the proxies that know it, which acknowledge it.
package serviceconnect

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Proxies runs proxies on engines: see package agent.
type Proxies interface {
	// Connect returns a stream to the proxy of a task; nil: it does not run.
	Connect(ctx context.Context, taskARN string) (io.ReadWriteCloser, error)
	// Ready is told when a proxy knows what to do.
	Ready(ctx context.Context, taskARN string)
}

// Options are what proxies are looked after with.
type Options struct {
	Store   *store.Store
	Clock   *clock.Clock
	Log     *slog.Logger
	Proxies Proxies
	// Last is told what a proxy has counted that is about to be stopped; nil is not.
	Last func(Counted)
}

// Controller looks after proxies. Make one with New.
type Controller struct {
	Options
	ends     *reconcile.Loop // forgets proxies of tasks that have stopped, while the next one may wait for them
	tasks    *reconcile.Loop // connects to their proxies
	services *reconcile.Loop // pushes what changes
	drains   *reconcile.Loop // waits for requests to what is gone

	mu        sync.Mutex
	proxies   map[string]*proxy    // by the task's ARN
	endpoints map[string]*endpoint // the latest that was read, by the ARN of its service of Cloud Map
}

const (
	// connectors is how many proxies are connected to at the same time, and pushers how many services of Cloud Map
	// are pushed.
	connectors = 16
	pushers    = 8
)

func New(opts Options) *Controller {
	c := &Controller{Options: opts, proxies: map[string]*proxy{}, endpoints: map[string]*endpoint{}}
	c.ends = reconcile.New(reconcile.Options{
		Name: "proxy of Service Connect that stops", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, state.OnConnectTasks()),
		Reconcile: c.forgetStopped,
	})
	c.tasks = reconcile.New(reconcile.Options{
		Name: "task with Service Connect", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, state.OnConnectTasks()),
		Workers: connectors, Reconcile: c.lookAtTask, Mends: func(err error) bool { return errors.Is(err, backend.ErrUnavailable) || isSilent(err) },
	})
	c.services = reconcile.New(reconcile.Options{
		Name: "endpoint of Service Connect", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, servicediscovery.OnServices()),
		Workers: pushers, Reconcile: c.lookAtService,
	})
	c.drains = reconcile.New(reconcile.Options{
		Name: "requests to what an endpoint has lost", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, servicediscovery.OnAcknowledgements()),
		Workers: pushers, Reconcile: c.drain,
	})
	return c
}

// Run looks after proxies until ctx ends, and returns its error. They go on. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	defer c.leave()
	return c.loops().Run(ctx)
}

func (c *Controller) loops() reconcile.Group {
	return reconcile.Group{c.ends, c.tasks, c.services, c.drains}
}

// Wake has the proxy of a task looked at: something has changed that no row tells.
func (c *Controller) Wake(taskARN string) { c.tasks.Wake(taskARN) }

// Idle waits until everything has been done about that changed so far.
func (c *Controller) Idle(ctx context.Context) error { return c.loops().Idle(ctx) }

// leave closes all connections.
func (c *Controller) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.proxies {
		p.end()
	}
	clear(c.proxies)
}

// forgetStopped forgets the proxy of a task once it has stopped.
func (c *Controller) forgetStopped(_ context.Context, taskARN string) (time.Time, error) {
	if hasStopped(state.FindTask(c.Store.Read(), taskARN)) {
		c.drop(taskARN)
	}
	return time.Time{}, nil
}

// hasStopped reports whether the proxy of a task does not run any more.
func hasStopped(t *state.Task) bool {
	if t == nil || t.Ended() {
		return true
	}
	row := t.Status.Container(t.ProxyName())
	return row != nil && row.Phase == state.ContainerStopped
}

// lookAtTask connects to the proxy of a task, if it runs and there is no connection.
func (c *Controller) lookAtTask(ctx context.Context, taskARN string) (time.Time, error) {
	t := state.FindTask(c.Store.Read(), taskARN)
	if hasStopped(t) {
		c.drop(taskARN)
		return time.Time{}, nil
	}
	p := c.proxyOf(t)
	if p.connected() {
		return time.Time{}, nil
	}
	stream, err := c.Proxies.Connect(ctx, taskARN)
	if err != nil {
		c.sayIfSilent(p, err)
		return time.Time{}, err
	}
	if stream == nil {
		c.drop(taskARN)
		return time.Time{}, nil
	}
	over, pushed, err := p.connect(ctx, stream, c.knowing)
	if p.runs.Err() != nil {
		return time.Time{}, nil
	}
	if err != nil {
		c.sayIfSilent(p, err)
		return time.Time{}, err
	}
	c.Log.Debug("a Service Connect proxy knows what to do", "task", taskARN, "pushed", pushed)
	p.silentSince = time.Time{}
	if p.saidSilent {
		p.saidSilent = false
		c.Log.Warn("a Service Connect proxy answers again", "task", taskARN)
	}
	go func() {
		<-over
		c.tasks.Wake(taskARN)
	}()
	c.Proxies.Ready(ctx, taskARN)
	return time.Time{}, nil
}

// silence is for how long a proxy does not answer before the log says so: an engine on which many tasks start at once
// takes some of that time.
const silence = 30 * time.Second

// isSilent reports whether an error is that a proxy has not answered in time.
func isSilent(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// sayIfSilent has the log say once that a proxy does not answer, when that lasts.
func (c *Controller) sayIfSilent(p *proxy, err error) {
	c.Log.Debug("a Service Connect proxy is not connected", "task", p.task, "error", err)
	switch {
	case !isSilent(err):
		p.silentSince = time.Time{}
	case p.silentSince.IsZero():
		p.silentSince = time.Now()
	case time.Since(p.silentSince) >= silence && !p.saidSilent:
		p.saidSilent = true
		c.Log.Warn("a Service Connect proxy does not answer: until it does it keeps the endpoints that it knows, and its metrics have no data",
			"task", p.task, "error", err)
	}
}

// knowing reads rows once for what a proxy is to know.
func (c *Controller) knowing() func(string) *endpoint {
	tx := c.Store.Read()
	return func(discoveryARN string) *endpoint { return c.endpoint(tx, discoveryARN) }
}

// endpoint is what rows tell of a service of Cloud Map, for all proxies the same: each change of it renews the service's row.
func (c *Controller) endpoint(tx *store.Tx, discoveryARN string) *endpoint {
	row := servicediscovery.FindService(tx, discoveryARN)
	c.mu.Lock()
	defer c.mu.Unlock()
	if latest := c.endpoints[discoveryARN]; latest != nil && latest.row == row {
		return latest
	}
	e := endpointOf(tx, discoveryARN)
	e.row = row
	if row != nil && row == servicediscovery.FindService(c.Store.Read(), discoveryARN) { // tx may be of before
		c.endpoints[discoveryARN] = e
	}
	return e
}

func (c *Controller) forgetEndpoint(discoveryARN string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.endpoints, discoveryARN)
}

// proxyOf is the proxy of a task, which counts as one that is to be told of changes from now on.
func (c *Controller) proxyOf(t *state.Task) *proxy {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.proxies[t.ARN]
	if p == nil {
		p = newProxy(t)
		c.proxies[t.ARN] = p
	}
	return p
}

// drop forgets a proxy that does not run.
func (c *Controller) drop(taskARN string) {
	c.mu.Lock()
	p := c.proxies[taskARN]
	delete(c.proxies, taskARN)
	c.mu.Unlock()
	if p != nil {
		p.end()
	}
}
