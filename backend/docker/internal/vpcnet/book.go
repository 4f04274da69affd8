package vpcnet

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// book says which addresses of a network of the swarm are taken, for all engines of a run. It is made of what they list
// when the network is first used. Addresses of an engine that does not answer are those that Swarm has.
type book struct {
	addresses *ipam.Network
	read      lazy.Value[struct{}]

	mu      sync.Mutex
	lists   map[*Networks]*lazy.Value[struct{}] // what each engine has
	before  map[*Networks]int                   // numbers of engines, by where their relays and DNS servers were
	numbers map[*Networks]int                   // see swarm.PlacesOf
	sure    map[*Networks]bool                  // engines that have told what they have, so that their numbers stay
	others  map[int]string                      // nodes of no engine that is known by now, by the numbers that they had
	// attached are addresses that are taken because Swarm says so, not an engine.
	attached map[netip.Addr]dockerapi.Attachment
}

// mostEngines bounds the numbers of engines that are looked for.
const mostEngines = 256

func newBook(vpc Network) *book {
	b := &book{
		addresses: ipam.New(vpc.Subnet, vpc.Gateway, vpc.share),
		lists:     map[*Networks]*lazy.Value[struct{}]{}, before: map[*Networks]int{}, numbers: map[*Networks]int{},
		sure: map[*Networks]bool{}, others: map[int]string{}, attached: map[netip.Addr]dockerapi.Attachment{},
	}
	b.addresses.Bar(vpc.share)
	if first := swarm.PlacesOf(vpc.Subnet, vpc.Gateway, vpc.share, 0); first.Relay.IsValid() && first.Resolver.IsValid() {
		b.addresses.Occupy(first.Relay)
		b.addresses.Occupy(first.Resolver)
	}
	return b
}

// bookOf is the book of a network of the swarm.
func (w *Swarm) bookOf(vpc Network) *book {
	w.mu.Lock()
	defer w.mu.Unlock()
	known := w.books[vpc.ID]
	if known == nil {
		known = newBook(vpc)
		w.books[vpc.ID] = known
	}
	return known
}

// open is a network of the swarm with its addresses, and the places of what serves it on the engine.
func (s *Networks) open(ctx context.Context, vpc Network) (Network, error) {
	b := s.Swarm.bookOf(vpc)
	vpc.Addresses = b.addresses
	_, err := b.read.Get(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.Swarm.read(ctx, b, vpc) })
	if err == nil {
		err = b.list(ctx, s, vpc)
	}
	if err == nil {
		vpc.places = b.placesOf(s, vpc)
	}
	return vpc, err
}

// read fills a book.
func (w *Swarm) read(ctx context.Context, b *book, vpc Network) error {
	engines, _ := w.all()
	away := make([]error, len(engines))
	if !vpc.fresh {
		away = silence.AskEach(ctx, engines, enginePatience, func(ctx context.Context, _ int, s *Networks) error {
			if err := b.list(ctx, s, vpc); err != nil {
				return err
			}
			_, err := s.Node(ctx)
			return err
		})
		if err := w.readAttachments(ctx, b, vpc); err != nil {
			return err
		}
		silence.AskEach(ctx, engines, enginePatience, func(ctx context.Context, i int, s *Networks) error {
			if away[i] == nil { // Swarm may still have what has just been removed
				b.settle(ctx, s)
			}
			return nil
		})
	}
	b.number(engines, away)
	return nil
}

// number gives each engine a number. Those that are away have one meanwhile: probably that of a node which is not known.
func (b *book) number(engines []*Networks, away []error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before, others := maps.Clone(b.before), map[int]bool{}
	left := slices.Sorted(maps.Keys(b.others))
	for i, s := range engines {
		b.sure[s] = away[i] == nil
		if _, known := before[s]; away[i] != nil && !known && len(left) > 0 {
			before[s], left = left[0], left[1:]
		}
	}
	for _, n := range left {
		others[n] = true
	}
	b.numbers = swarm.Number(engines, before, others)
}

// readAttachments takes the addresses that Swarm has given on the network: also to containers of others, and of engines
// that do not answer.
func (w *Swarm) readAttachments(ctx context.Context, b *book, vpc Network) error {
	manager, err := w.Manager(ctx)
	if err != nil {
		return err
	}
	found, err := manager.Attachments(ctx, vpc.ID)
	if err != nil {
		return err
	}
	engines, _ := w.all()
	at := map[string]*Networks{} // by the id of the node
	for _, s := range engines {
		if node, ok := s.node.Peek(); ok {
			at[node.ID] = s
		}
	}
	for _, a := range found {
		b.attach(a)
		n, ok := swarm.NumberAt(a.Address, vpc.Subnet, vpc.Gateway, vpc.share, mostEngines)
		switch of := at[a.Node]; {
		case ok && of != nil:
			b.note(of, n)
		case ok:
			b.noteOther(a.Node, n)
		}
	}
	return nil
}

