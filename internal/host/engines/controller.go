package engines

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
)

// LostAfter is after how long an engine is lost, unless the user says otherwise.
const LostAfter = 5 * time.Minute

// atLeast is View.AtLeast of engines that are not simulated.
const atLeast = 10 * time.Second

// Agent runs tasks on the engines.
type Agent interface {
	Health(host string) error
	SilentSince(host string) time.Time
	EngineInfo(ctx context.Context, host string) backend.Info
	SetAbsence(host string, is agent.Absence)
}

var _ Agent = (*agent.Agent)(nil)

// Options are what engines are looked after with.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	Agent Agent
	// Names are the engines' names; none where there is one without a name.
	Names []string
	// LostAfter is after how long by the clock an engine is lost; 0 or less: none is.
	LostAfter time.Duration
	// Refused reports whether an engine answers that must not be used. Nil: none does.
	Refused func(name string) bool
	// WakeInstance has the controller of EC2 instances look at one again, which asks Silence. Nil: there are none.
	WakeInstance func(scope arn.Scope, instanceID string)
	// Changed is told of an engine that has another status, or that was away for too short a time to have one. Nil: no one is.
	Changed func(name string)
}

// Controller looks after engines. Make one with New.
type Controller struct {
	*reconcile.Loop
	Options

	mu      sync.Mutex
	engines map[string]*engine
}

// engine is what was last decided about one.
type engine struct {
	decision Decision
	silent   time.Time // since when in real time, as the agent has it; zero: it answers
	since    time.Time // the same by the clock
	asked    bool      // Look was called since the last decision
	timer    *time.Timer
}

func New(o Options) *Controller {
	c := &Controller{Options: o, engines: map[string]*engine{}}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "container engine", Clock: o.Clock, Log: o.Log, Watch: o.Store.Watch(0), Reconcile: c.look,
	})
	for _, name := range o.Names {
		c.engines[name] = &engine{decision: Decision{Status: Ready}}
		c.Loop.Wake(name)
	}
	return c
}

// Run looks after the engines until ctx ends.
func (c *Controller) Run(ctx context.Context) error {
	defer c.stopTimers()
	return c.Loop.Run(ctx)
}

// Look has an engine looked at that can be used no more, or again. Of one without a name it does nothing.
func (c *Controller) Look(name string) {
	if e, has := c.engines[name]; has {
		c.mu.Lock()
		e.asked = true
		c.mu.Unlock()
		c.Loop.Wake(name)
	}
}

// Status is how an engine fares, and since when by the clock, unless it is ready. One without a name is Ready or Unavailable.
func (c *Controller) Status(name string) (is Status, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.engines[name]
	switch {
	case e != nil && !e.silent.IsZero():
		return e.decision.Status, e.since
	case c.Agent.Health(name) == nil:
		return Ready, time.Time{}
	}
	return Unavailable, time.Time{} // it has not been looked at yet, or has no name
}

// Silence reports whether an engine does not answer, and whether that has lasted for so long that the agents of its container
// instances are disconnected.
func (c *Controller) Silence(name string) (silent, long bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.engines[name]
	if e == nil {
		return false, false
	}
	return c.Agent.Health(name) != nil, e.decision.AgentsAway
}

// look decides about an engine.
func (c *Controller) look(ctx context.Context, name string) (time.Time, error) {
	health, silent, refused := c.Agent.Health(name), c.Agent.SilentSince(name), c.Refused != nil && c.Refused(name)
	if health == nil || silent.IsZero() { // it is about to be looked at
		silent = time.Time{}
	}
	least := time.Duration(0)
	if !silent.IsZero() && !c.Agent.EngineInfo(ctx, name).Simulated {
		least = atLeast
	}
	before, now := c.decide(name, silent, least, refused)
	if now.decision.TasksEnd && !before.decision.TasksEnd {
		c.Log.Warn("a container engine is lost: its tasks on Fargate end", "engine", name, "silent", c.LostAfter)
	}
	if now.decision.AgentsAway && (!before.decision.AgentsAway || now.decision.TasksEnd != before.decision.TasksEnd || before.silent != now.silent) {
		absence := agent.Absence{Since: now.silent}
		if now.decision.TasksEnd {
			absence.Lost = Reason(name, c.LostAfter)
		}
		c.Agent.SetAbsence(name, absence)
	}
	if c.WakeInstance != nil && (now.decision.AgentsAway != before.decision.AgentsAway || before.silent.IsZero() != now.silent.IsZero()) {
		for _, i := range state.HostInstances(c.Store.Read(), name) {
			c.WakeInstance(i.Scope(), i.EC2InstanceID)
		}
	}
	if c.Changed != nil && (now.decision.Status != before.decision.Status || before.asked && now.decision.Status == Ready) {
		c.Changed(name)
	}
	return now.decision.Again, nil
}

// Reason is why the tasks of an engine end that has not answered for as long.
func Reason(name string, after time.Duration) string {
	return fmt.Sprintf("ecs-emulator: the engine %s has not answered for %s.", name, after)
}

// decide takes a new decision about an engine, which is silent since a real time; zero: it answers.
func (c *Controller) decide(name string, silent time.Time, least time.Duration, refused bool) (before, now engine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.engines[name]
	before, e.asked = *e, false
	if e.silent != silent {
		e.silent, e.since = silent, time.Time{}
		if !silent.IsZero() {
			e.since = c.Clock.Now()
		}
	}
	v := View{Answers: silent.IsZero(), Refused: refused, Since: e.since, LostAfter: c.LostAfter, AtLeast: least, Now: c.Clock.Now()}
	if !v.Answers {
		v.Silence = time.Since(silent)
	}
	e.decision = Next(v)
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	if e.decision.AgainIn > 0 {
		e.timer = time.AfterFunc(e.decision.AgainIn, func() { c.Loop.Wake(name) })
	}
	return before, *e
}

func (c *Controller) stopTimers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.engines {
		if e.timer != nil {
			e.timer.Stop()
		}
	}
}

// ParseLostAfter reads what the user says of the time: a duration, or off, which is negative.
func ParseLostAfter(text string) (time.Duration, error) {
	if text == "off" {
		return -1, nil
	}
	after, err := time.ParseDuration(text)
	if err != nil || after < time.Second {
		return 0, fmt.Errorf(`it is off or a duration like "90s" or "5m", of a second or more: %s`, text)
	}
	return after, nil
}
