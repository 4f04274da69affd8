// Package resolver has the DNS servers of VPCs know the names of the namespaces of AWS Cloud Map, and writes
// what they have acknowledged. A changed service is work for the servers that answer for it alone. Beside
// those on the engine, a table in this process has the names of all VPCs, for the host and for Go. They are told the
// names as well that engines resolve in tasks, of tasks, container instances and load balancers.
package resolver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Networks run resolvers on an engine: *vpc.Networks.
type Networks interface {
	Resolver(vpc string) vpc.Resolver
	RunResolver(ctx context.Context, vpc string) (netip.Addr, io.ReadWriteCloser, error)
}

// Engine is the engine of a host of the agent's.
type Engine struct {
	Host     string
	Networks Networks
}

// Options are what resolvers are looked after with.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Engines are those that have a resolver for each VPC that has a network.
	Engines []Engine
	// Owners are the ARNs of the tasks, container instances and load balancers whose network interface has an address.
	Owners func(netip.Addr) []string
}

// Controller pushes what resolvers are to know. Make one with New.
type Controller struct {
	Options
	*reconcile.Loop
	table *resolver.Table // of the names of all VPCs

	mu      sync.Mutex
	servers map[place]*server
	aliases map[string]map[string]bool // services, by the names of load balancers that instances are aliases of
}

const (
	workers = 4
	// patience is for how long a resolver that does not answer is waited for.
	patience = 5 * time.Second
)

// errWaiting is about a resolver that is not there yet.
var errWaiting = errors.New("a DNS server of the VPC does not answer")

func New(opts Options) *Controller {
	c := &Controller{Options: opts, table: resolver.NewTable(), servers: map[place]*server{}, aliases: map[string]map[string]bool{}}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "DNS", Clock: c.Clock, Log: c.Log, Workers: workers * max(1, len(opts.Engines)), Reconcile: c.reconcile,
		Mends: func(err error) bool { return errors.Is(err, errWaiting) || errors.Is(err, backend.ErrUnavailable) },
		Watch: c.Store.Watch(0, append(append(express.Sources(), gateway.Sources()...),
			servicediscovery.OnNamespaces(), servicediscovery.OnServices(), ec2network.OnOwnVPCs(), elbv2.OnLoadBalancers())...),
	})
	return c
}

// Run looks after resolvers until ctx ends, and returns its error. They go on.
func (c *Controller) Run(ctx context.Context) error {
	defer func() {
		for _, s := range c.all() {
			if client, _ := s.connected(); client != nil {
				client.Close()
			}
		}
	}()
	return c.Loop.Run(ctx)
}

func (c *Controller) reconcile(ctx context.Context, id string) (time.Time, error) {
	switch {
	case express.IsSet(id), gateway.IsBalancer(id):
		c.passEndpoints(id)
		return time.Time{}, nil
	case strings.Contains(id, ":ecs:"):
		return time.Time{}, c.lookAtEndpoint(ctx, id)
	case strings.Contains(id, ":namespace/"):
		return time.Time{}, c.lookAtNamespace(ctx, id)
	case strings.Contains(id, ":service/"):
		return time.Time{}, c.lookAtService(ctx, id)
	case strings.Contains(id, ":loadbalancer/"):
		c.passEndpoints(id)
		c.lookAtLoadBalancer(id)
		return time.Time{}, nil
	default:
		return time.Time{}, c.lookAtVPC(ctx, id)
	}
}

// lookAtVPC has the resolvers of a VPC be what they are to be. A key of one place is about that alone: an engine that
// takes long holds up no other.
func (c *Controller) lookAtVPC(ctx context.Context, id string) error {
	if at, ok := c.placeOf(id); ok {
		return c.look(ctx, at)
	}
	for i := range c.Engines {
		c.Pass(id, place{i, id}.key(c.Engines))
	}
	return nil
}

