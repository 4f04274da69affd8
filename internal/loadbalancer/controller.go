package loadbalancer

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// Host has load balancers on an engine.
type Host interface {
	RunLoadBalancer(ctx context.Context, row *elbv2.LoadBalancer) (address netip.Addr, subnet string, err error)
	ConnectLoadBalancer(ctx context.Context, arn string) (io.ReadWriteCloser, error)
	KeepClients(ctx context.Context, arn string, targets []netip.Addr) (kept []netip.Addr, err error)
	RemoveLoadBalancer(ctx context.Context, arn string) error
	OpenLoadBalancerPort(ctx context.Context, listener *elbv2.Listener) (addresses []string)
	CloseLoadBalancerPorts(arn string, but []string)
}

// Delays are those of AWS.
type Delays struct {
	Provision time.Duration // until a load balancer is active
}

// Controller has load balancers do what their rows say, and writes what becomes of them and
// of their targets.
type Controller struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger
	Host  Host
	// Certificate returns a certificate's chain and key, as PEM; nil is that there is none.
	Certificate func(tx *state.Tx, scope arn.Scope, certificate string) (chain, key string, found bool)
	// Certificates are tables that wake with ARNs of certificates that have changed.
	Certificates []store.Source
	Delays       Delays

	once  sync.Once
	watch *state.Watch

	mu      sync.Mutex
	running map[string]*running // by ARN
	alarms  map[string]*clock.Timer
	retries map[string]retry
}

// workers is how many load balancers are looked after at the same time.
const workers = 4

// Run looks after load balancers until ctx ends, and returns its error. They go on. It is
// called once.
func (c *Controller) Run(ctx context.Context) error {
	c.init()
	defer c.watch.Close()
	defer c.end()
	var working sync.WaitGroup
	defer working.Wait()
	for range workers - 1 {
		working.Go(func() { c.work(ctx) }) //nolint:errcheck // it is that of ctx
	}
	return c.work(ctx)
}

// Wake has a load balancer looked at again: something has changed that no row tells.
func (c *Controller) Wake(arn string) {
	c.init()
	c.watch.Wake(arn)
}

func (c *Controller) init() {
	c.once.Do(func() {
		watched := append(elbv2.Watched(), ec2.OnInstanceTargets())
		c.watch = c.Store.Watch(0, append(watched, c.Certificates...)...)
		c.running, c.alarms, c.retries = map[string]*running{}, map[string]*clock.Timer{}, map[string]retry{}
	})
}

// Idle waits until everything has been done about that changed so far, and what is known of
// targets has been written.
func (c *Controller) Idle(ctx context.Context) error {
	c.init()
	if err := c.watch.Idle(ctx); err != nil {
		return err
	}
	for _, s := range c.clients() {
		if s.Sync(ctx) != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func (c *Controller) work(ctx context.Context) error {
	for {
		id, err := c.watch.Next(ctx)
		if err != nil {
			return err
		}
		what := c.look
		switch {
		case elbv2.IsTargetGroup(id):
			what = c.lookAtGroup
		case ec2.IsInstance(id):
			what = c.lookAtInstance
		case strings.Contains(id, ":certificate/"):
			what = c.lookAtCertificate
		}
		if err := what(ctx, id); ctx.Err() == nil {
			c.retry(id, err)
		}
		c.watch.Done(id)
	}
}

// How long something waits in real time that could not be done, which the disk or the engine
// decides about: twice as long each time.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// retry is what is tried again.
type retry struct {
	since time.Time // in real time
	pause time.Duration
}

// failsFor is for how long something could not be done.
func (c *Controller) failsFor(id string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, fails := c.retries[id]; fails {
		return time.Since(known.since)
	}
	return 0
}

// retry looks again later after an error.
func (c *Controller) retry(id string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		delete(c.retries, id)
		return
	}
	known, again := c.retries[id]
	if !again {
		known.since = time.Now()
	}
	known.pause = min(max(firstRetry, 2*known.pause), lastRetry)
	if !again && !unavailable(err) {
		c.Log.Warn("load balancer is not what it should be; it is tried again", "arn", id, "error", err)
	}
	c.retries[id] = known
	time.AfterFunc(known.pause, func() { c.watch.Wake(id) })
}

// wakeAt sets the only alarm of an id; zero is none.
func (c *Controller) wakeAt(id string, due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.alarms[id]; old != nil {
		old.Stop()
		delete(c.alarms, id)
	}
	if !due.IsZero() {
		c.alarms[id] = c.Clock.AfterFunc(due.Sub(c.Clock.Now()), func() { c.watch.Wake(id) })
	}
}

// end leaves the load balancers alone.
func (c *Controller) end() {
	for _, s := range c.clients() {
		s.Close()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, alarm := range c.alarms {
		alarm.Stop()
	}
}

// lookAtCertificate has the load balancers looked at that show a certificate.
func (c *Controller) lookAtCertificate(_ context.Context, certificate string) error {
	for _, l := range elbv2.AllListeners(c.Store.Read(), arn.ScopeOf(certificate)) {
		if l.Certificate == certificate || slices.Contains(l.Certificates, certificate) {
			c.watch.Wake(l.LoadBalancer)
		}
	}
	return nil
}
