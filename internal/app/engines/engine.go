package engines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
)

// Engine is one of the engines of a run.
type Engine struct {
	Place
	set *Set

	choice   Choice
	engine   backend.Engine // what the user asked for
	faulty   *fault.Engine  // the same, with faults
	guard    *enginerecord.Guard
	info     backend.Info // as it answered at the start; zero: it has not
	answered time.Time    // when it had said so
	admitted string       // the id with which it was admitted last; the set's admission guards it
	replaces atomic.Bool  // the engine that answers takes the place of the former one
	refusal  atomic.Pointer[string]
	role     atomic.Pointer[string] // in the swarm
	title    string
	problem  string
}

// named adds which engine an error is about.
func (e *Engine) named(err error) error {
	if err == nil || e.Name == "" {
		return err
	}
	return fmt.Errorf("engine %s: %w", e.Name, err)
}

// open opens the engine that the place names and that the state belongs to.
func (e *Engine) open(ctx context.Context) (err error) {
	known := e.set.book.Find(e.Name)
	if e.set.New && (known == nil || e.Name == "" || known.Kind != string(e.Kind)) {
		known = nil // of several, one alone may be new
	}
	e.choice = Choice{Place: e.Place, Wait: known != nil}
	if e.set.Backend == nil {
		if e.choice, err = Choose(e.Place, known); err != nil {
			return err
		}
	}
	if err := e.connect(ctx); err != nil {
		return err
	}
	e.guard = e.set.book.Guard(e.Name, e.choice.Host)
	return nil
}

const (
	// answerTime is how long an engine may take to say what it is.
	answerTime = 5 * time.Second
	// firstAnswerTime is how long it may take where the emulator cannot start without its answer. Docker takes
	// ten seconds and more while it starts many containers.
	firstAnswerTime = time.Minute
)

// ask has the engine say what it is. One that the state belongs to may do so later.
func (e *Engine) ask(ctx context.Context) error {
	patience := firstAnswerTime
	if e.choice.Wait {
		patience = answerTime
	}
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	info, err := e.engine.Info(short)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("ask the engine about itself: %w", ctx.Err())
	case err == nil:
		e.info, e.answered = info, time.Now()
		return nil
	case !e.choice.Wait:
		return fmt.Errorf("ask the engine about itself: %w", err)
	}
	known := e.guard.Known()
	if short.Err() != nil {
		err = fmt.Errorf("the engine %s has not answered within %s", known, answerTime)
	}
	e.title, e.problem = known.String(), err.Error()
	if e.Name != "" {
		e.set.Log.Warn("an engine does not answer: the others go on without it", "engine", known, "error", err)
	}
	return nil
}

// meet decides what becomes of the state's tasks on the engine that there is.
func (e *Engine) meet(ctx context.Context) error {
	if e.info.Name == "" {
		return nil // it has not answered
	}
	e.title = strings.TrimSpace(e.info.Name + " " + e.info.Version)
	if e.guard.Admit(e.info) == nil {
		return nil
	}
	e.replaces.Store(e.set.New || e.info.Simulated)
	if err := e.Admit(e.info); err != nil {
		e.problem = err.Error()
		if e.Name != "" {
			e.set.Log.Warn("an engine is refused: the others go on without it", "engine", e.Name, "error", err)
		}
		return nil
	}
	if e.info.Simulated || e.set.Backend != nil || e.Name != "" { // others have things of the owner, too
		return nil
	}
	// What is left on the former engine belongs to no owner any more.
	if err := e.set.owner.forget(); err != nil {
		return err
	}
	if err := e.engine.Close(); err != nil {
		return err
	}
	return e.connect(ctx)
}

// Admit accepts the engine that answers if it runs the tasks, or if it replaces the engine that did, whose tasks end then.
// The agent repeats this until it succeeds: on a full disk no task goes on before that, but requests are answered.
func (e *Engine) Admit(info backend.Info) error {
	err := e.admit(info)
	var text *string
	if err != nil {
		said := err.Error()
		text = &said
	}
	e.refusal.Store(text)
	return err
}