// look has a resolver run, and know all that it is to know.
func (c *Controller) look(ctx context.Context, at place) error {
	if c.Engines[at.engine].Networks.Resolver(at.vpc) != vpc.HasResolver {
		c.forget(at)
		return nil
	}
	s := c.server(at)
	client, err := c.connect(ctx, at, s) // not in turn: the engine may take minutes, and services wait for their turn
	switch {
	case errors.Is(err, backend.ErrNotFound): // it is made again when it is needed
		return nil
	case err != nil:
		return err
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	tx := c.Store.Read()
	if err := push(ctx, client, pieces(tx, at.vpc), func(resolver.Key) bool { return true }); err != nil {
		return err
	}
	s.mu.Lock()
	s.whole, s.lost = s.client == client, false
	s.mu.Unlock()
	for _, n := range namespaces(tx, at.vpc) {
		for _, service := range servicediscovery.NamespaceServices(tx, n.ARN) {
			if service.HasDNS() && !servicediscovery.Heard(tx, service.ARN, servicediscovery.Resolvers, service.Revision) {
				c.Pass(at.key(c.Engines), service.ARN)
			}
		}
	}
	return nil
}

// lookAtNamespace has the resolvers that answer for a namespace know that.
func (c *Controller) lookAtNamespace(ctx context.Context, id string) error {
	key := resolver.Key{Kind: resolver.KindZone, ID: id}
	read := func(tx *store.Tx) (piece *resolver.Piece, vpcs []string) {
		n := servicediscovery.FindNamespace(tx, id)
		if piece = zone(n); piece != nil {
			vpcs = c.answering(n)
		}
		return piece, vpcs
	}
	_, err := c.tell(ctx, key, read)
	return err
}

// lookAtService has the resolvers that answer for a service know its instances, and writes that they do.
func (c *Controller) lookAtService(ctx context.Context, id string) error {
	key := resolver.Key{Kind: resolver.KindName, ID: id}
	var revision int64
	read := func(tx *store.Tx) (piece *resolver.Piece, vpcs []string) {
		service := servicediscovery.FindService(tx, id)
		if service == nil {
			c.alias(id, nil)
			return nil, nil
		}
		if service.HasDNS() {
			revision = service.Revision
		}
		n := servicediscovery.FindNamespace(tx, service.NamespaceARN)
		if zone(n) == nil {
			return nil, nil
		}
		piece, aliases := name(tx, service)
		c.alias(id, aliases)
		return piece, c.answering(n)
	}
	at := c.Store.Read()
	read(at)
	first := revision // what is read later is at least as new
	waiting, err := c.tell(ctx, key, read)
	if waiting = c.counting(waiting); len(waiting) > 0 {
		if c.FailsFor(id) < patience {
			return errors.Join(err, errWaiting)
		}
		c.giveUp(waiting)
	} else if err != nil {
		return err
	}
	if servicediscovery.Heard(c.Store.Read(), id, servicediscovery.Resolvers, first) {
		return nil
	}
	return c.Store.Update(func(tx *store.Tx) error {
		c.Causes(tx, id)
		servicediscovery.Acknowledge(tx, id, servicediscovery.Resolvers, first)
		return nil
	})
}

// counting are those resolvers that have not been given up on.
func (c *Controller) counting(places []place) []place {
	return slices.DeleteFunc(places, func(at place) bool {
		s := c.server(at)
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.lost
	})
}

// giveUp has resolvers not be waited for until they answer again.
func (c *Controller) giveUp(places []place) {
	for _, at := range places {
		log := c.Log
		if host := c.Engines[at.engine].Host; host != "" {
			log = log.With("engine", host)
		}
		log.Warn("going on without the DNS server of a VPC, which does not answer: it may tell of tasks that have stopped", "vpc", at.vpc)
		s := c.server(at)
		s.mu.Lock()
		s.lost = true
		s.mu.Unlock()
	}
}

// answering are the VPCs whose resolvers answer for a namespace: its own, or all of a public one.
func (c *Controller) answering(n *servicediscovery.Namespace) []string {
	if n.VPC != "" {
		return []string{n.VPC}
	}
	ids := []string{ec2network.DefaultVPC}
	for at := range c.all() {
		if !slices.Contains(ids, at.vpc) {
			ids = append(ids, at.vpc)
		}
	}
	return ids
}

// tell has the host and the resolvers of VPCs have a piece, and all others not. waiting are those that have not answered.
func (c *Controller) tell(ctx context.Context, key resolver.Key, read func(*store.Tx) (*resolver.Piece, []string)) (waiting []place, err error) {
	if piece, _ := read(c.Store.Read()); piece == nil {
		c.table.Remove(key)
	} else {
		err = c.table.Set(*piece)
	}
	waiting, failed := c.tellServers(ctx, key, read)
	return waiting, errors.Join(err, failed)
}

// tellServers is tell without the host.
func (c *Controller) tellServers(ctx context.Context, key resolver.Key, read func(*store.Tx) (*resolver.Piece, []string)) (waiting []place, err error) {
	piece, vpcs := read(c.Store.Read())
	to := map[place]*server{}
	for _, id := range vpcs {
		for i, engine := range c.Engines {
			switch at := (place{i, id}); engine.Networks.Resolver(id) {
			case vpc.HasResolver:
				to[at] = c.server(at)
			case vpc.ResolverUnknown:
				waiting = append(waiting, at)
			}
		}
	}
	if piece == nil { // it may be known anywhere
		to = c.all()
	}
	var telling sync.WaitGroup
	var mu sync.Mutex
	for at, s := range to {
		telling.Go(func() {
			told, failed := s.tell(ctx, at.vpc, key, func() (*resolver.Piece, []string) { return read(c.Store.Read()) })
			mu.Lock()
			defer mu.Unlock()
			err = errors.Join(err, failed)
			if !told && piece != nil {
				waiting = append(waiting, at)
			}
		})
	}
	telling.Wait()
	return waiting, err
}
