package dataplane

import "github.com/ecs-emulator/ecs-emulator/backend/balancer/target"

// eject takes a target out for a while that has failed again and again, and tells of both.
func (b *Balancer) eject(t *target.Target) {
	defer b.deliver()
	b.mu.Lock()
	defer b.mu.Unlock()
	lasts, ejected := t.Group.Eject(t, b.options.Now())
	if b.closed || !ejected {
		return
	}
	b.tell(t.Report())
	b.options.AfterFunc(lasts, func() { b.takeBack(t) })
}

func (b *Balancer) takeBack(t *target.Target) {
	defer b.deliver()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed && t.Group.TakeBack(t, b.options.Now()) {
		b.tell(t.Report())
	}
}
