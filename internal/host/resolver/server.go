package resolver

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

// server is the resolver of a VPC on an engine.
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

func (c *Controller) server(at place) *server {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.servers[at]
	if s == nil {
		s = &server{}
		c.servers[at] = s
	}
	return s
}

func (c *Controller) all() map[place]*server {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.servers)
}

// connect returns the client of a resolver, which it has run if need be.
func (c *Controller) connect(ctx context.Context, at place, s *server) (*resolver.Client, error) {
	if client, _ := s.connected(); client != nil {
		return client, nil
	}
	address, stream, err := c.Engines[at.engine].Networks.RunResolver(ctx, at.vpc)
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
		c.Wake(at.key(c.Engines))
	}()
	return client, nil
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

// push pushes a part of what a resolver is to know. One that does not answer is connected to again.
func push(ctx context.Context, client *resolver.Client, wanted []resolver.Piece, of func(resolver.Key) bool) error {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := client.UpdateParts(within, nil, wanted, of)
	if errors.Is(err, context.DeadlineExceeded) {
		client.Close()
	}
	return err
}

// tell pushes the piece of a key as it is now, of a resolver of a VPC. It reports false if the resolver is not connected, or has
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

// forget forgets the resolver of a VPC that has none on an engine.
func (c *Controller) forget(at place) {
	c.mu.Lock()
	s := c.servers[at]
	delete(c.servers, at)
	c.mu.Unlock()
	if s == nil {
		return
	}
	if client, _ := s.connected(); client != nil {
		client.Close()
	}
}

// Answering is the resolver of a VPC on the engine of a host, and whether it answers.
type Answering struct {
	VPC       string
	Host      string
	Address   netip.Addr
	Connected bool
}

// Answering returns the resolvers that are or were connected.
func (c *Controller) Answering() (all []Answering) {
	for at, s := range c.all() {
		client, whole := s.connected()
		s.mu.Lock()
		all = append(all, Answering{at.vpc, c.Engines[at.engine].Host, s.address, client != nil && whole})
		s.mu.Unlock()
	}
	return all
}
