package warm

import (
	"context"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// tend has the goroutine run and decide anew. mu is held.
func (p *Pool) tend() {
	if p.tending == nil && p.pauses == 0 {
		ctx, cancel := context.WithCancel(context.Background())
		p.tending, p.stop = make(chan struct{}), cancel
		go p.run(ctx, p.tending)
	}
	p.wake()
}

func (p *Pool) wake() {
	select {
	case p.changed <- struct{}{}:
	default: // it is going to look anyway, or there is none
	}
}

// run makes and removes sandboxes until none is wanted any more or ctx ends. It finishes the sandbox
// that it is at, so that none is lost.
func (p *Pool) run(ctx context.Context, ended chan struct{}) {
	defer close(ended)
	work := context.WithoutCancel(ctx)
	for {
		step := p.next(ctx)
		switch {
		case step.end:
			return
		case step.discard != nil:
			p.discarded(*step.discard, p.remove(work, *step.discard))
		case step.make != nil:
			made, err := p.create(work, *step.make)
			p.made(made, err)
		default:
			p.sleep(ctx, step.wait)
		}
	}
}

// next decides what comes next, and takes it out of the lists.
func (p *Pool) next(ctx context.Context) action {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.shapes = slices.DeleteFunc(p.shapes, func(u Use) bool { return now.Sub(u.at) >= idleTime })
	step := p.decide(now)
	switch {
	case step.end || ctx.Err() != nil:
		p.stop()
		p.tending = nil
		return action{end: true}
	case step.discard != nil:
		gone := func(w Sandbox) bool { return w.Name == step.discard.Name }
		p.ready, p.dead = slices.DeleteFunc(p.ready, gone), slices.DeleteFunc(p.dead, gone)
	case step.make != nil:
		p.making = &making{shape: step.make.Shape, done: make(chan struct{})}
	}
	return step
}

// action is what the pool does next: one of its fields.
type action struct {
	discard *Sandbox
	make    *Use
	wait    time.Duration // until something changes or this has passed
	end     bool          // nothing is there and nothing wanted
}

// untilChanged is a wait for a change alone.
const untilChanged = time.Duration(1<<63 - 1)

// decide is next without its effect on the lists.
func (p *Pool) decide(now time.Time) action {
	if p.starting > 0 || p.telling > 1 {
		return action{wait: untilChanged}
	}
	step := p.wanted()
	if step.make != nil && p.telling > 0 && p.count(step.make.Shape) > 0 {
		return action{wait: untilChanged} // the next task has one, so the start comes first
	}
	if wait := p.due(step).Sub(now); wait > 0 {
		return action{wait: wait}
	}
	return step
}

// wanted is the next step if nothing keeps the pool from it.
func (p *Pool) wanted() action {
	latest := p.shapes[:min(len(p.shapes), mostShapes)]
	superfluous := func(w Sandbox) bool {
		return !slices.ContainsFunc(latest, func(u Use) bool { return u.Shape == w.Shape })
	}
	if len(p.dead) > 0 {
		gone := p.dead[0]
		return action{discard: &gone}
	}
	if i := slices.IndexFunc(p.ready, superfluous); i >= 0 {
		gone := p.ready[i]
		return action{discard: &gone}
	}
	if use, ok := p.scarcest(latest); ok {
		return action{make: &use}
	}
	return action{end: len(p.shapes) == 0}
}

// scarcest is the shape that has the fewest sandboxes, if it lacks any. Among several it is
// the one that was used the longest ago: tasks are spread over subnets, so its turn is next.
func (p *Pool) scarcest(latest []Use) (scarce Use, ok bool) {
	fewest := p.size
	for _, use := range slices.Backward(latest) {
		if n := p.count(use.Shape); n < fewest {
			scarce, ok, fewest = use, true, n
		}
	}
	return scarce, ok
}

// due is when a step may be done.
func (p *Pool) due(step action) time.Time {
	switch {
	case step.make != nil:
		return slices.MaxFunc([]time.Time{p.quiet, p.retry}, time.Time.Compare)
	case step.discard != nil:
		return p.retry
	case step.end:
		return time.Time{}
	default:
		return p.shapes[len(p.shapes)-1].at.Add(idleTime)
	}
}

func (p *Pool) count(shape Shape) (n int) {
	for _, w := range p.ready {
		if w.Shape == shape {
			n++
		}
	}
	return n
}

// made takes over the sandbox that was being made, or gives it to the task that waits for it. A
// sandbox with an error and a name may be there, half made: it is removed. A shape whose network is
// gone is forgotten, as none of its sandboxes can be made again.
func (p *Pool) made(w Sandbox, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.making
	p.making = nil
	defer close(m.done)
	switch {
	case err == nil && m.claimed:
		m.made = w
		return
	case err == nil:
		p.ready = append(p.ready, w)
		return
	}
	if w.Name != "" {
		p.dead = append(p.dead, w)
	}
	if backend.Missing(err, backend.KindNetwork) {
		p.shapes = slices.DeleteFunc(p.shapes, func(u Use) bool { return u.Shape == m.shape })
		return
	}
	p.failed("make", err)
}

// discarded tries again later if the engine could not do it.
func (p *Pool) discarded(w Sandbox, err error) {
	if err == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed("discard", err)
	if !p.off {
		p.dead = append(p.dead, w)
	}
}

// failed leaves the engine alone for a while. mu is held.
func (p *Pool) failed(what string, err error) {
	p.log.Debug("warm sandboxes: "+what, "error", err)
	p.retry = time.Now().Add(retryTime)
}

func (p *Pool) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.changed:
	case <-ctx.Done():
	}
}
