// Package fault makes an engine go wrong on demand: calls that are slow, fail, hang
// or lose their answer, events that get lost, containers that crash, an engine that
// is away. Rules say which, and a seed makes what they leave to chance repeatable.
//
//	engine := fault.New(docker, fault.Options{Seed: 1})
//	engine.AddRule(fault.Rule{Call: fault.Pull, Image: "shop/*", Error: "toomanyrequests"})
package fault

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Options configure an Engine.
type Options struct {
	// Seed is the seed of what rules leave to chance.
	Seed uint64
	// Rules are those that several engines share; nil is rules of its own.
	Rules *Rules
	// AfterFunc calls f when d has passed on the clock by which delays are
	// measured, and returns what takes that back. Nil is real time.
	AfterFunc func(d time.Duration, f func()) (stop func() bool)
}

// Engine is an engine that goes wrong as its rules say. Without rules it does what
// the one behind it does.
type Engine struct {
	backend.Engine
	opts    Options
	crashes crashes

	// armed says that the engine has been away: before, and without rules, calls go straight to the engine behind.
	armed atomic.Bool

	rules *Rules

	mu       sync.Mutex
	verdicts verdicts
	away     error           // why the engine is out of reach; nil: it is not
	gone     context.Context // ends when the engine goes away
	leave    context.CancelFunc
	watches  map[*watch]struct{}
}

var (
	_ backend.Engine       = (*Engine)(nil)
	_ backend.Sweeper      = (*Engine)(nil)
	_ backend.Crasher      = (*Engine)(nil)
	_ backend.Relay        = (*Engine)(nil)
	_ backend.TaskMetadata = (*Engine)(nil)
	_ backend.UsageReader  = (*Engine)(nil)
	_ backend.PullRules    = (*Engine)(nil)
)

// New puts faults before an engine.
func New(engine backend.Engine, opts Options) *Engine {
	if opts.AfterFunc == nil {
		opts.AfterFunc = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if opts.Rules == nil {
		opts.Rules = NewRules(opts.Seed)
	}
	e := &Engine{Engine: engine, opts: opts, rules: opts.Rules, watches: map[*watch]struct{}{}, verdicts: verdicts{}}
	e.gone, e.leave = context.WithCancel(context.Background())
	e.rules.join(e)
	return e
}

// AddRule makes a rule hold and returns its id. Rules are asked in the order in which
// they were added; the first that matches decides.
func (e *Engine) AddRule(r Rule) (id string, err error) { return e.rules.add(r) }

// RemoveRule ends a rule. It reports false when there is none with the id.
func (e *Engine) RemoveRule(id string) bool { return e.rules.remove(id) }

// Rules are those that hold, the oldest first.
func (e *Engine) Rules() []Rule { return e.rules.list() }

// isArmed reports whether a call may go wrong.
func (e *Engine) isArmed() bool { return e.armed.Load() || e.rules.armed.Load() }

// Leave puts the engine out of reach: every call fails with backend.ErrUnavailable,
// those under way included unless nothing ever went wrong before, and Watch reports
// Disconnected. Containers live on.
func (e *Engine) Leave(reason string) {
	why := fmt.Errorf("%w: %s", backend.ErrUnavailable, reason)
	for _, w := range e.setAway(why) {
		w.pass(backend.Event{Kind: backend.Disconnected, Time: time.Now(), Err: why})
	}
}

// Return ends what Leave began. It returns when those who watch have been told.
func (e *Engine) Return() {
	for _, w := range e.setAway(nil) {
		w.pass(backend.Event{Kind: backend.Resync, Time: time.Now()})
	}
}

// setAway returns who has to be told that the engine left or returned: none if it
// had before.
func (e *Engine) setAway(why error) []*watch {
	e.mu.Lock()
	defer e.mu.Unlock()
	if (e.away == nil) == (why == nil) {
		return nil
	}
	e.armed.Store(true)
	if e.away = why; why != nil {
		e.leave()
	} else {
		e.gone, e.leave = context.WithCancel(context.Background())
	}
	return slices.Collect(maps.Keys(e.watches))
}

// Sweep implements backend.Sweeper, if the engine does.
func (e *Engine) Sweep(ctx context.Context) (int, error) {
	sweeper, ok := e.Engine.(backend.Sweeper)
	if !ok {
		return 0, nil
	}
	return on(ctx, e, "", target{}, sweeper.Sweep)
}