// list takes the addresses of an engine's containers, once.
func (b *book) list(ctx context.Context, s *Networks, vpc Network) error {
	b.mu.Lock()
	listed := b.lists[s]
	if listed == nil {
		listed = &lazy.Value[struct{}]{}
		b.lists[s] = listed
	}
	b.mu.Unlock()
	_, err := listed.Get(ctx, func(ctx context.Context) (struct{}, error) {
		vpc.Addresses = b.addresses
		err := s.occupyKnown(ctx, vpc)
		if err == nil {
			b.settle(ctx, s)
		}
		return struct{}{}, err
	})
	return err
}

// unlist has an engine list its containers anew when it uses the network again.
func (b *book) unlist(s *Networks) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.lists, s)
}

// attach takes an address that Swarm has given.
func (b *book) attach(a dockerapi.Attachment) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.addresses.Occupy(a.Address) {
		b.attached[a.Address] = a
	}
}

// claim reports whether a container that its engine lists has the address that Swarm says it has.
func (b *book) claim(at netip.Addr, container string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.attached[at].Container != container {
		return false
	}
	delete(b.attached, at)
	return true
}

// settle gives back what containers have had that are gone from an engine, although Swarm has yet to learn it.
func (b *book) settle(ctx context.Context, s *Networks) {
	node, err := s.soonNode(ctx)
	if err != nil {
		return
	}
	for at, a := range b.attachedOn(node.ID) {
		err := s.Ask(ctx, enginePatience, func(ctx context.Context) error {
			_, err := s.Client.ContainerInspect(ctx, a.Container)
			return err
		})
		switch {
		case cerrdefs.IsNotFound(err):
			if b.claim(at, a.Container) {
				b.addresses.Give(at)
			}
		case err != nil && (dockerapi.Lost(err) || errors.Is(err, context.DeadlineExceeded)): // it does not answer for the next one either
			return
		}
	}
}

// attachedOn are the addresses that Swarm says containers of a node have. The engine is asked about them without the lock:
// others would wait for it.
func (b *book) attachedOn(node string) map[netip.Addr]dockerapi.Attachment {
	b.mu.Lock()
	defer b.mu.Unlock()
	there := maps.Clone(b.attached)
	maps.DeleteFunc(there, func(_ netip.Addr, a dockerapi.Attachment) bool { return a.Node != node })
	return there
}

// note says which number an engine had.
func (b *book) note(s *Networks, number int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.before[s]; !known {
		b.before[s] = number
	}
}

// noteOther says which number an engine had that is away, or is not of this run any more.
func (b *book) noteOther(node string, number int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.others[number] = node
}

// noteNumber learns an engine's number from its containers: sandboxes have the address of the relay that they look for.
func (s *Networks) noteNumber(vpc Network, found []container.Summary) {
	if !vpc.Overlay {
		return
	}
	for _, c := range found {
		at, _ := netip.ParseAddr(c.Labels[label.RelayKey])
		if label.Kind(c.Labels[label.KindKey]) == label.Resolver && c.NetworkSettings != nil {
			at = dockerapi.EndpointAddress(c.NetworkSettings.Networks[vpc.DockerName])
		}
		if n, ok := swarm.NumberAt(at, vpc.Subnet, vpc.Gateway, vpc.share, mostEngines); ok {
			s.Swarm.bookOf(vpc).note(s, n)
		}
	}
}

// placesOf are where the relay and the DNS server of an engine are.
func (b *book) placesOf(s *Networks, vpc Network) swarm.Places {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.sure[s] { // it was away, or was opened later than the network was first used
		delete(b.numbers, s)
		b.numbers[s], b.sure[s] = b.numberFor(s), true
	}
	return swarm.PlacesOf(vpc.Subnet, vpc.Gateway, vpc.share, b.numbers[s])
}

// numberFor is the number of an engine that has just told what it has.
func (b *book) numberFor(s *Networks) int {
	before, taken := maps.Clone(b.before), map[int]bool{}
	node, _ := s.node.Peek()
	for n, of := range b.others {
		if _, noted := before[s]; of == node.ID && !noted {
			before[s] = n
		}
		taken[n] = of != node.ID
	}
	for _, n := range b.numbers {
		taken[n] = true
	}
	return swarm.Number([]*Networks{s}, before, taken)[s]
}
