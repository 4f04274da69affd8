package docker

import (
	"context"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// tend has the goroutine run and look what is to be done. mu is held.
func (p *warmPool) tend() {
	if p.tending == nil && p.pauses == 0 {
		ctx, cancel := context.WithCancel(context.Background())
		p.tending, p.stop = make(chan struct{}), cancel
		go p.run(ctx, p.tending)
	}
	p.wake()
}

func (p *warmPool) wake() {
	select {
	case p.changed <- struct{}{}:
	default: // it is going to look anyway, or there is none
	}
}

// run makes and discards sandboxes until none is wanted any more or ctx ends. What
// it is about then it brings to its end, so that no sandbox is lost.
func (p *warmPool) run(ctx context.Context, ended chan struct{}) {
	defer close(ended)
	work := context.WithoutCancel(ctx)
	for {
		step := p.next(ctx)
		switch {
		case step.end:
			return
		case step.discard != nil:
			p.discarded(*step.discard, p.discard(work, *step.discard))
		case step.make != nil:
			made, err := p.create(work, *step.make)
			p.made(made, err)
		default:
			p.sleep(ctx, step.wait)
		}
	}
}

// next decides what comes next, and takes it out of the lists.
func (p *warmPool) next(ctx context.Context) warmStep {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.shapes = slices.DeleteFunc(p.shapes, func(u warmUse) bool { return now.Sub(u.at) >= warmIdle })
	step := p.decide(now)
	switch {
	case step.end || ctx.Err() != nil:
		p.stop()
		p.tending = nil
		return warmStep{end: true}
	case step.discard != nil:
		keep := func(w warmSandbox) bool { return w.name != step.discard.name }
		p.ready, p.dead = filtered(p.ready, keep), filtered(p.dead, keep)
	case step.make != nil:
		p.making = &warmMaking{shape: step.make.shape, done: make(chan struct{})}
	}
	return step
}

// warmStep is what the pool does next: one of its fields.
type warmStep struct {
	discard *warmSandbox
	make    *warmUse
	wait    time.Duration // until something changes or this has passed
	end     bool          // nothing is there and nothing wanted
}

// untilChanged is a wait for a change alone.
const untilChanged = time.Duration(1<<63 - 1)

// decide changes nothing.
func (p *warmPool) decide(now time.Time) warmStep {
	if p.starting > 0 || p.telling > 1 {
		return warmStep{wait: untilChanged}
	}
	step := p.wanted()
	if step.make != nil && p.telling > 0 && p.count(step.make.shape) > 0 {
		return warmStep{wait: untilChanged} // the next task has one, so the start comes first
	}
	if wait := p.due(step).Sub(now); wait > 0 {
		return warmStep{wait: wait}
	}
	return step
}

// wanted is the next step if nothing keeps the pool from it.
func (p *warmPool) wanted() warmStep {
	latest := p.shapes[:min(len(p.shapes), warmShapes)]
	superfluous := func(w warmSandbox) bool {
		return !slices.ContainsFunc(latest, func(u warmUse) bool { return u.shape == w.shape })
	}
	if len(p.dead) > 0 {
		gone := p.dead[0]
		return warmStep{discard: &gone}
	}
	if i := slices.IndexFunc(p.ready, superfluous); i >= 0 {
		gone := p.ready[i]
		return warmStep{discard: &gone}
	}
	if use, ok := p.scarcest(latest); ok {
		return warmStep{make: &use}
	}
	return warmStep{end: len(p.shapes) == 0}
}

// scarcest is the shape that has the fewest sandboxes, if it lacks any. Among several it is
// the one that was used the longest ago: tasks are spread over subnets, so its turn is next.
func (p *warmPool) scarcest(latest []warmUse) (scarce warmUse, ok bool) {
	fewest := p.size
	for _, use := range slices.Backward(latest) {
		if n := p.count(use.shape); n < fewest {
			scarce, ok, fewest = use, true, n
		}
	}
	return scarce, ok
}

// due is when a step may be done.
func (p *warmPool) due(step warmStep) time.Time {
	switch {
	case step.make != nil:
		return later(p.quiet, p.retry)
	case step.discard != nil:
		return p.retry
	case step.end:
		return time.Time{}
	default:
		return p.shapes[len(p.shapes)-1].at.Add(warmIdle)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p *warmPool) count(shape warmShape) (n int) {
	for _, w := range p.ready {
		if w.shape == shape {
			n++
		}
	}
	return n
}

// made takes over the sandbox that was being made, or gives it to the task that waits for
// it. One that came with an error and has a name may be there,
// half made: it is discarded. A shape whose network is gone is forgotten, as none of
// its sandboxes can be made again.
func (p *warmPool) made(w warmSandbox, err error) {
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
	if w.name != "" {
		p.dead = append(p.dead, w)
	}
	if backend.Missing(err, backend.KindNetwork) {
		p.shapes = slices.DeleteFunc(p.shapes, func(u warmUse) bool { return u.shape == m.shape })
		return
	}
	p.failed("make", err)
}

// discarded tries again later if the engine could not do it.
func (p *warmPool) discarded(w warmSandbox, err error) {
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
func (p *warmPool) failed(what string, err error) {
	p.log.Debug("warm sandboxes: "+what, "error", err)
	p.retry = time.Now().Add(warmRetry)
}

func (p *warmPool) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.changed:
	case <-ctx.Done():
	}
}
