package dataplane

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// Set puts a piece in place, or replaces the one with its key. A version that is not
// newer than the one in place changes nothing. On an error what was there stays, but for the port
// of a listener that moves: it is closed before the new one is opened, which may be taken.
func (b *Balancer) Set(piece balancer.Piece) error {
	key, err := piece.Key()
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	if version, ok := b.versions[key]; ok && version >= piece.Version {
		return nil
	}
	switch {
	case piece.Listener != nil:
		err = b.setListener(*piece.Listener)
	case piece.TargetGroup != nil:
		err = b.setGroup(*piece.TargetGroup)
	case piece.Target != nil:
		err = b.setTarget(*piece.Target)
	case piece.Certificate != nil:
		err = b.setCertificate(*piece.Certificate)
	}
	if err != nil {
		return fmt.Errorf("set %s %s: %w", key.Kind, key.ID, err)
	}
	b.versions[key] = piece.Version
	b.steer()
	return nil
}

// Remove takes a piece away, if it is there. A listener's port is closed, and a target
// gets nothing new; requests on their way are finished.
func (b *Balancer) Remove(key balancer.Key) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, placed := b.versions[key]
	if key.Kind == balancer.KindListener && b.unopened[key.ID] != nil { // it may never have had its port
		placed = true
	}
	if !placed || b.closed {
		return
	}
	delete(b.versions, key)
	switch key.Kind {
	case balancer.KindListener:
		b.closeSocket(key.ID)
		delete(b.unopened, key.ID)
		b.lookUse()
	case balancer.KindTargetGroup:
		g := b.groups[key.ID]
		g.Unset()
		b.plan(g)
		g.Renew(b.options.Now())
	case balancer.KindTarget:
		b.removeTarget(b.groups[key.Group], key.ID)
	case balancer.KindCertificate:
		delete(b.certificates, key.ID)
	}
	b.forget()
	b.steer()
}

func (b *Balancer) setListener(config balancer.Listener) error {
	l, err := listener.New(config, listener.Registry{Group: b.group, Certificates: b.certificatesOf, Counts: b.runtime.Counts})
	if err != nil {
		return err
	}
	if s := b.sockets[config.ID]; s != nil && s.fits(l) {
		s.set(l)
	} else {
		b.closeSocket(config.ID) // another listener may wait for its port
		open, err := b.openSocket(l)
		if err != nil {
			b.unopened[config.ID] = l
			b.lookUse()
			b.steer()
			return err
		}
		b.sockets[config.ID] = open
		delete(b.unopened, config.ID)
	}
	b.lookUse()
	return nil
}

func (b *Balancer) closeSocket(id string) {
	if s := b.sockets[id]; s != nil {
		s.leave()
		delete(b.sockets, id)
	}
}

// lookUse finds out which groups listeners use, and has the targets of those checked.
func (b *Balancer) lookUse() {
	used := map[*target.Group]bool{}
	for _, s := range b.sockets {
		for g := range s.current.Load().Groups {
			used[g] = true
		}
	}
	for _, l := range b.unopened {
		for g := range l.Groups {
			used[g] = true
		}
	}
	for _, g := range b.groups {
		if g.Used != used[g] {
			g.Used = used[g]
			b.plan(g)
			g.Renew(b.options.Now())
		}
	}
}

// group returns the group with an id, whose piece may not have come yet.
func (b *Balancer) group(id string) *target.Group {
	g := b.groups[id]
	if g == nil {
		g = target.NewGroup(id)
		g.Counts = b.runtime.Counts.Group(id)
		b.groups[id] = g
	}
	return g
}

func (b *Balancer) setGroup(config balancer.TargetGroup) error {
	g := b.group(config.ID)
	if err := g.Configure(config); err != nil {
		return err
	}
	b.plan(g)
	g.Renew(b.options.Now())
	return nil
}

// setTarget keeps what is known of a target whose address stays.
func (b *Balancer) setTarget(config balancer.Target) error {
	if !config.Addr.IsValid() {
		return fmt.Errorf("address %v", config.Addr)
	}
	g := b.group(config.Group)
	t, replaced := g.Put(config, b.options.Dial)
	if replaced != nil {
		b.planTarget(replaced)
	}
	b.planTarget(t)
	g.Renew(b.options.Now())
	b.setTimer()
	return nil
}

func (b *Balancer) removeTarget(g *target.Group, id string) {
	t := g.Remove(id, b.options.Now())
	b.planTarget(t)
	b.leaves(t)
	b.setTimer()
	b.forgetFlows("udp", t)
	if g.Pool.Load().Settings.CutFlows {
		t.CutFlows()
		b.forgetFlows("tcp", t)
	}
}

// forget drops groups that no piece names any more.
func (b *Balancer) forget() {
	for id, g := range b.groups {
		if !g.Set && !g.Used && len(g.Targets) == 0 {
			delete(b.groups, id)
		}
	}
}

func (b *Balancer) setCertificate(config balancer.Certificate) error {
	c, err := tlspolicy.NewCertificate(config)
	if err != nil {
		return err
	}
	b.certificates[config.ID] = c
	return nil
}

// certificatesOf returns those of the ids that are there, in their order.
func (b *Balancer) certificatesOf(ids []string) []*tlspolicy.Certificate {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []*tlspolicy.Certificate
	for _, id := range ids {
		if c := b.certificates[id]; c != nil {
			list = append(list, c)
		}
	}
	return list
}
