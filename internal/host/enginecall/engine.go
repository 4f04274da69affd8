// Package enginecall makes calls to a container engine: with deadlines, with a note of
// whether the engine can be used at all, and with a count of the calls under way, which
// others can wait for. It knows nothing of what runs on the engine.
package enginecall

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Engine is an engine whose calls have deadlines. When one runs out, it asks the engine
// whether it is there at all: an engine that does not answer is lost, one that does is
// stuck with this call, which fails with a TimeoutError. Until then the call is made again.
type Engine struct {
	timed
	log       *slog.Logger
	life      context.Context // ends with the run
	born      time.Time
	calls     *Tracker
	running   sync.WaitGroup // of Go
	simulated atomic.Bool    // as info says

	mu        sync.Mutex
	lost      error // why the engine cannot be used, or nil
	timesLost int
	lostAt    time.Time     // real time; of the first of the losses that last
	losses    chan struct{} // tells Recover that lost was set
	changed   func()        // is told when the engine can be used no more, or again
	seen      chan struct{} // closed when the engine has answered, or has not
	sawOnce   sync.Once
	info      backend.Info
	ended     bool // nothing is run any more
}

// New returns an engine that is lost with ErrNotListed until Found says otherwise. Calls are
// under way in a tracker.
func New(engine backend.Engine, calls *Tracker, log *slog.Logger) *Engine {
	e := &Engine{log: log, calls: calls, life: context.Background(), born: time.Now(), lost: ErrNotListed, changed: func() {}, losses: make(chan struct{}, 1), seen: make(chan struct{})}
	e.timed = timed{engine, e.Lose, &unanswered{log: log, calls: map[*waiting]struct{}{}}, 0}
	return e
}

// OneOfSeveral says that the engine is one of several, on whose networks a start takes longer. It is called before Begin.
func (e *Engine) OneOfSeveral() { e.attach = attachTime }

// PullActs reports whether an image has to be pulled for a rule of faults, although it may be local.
func (e *Engine) PullActs(named string) bool {
	rules, ok := e.Engine.(backend.PullRules)
	return ok && rules.PullActs(named)
}

// Relay is the engine's relay, with deadlines; nil if it has none.
func (e *Engine) Relay() backend.Relay {
	if r, ok := e.Engine.(backend.Relay); ok {
		return relay{r, e.timed}
	}
	return nil
}

// Resolvers are the engine's resolvers, with deadlines; nil if it has none.
func (e *Engine) Resolvers() backend.Resolvers {
	if r, ok := e.Engine.(backend.Resolvers); ok {
		return resolvers{r, e.timed}
	}
	return nil
}

// LoadBalancers are the engine's load balancers, with deadlines; nil if it has none.
func (e *Engine) LoadBalancers() backend.LoadBalancers {
	if b, ok := e.Engine.(backend.LoadBalancers); ok {
		return loadBalancers{b, e.timed}
	}
	return nil
}
