// Package resolver has the DNS servers of VPCs know the names of the namespaces of AWS Cloud Map, and writes
// what they have acknowledged. A changed service is work for the servers that answer for it alone. Beside
// those on the engine, a table in this process has the names of all VPCs, for the host and for Go.
package resolver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/vpc"
)

// Networks run resolvers on an engine: *vpc.Networks.
type Networks interface {
	Resolver(vpc string) vpc.Resolver
	RunResolver(ctx context.Context, vpc string) (netip.Addr, io.ReadWriteCloser, error)
}

// Options are what resolvers are looked after with.
type Options struct {
	Store    *state.Store
	Clock    *clock.Clock
	Log      *slog.Logger
	Networks Networks
}

// Controller pushes what resolvers are to know. Make one with New.
type Controller struct {
	Options
	*reconcile.Loop
	table *resolver.Table // of the names of all VPCs

	mu      sync.Mutex
	servers map[string]*server         // by VPC
	aliases map[string]map[string]bool // services, by the names of load balancers that instances are aliases of
}

// server is the resolver of a VPC.
type server struct {
	turn sync.Mutex // held while rows are read and pushed, so that the latest are pushed last

	mu      sync.Mutex // comes after that of the controller
	client  *resolver.Client
	address netip.Addr
	// whole says that it has been told all since it was connected.
	whole bool
	// lost says that it is not waited for.
	lost bool
}

const (
	workers = 4
	// patience is for how long a resolver that does not answer is waited for.
	patience = 5 * time.Second
)

// errWaiting is about a resolver that is not there yet.
var errWaiting = errors.New("a DNS server of the VPC does not answer")

