package fault

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// watch is a call of Watch. It gets one event at a time, from the engine behind it or
// from the rule that makes the engine leave and return.
type watch struct {
	telling chan struct{} // holds a token while fn runs
	fn      func(backend.Event)
}

func (w *watch) pass(event backend.Event) {
	w.telling <- struct{}{}
	defer func() { <-w.telling }()
	w.fn(event)
}

// Watch implements backend.Engine.
func (e *Engine) Watch(ctx context.Context, labels map[string]string, fn func(backend.Event)) error {
	w := &watch{telling: make(chan struct{}, 1), fn: fn}
	if away := e.startWatch(w); away != nil {
		w.pass(backend.Event{Kind: backend.Disconnected, Time: time.Now(), Err: away})
	}
	defer e.endWatch(w)
	return e.Engine.Watch(ctx, labels, func(event backend.Event) {
		if e.comesThrough(ctx, event) {
			w.pass(event)
		}
	})
}

func (e *Engine) startWatch(w *watch) (away error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.watches[w] = struct{}{}
	return e.away
}

func (e *Engine) endWatch(w *watch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.watches, w)
}

// comesThrough says whether an event is told: not while the engine is away, nor when
// a rule loses it.
func (e *Engine) comesThrough(ctx context.Context, event backend.Event) bool {
	if event.ContainerID != "" && e.isArmed() {
		r := e.rules.choose(Event, e.target(ctx, event.ContainerID))
		if r != nil && (r.LoseAnswer || r.Delay > 0 && e.sleep(ctx, r.Delay) != nil) {
			return false
		}
	}
	_, away := e.reach()
	return away == nil
}
