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

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
)

// Nodes runs load balancers on engines: *node.Hosts.
type Nodes interface {
	Run(ctx context.Context, row *elbv2.LoadBalancer) (at node.Place, err error)
	Connect(ctx context.Context, arn string) (io.ReadWriteCloser, error)
	KeepClients(ctx context.Context, arn string, targets []netip.Addr) (kept []netip.Addr, err error)
	Remove(ctx context.Context, arn string) error
	OpenPort(ctx context.Context, listener *elbv2.Listener) (addresses []string)
	ClosePorts(arn string, but []string)
}

type Delays struct {
	Provision time.Duration // until a load balancer is active
}

// Options are what load balancers are looked after with.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	Nodes Nodes
	// Certificate returns a certificate's chain and key, as PEM; nil is that there is none.
	Certificate func(tx *store.Tx, scope arn.Scope, certificate string) (chain, key string, found bool)
	// Certificates are tables that wake with ARNs of certificates that have changed.
	Certificates []store.Source
	Delays       Delays
	// Removing is told what a load balancer has counted that is about to be removed from the engine; nil is not.
	Removing func(Counted)
}

// Controller has load balancers do what their rows say, and writes what becomes of them and
// of their targets. Make one with New.
type Controller struct {
	Options
	loop *reconcile.Loop

	mu      sync.Mutex
	running map[string]*running // by ARN
}

// workers is how many load balancers are looked after at the same time.
const workers = 4

func New(opts Options) *Controller {
	c := &Controller{Options: opts, running: map[string]*running{}}
	watched := append(elbv2.Watched(), ec2.OnInstanceTargets())
	c.loop = reconcile.New(reconcile.Options{
		Name: "load balancer", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, append(watched, c.Certificates...)...),
		Workers: workers, Reconcile: c.reconcile, Mends: unavailable,
	})
	return c
}

// Run looks after load balancers until ctx ends, and returns its error. They go on. It is
// called once.
func (c *Controller) Run(ctx context.Context) error {
	defer func() {
		for _, s := range c.clients() {
			s.Close()
		}
	}()
	return c.loop.Run(ctx)
}

// Wake has a load balancer looked at again: something has changed that no row tells.
func (c *Controller) Wake(arn string) {
	c.loop.Wake(arn)
}

// Idle waits until everything has been done about that changed so far, and what is known of
// targets has been written. It goes on without load balancers that do not answer.
func (c *Controller) Idle(ctx context.Context) error {
	if err := c.loop.Idle(ctx); err != nil {
		return err
	}
	for arn, client := range c.clients() {
		if c.sync(ctx, arn, client) != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// reconcile has a load balancer, or those that something else concerns, be what their rows say.
func (c *Controller) reconcile(ctx context.Context, id string) (time.Time, error) {
	switch {
	case elbv2.IsTargetGroup(id):
		return c.lookAtGroup(id)
	case ec2.IsInstance(id):
		c.lookAtInstance(id)
	case strings.Contains(id, ":certificate/"):
		c.lookAtCertificate(id)
	default:
		return c.look(ctx, id)
	}
	return time.Time{}, nil
}

// lookAtCertificate has the load balancers looked at that show a certificate.
func (c *Controller) lookAtCertificate(certificate string) {
	for _, l := range elbv2.AllListeners(c.Store.Read(), arn.ScopeOf(certificate)) {
		if l.Certificate == certificate || slices.Contains(l.Certificates, certificate) {
			c.loop.Pass(certificate, l.LoadBalancer)
		}
	}
}