// New makes a controller.
func New(opts Options) *Controller {
	c := &Controller{Options: opts, table: resolver.NewTable(), servers: map[string]*server{}, aliases: map[string]map[string]bool{}}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "DNS", Clock: c.Clock, Log: c.Log, Workers: workers, Reconcile: c.reconcile,
		Mends: func(err error) bool { return errors.Is(err, errWaiting) || errors.Is(err, backend.ErrUnavailable) },
		Watch: c.Store.Watch(0, servicediscovery.OnNamespaces(), servicediscovery.OnServices(), ec2network.OnOwnVPCs(), elbv2.OnLoadBalancers()),
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

// Table has the names of all VPCs.
func (c *Controller) Table() *resolver.Table { return c.table }

func (c *Controller) reconcile(ctx context.Context, id string) (time.Time, error) {
	switch {
	case strings.Contains(id, ":namespace/"):
		return time.Time{}, c.lookAtNamespace(ctx, id)
	case strings.Contains(id, ":service/"):
		return time.Time{}, c.lookAtService(ctx, id)
	case strings.Contains(id, ":loadbalancer/"):
		c.lookAtLoadBalancer(id)
		return time.Time{}, nil
	default:
		return time.Time{}, c.lookAtVPC(ctx, id)
	}
}

// lookAtVPC has the resolver of a VPC run, and know all that it is to know.
func (c *Controller) lookAtVPC(ctx context.Context, id string) error {
	if c.Networks.Resolver(id) != vpc.HasResolver {
		c.forget(id)
		return nil
	}
	s := c.server(id)
	s.turn.Lock()
	defer s.turn.Unlock()
	client, err := c.connect(ctx, id, s)
	switch {
	case errors.Is(err, backend.ErrNotFound): // it is made again when it is needed
		return nil
	case err != nil:
		return err
	}
	tx := c.Store.Read()
	if err := push(ctx, client, pieces(tx, id), func(resolver.Key) bool { return true }); err != nil {
		return err
	}
	s.mu.Lock()
	s.whole, s.lost = s.client == client, false
	s.mu.Unlock()
	for _, n := range namespaces(tx, id) {
		for _, service := range servicediscovery.NamespaceServices(tx, n.ARN) {
			if service.HasDNS() && !servicediscovery.Heard(tx, service.ARN, servicediscovery.Resolvers, service.Revision) {
				c.Pass(id, service.ARN)
			}
		}
	}
	return nil
}

// connect returns the client of the resolver of a VPC, which it has run if need be.
func (c *Controller) connect(ctx context.Context, id string, s *server) (*resolver.Client, error) {
	if client, _ := s.connected(); client != nil {
		return client, nil
	}
	address, stream, err := c.Networks.RunResolver(ctx, id)
	if err != nil {
		return nil, err
	}
	greeting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client, err := resolver.Connect(greeting, stream)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.client, s.address, s.whole = client, address, false
	s.mu.Unlock()
	go func() {
		<-client.Over()
		c.Wake(id)
	}()
	return client, nil
}

// push pushes a part of what a resolver is to know. One that does not answer is connected to again.
func push(ctx context.Context, client *resolver.Client, wanted []resolver.Piece, of func(resolver.Key) bool) error {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := client.UpdatePart(within, wanted, of)
	if errors.Is(err, context.DeadlineExceeded) {
		client.Close()
	}
	return err
}

// lookAtNamespace has the resolvers that answer for a namespace know that.
func (c *Controller) lookAtNamespace(ctx context.Context, id string) error {
	key := resolver.Key{Kind: resolver.KindZone, ID: id}
	read := func(tx *state.Tx) (piece *resolver.Piece, vpcs []string) {
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
	read := func(tx *state.Tx) (piece *resolver.Piece, vpcs []string) {
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
	return c.Store.Update(func(tx *state.Tx) error {
		c.Causes(tx, id)
		servicediscovery.Acknowledge(tx, id, servicediscovery.Resolvers, first)
		return nil
	})
}

// counting are those VPCs whose resolvers have not been given up on.
func (c *Controller) counting(vpcs []string) []string {
	return slices.DeleteFunc(vpcs, func(id string) bool {
		s := c.server(id)
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.lost
	})
}

// giveUp has the resolvers of VPCs not be waited for until they answer again.
func (c *Controller) giveUp(vpcs []string) {
	for _, id := range vpcs {
		c.Log.Warn("going on without the DNS server of a VPC, which does not answer: it may tell of tasks that have stopped", "vpc", id)
		s := c.server(id)
		s.mu.Lock()
		s.lost = true
		s.mu.Unlock()
	}
}

// tell has the resolvers of VPCs have a piece, and all others not. waiting are those that have not answered.
func (c *Controller) tell(ctx context.Context, key resolver.Key, read func(*state.Tx) (*resolver.Piece, []string)) (waiting []string, err error) {
	piece, vpcs := read(c.Store.Read())
	if piece == nil {
		c.table.Remove(key)
	} else {
		err = c.table.Set(*piece)
	}
	to := map[string]*server{}
	for _, id := range vpcs {
		switch c.Networks.Resolver(id) {
		case vpc.HasResolver:
			to[id] = c.server(id)
		case vpc.ResolverUnknown:
			waiting = append(waiting, id)
		}
	}
	if piece == nil { // it may be known anywhere
		to = c.all()
	}
	for id, s := range to {
		told, failed := s.tell(ctx, id, key, func() (*resolver.Piece, []string) { return read(c.Store.Read()) })
		err = errors.Join(err, failed)
		if !told && piece != nil {
			waiting = append(waiting, id)
		}
	}
	return waiting, err
}

// tell pushes the piece of a key as it is now. It reports false if the resolver is not connected, or has
// not been told all that there was before.
func (s *server) tell(ctx context.Context, id string, key resolver.Key, read func() (*resolver.Piece, []string)) (told bool, err error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	client, whole := s.connected()
	if client == nil || !whole {
		return false, nil
	}
	var wanted []resolver.Piece
	if piece, vpcs := read(); piece != nil {
		for _, other := range vpcs {
			if other == id {
				wanted = append(wanted, *piece)
			}
		}
	}
	if err := push(ctx, client, wanted, func(k resolver.Key) bool { return k == key }); err != nil {
		return false, err
	}
	return true, nil
}

// lookAtLoadBalancer has services looked at with instances that are aliases of a load balancer.
func (c *Controller) lookAtLoadBalancer(id string) {
	b := elbv2.FindLoadBalancer(c.Store.Read(), id)
	if b == nil {
		return // its services are looked at when they change: on AWS a dangling alias has no answer either
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for service := range c.aliases[strings.ToLower(b.DNSName)] {
		c.Pass(id, service)
	}
}

// alias notes of which load balancers instances of a service are aliases.
func (c *Controller) alias(service string, names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, services := range c.aliases {
		if delete(services, service); len(services) == 0 {
			delete(c.aliases, name)
		}
	}
	for _, name := range names {
		if c.aliases[name] == nil {
			c.aliases[name] = map[string]bool{}
		}
		c.aliases[name][service] = true
	}
}

// server is that of a VPC.
func (c *Controller) server(id string) *server {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.servers[id]
	if s == nil {
		s = &server{}
		c.servers[id] = s
	}
	return s
}

func (c *Controller) all() map[string]*server {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.servers)
}

// forget forgets the resolver of a VPC that has none.
func (c *Controller) forget(id string) {
	c.mu.Lock()
	s := c.servers[id]
	delete(c.servers, id)
	c.mu.Unlock()
	if s == nil {
		return
	}
	if client, _ := s.connected(); client != nil {
		client.Close()
	}
}

// connected returns the client of a resolver, if it answers, and whether that has been told all.
func (s *server) connected() (client *resolver.Client, whole bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return nil, false
	}
	select {
	case <-s.client.Over():
		return nil, false
	default:
		return s.client, s.whole
	}
}

// answering are the VPCs whose resolvers answer for a namespace: its own, or all of a public one.
func (c *Controller) answering(n *servicediscovery.Namespace) []string {
	if n.VPC != "" {
		return []string{n.VPC}
	}
	ids := []string{ec2network.DefaultVPC}
	for id := range c.all() {
		if id != ec2network.DefaultVPC {
			ids = append(ids, id)
		}
	}
	return ids
}

// Answering is a resolver of a VPC, and whether it answers.
type Answering struct {
	VPC       string
	Address   netip.Addr
	Connected bool
}

// Answering returns the resolvers that are or were connected.
func (c *Controller) Answering() (all []Answering) {
	for id, s := range c.all() {
		client, whole := s.connected()
		s.mu.Lock()
		all = append(all, Answering{id, s.address, client != nil && whole})
		s.mu.Unlock()
	}
	return all
}