// admit needs no other admission beside it: of two engines that answer late, as one, the first alone is admitted.
func (e *Engine) admit(info backend.Info) error {
	e.set.admission.Lock()
	defer e.set.admission.Unlock()
	for _, other := range e.set.all {
		if other != e && info.ID != "" && cmp.Or(other.admitted, other.info.ID) == info.ID {
			return fmt.Errorf("the engine %s is the engine %s as well: both have the id %s", e.Name, other.Name, info.ID)
		}
	}
	if info.Unfit != "" {
		return errors.New(info.Unfit)
	}
	err := e.guard.Admit(info)
	if err != nil && e.replaces.Load() {
		err = e.replace(info)
	}
	if err == nil {
		e.admitted = info.ID
	}
	return err
}

// replace has the engine that answers take the place of the former one, whose tasks end.
func (e *Engine) replace(info backend.Info) error {
	if err := e.set.abandon(e.Name); err != nil {
		return err
	}
	if err := e.guard.Replace(info); err != nil {
		return err
	}
	e.replaces.Store(false)
	return nil
}

// Refusal is why the engine that answers is not used; empty: it is.
func (e *Engine) Refusal() string {
	if text := e.refusal.Load(); text != nil {
		return *text
	}
	return ""
}

// connect makes the engine; the choice says afterwards where it is.
func (e *Engine) connect(ctx context.Context) (err error) {
	if e.engine, err = e.make(ctx); err != nil {
		return err
	}
	e.faulty = fault.New(e.engine, fault.Options{Rules: e.set.rules, AfterFunc: func(d time.Duration, f func()) (stop func() bool) {
		return e.set.Clock.AfterFunc(d, f).Stop
	}})
	return nil
}

func (e *Engine) make(ctx context.Context) (backend.Engine, error) {
	switch {
	case e.set.Backend != nil:
		return e.set.Backend, nil
	case e.choice.Kind == Sim:
		return e.newSim(), nil
	}
	engine, err := e.openDocker(ctx)
	if err == nil {
		if !strings.HasPrefix(e.choice.Host, docker.ContextPrefix) { // which has keys, too
			e.choice.Host = engine.Host()
		}
		return engine, nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("open the engine: %w", ctx.Err()) // which says nothing of the engine
	}
	if !e.choice.FallBack() || !errors.Is(err, backend.ErrUnavailable) {
		return nil, err
	}
	e.set.Log.Warn("no Docker engine: containers are simulated", "reason", err)
	return e.newSim(), nil
}

// newSim makes the simulation. Like AWS, it has no image before it is pulled if pulls
// shall take their time.
func (e *Engine) newSim() *sim.Engine {
	o := sim.Options{Clock: sim.ClockOf(e.set.Clock), CPUs: e.CPUs, Memory: e.Memory, Architecture: e.Architecture, VPCs: e.set.vpcs}
	if e.set.PullDelay > 0 {
		o.Scripts = []sim.Rule{{Image: "*", Script: sim.Script{PullDelay: e.set.PullDelay}}}
	}
	return sim.New(o)
}

func (e *Engine) openDocker(ctx context.Context) (*docker.Engine, error) {
	owner, err := e.set.owner.get()
	if err != nil {
		return nil, err
	}
	opts := e.set.Docker
	opts.Host, opts.Owner, opts.Log, opts.Unanswered = e.choice.Host, owner, e.set.Log, e.choice.Wait
	opts.Name, opts.Swarm = e.Name, e.set.swarm
	if e.set.Keep {
		opts.Directory = e.set.DataDir
	}
	return docker.Open(ctx, opts)
}

// ensurePrograms has the programs be there without which no task runs on Docker. An engine that
// answers later has them looked for when a task starts.
func (e *Engine) ensurePrograms(ctx context.Context) error {
	engine, ok := e.engine.(*docker.Engine)
	if !ok || e.set.Backend != nil || e.problem != "" {
		return nil
	}
	return engine.EnsurePrograms(ctx, e.info.Architecture)
}

func (e *Engine) settle(ctx context.Context) error {
	if err := e.faulty.Settle(ctx); err != nil {
		return err
	}
	if engine, simulated := e.engine.(*sim.Engine); simulated {
		return engine.Settle(ctx)
	}
	return nil
}

func (e *Engine) close() error {
	if e.engine == nil || e.set.Backend != nil {
		return nil
	}
	return e.engine.Close()
}
