package engines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options say which engines to open, and how.
type Options struct {
	Places []Place
	// Backend is an engine that the caller has opened, and closes. Then there is one place, without a name.
	Backend backend.Engine
	// Known is what the data directory remembers.
	Known   []enginerecord.Record
	DataDir string // empty: the state is in memory
	// New has engines take the places of others that are gone or left out: the tasks that ran there end.
	New bool
	// Keep has tasks go on after Close. The simulation cannot.
	Keep bool
	// Docker is how Docker engines are opened, but for what tells one from another.
	Docker docker.Options
	// PullDelay is how long pulls of the simulation take.
	PullDelay time.Duration

	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
}

// Set has the engines of a run, in the order in which the user names them.
type Set struct {
	Options
	book  *enginerecord.Book
	rules *fault.Rules  // of all engines
	vpcs  *sim.VPCs     // of all that are simulated
	swarm *docker.Swarm // of Docker engines with names; nil: there is one without a name, by itself
	owner *owner
	all   []*Engine

	admission sync.Mutex           // of one engine at a time
	changes   atomic.Uint64        // that Changed was told of
	seen      atomic.Pointer[seen] // by Room
}

// Open opens the engines together: one that does not answer delays no other. An error leaves none open.
func Open(ctx context.Context, o Options) (*Set, error) {
	s := &Set{Options: o, book: enginerecord.NewBook(o.DataDir, o.Known), rules: fault.NewRules(0), vpcs: sim.NewVPCs(), owner: &owner{dataDir: o.DataDir}}
	if Named(o.Places) && o.Places[0].Kind == Docker {
		s.swarm = docker.NewSwarm(docker.SwarmOptions{Log: o.Log, Names: names(o.Places)})
	}
	for _, p := range o.Places {
		s.all = append(s.all, &Engine{Place: p, set: s})
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Set) open(ctx context.Context) error {
	gone, err := s.leftOut()
	if err != nil {
		return err
	}
	for _, step := range []func(*Engine, context.Context) error{(*Engine).open, (*Engine).ask} {
		errs := s.atOnce(s.all, func(e *Engine) error { return step(e, ctx) })
		if err := cmp.Or(errs...); err != nil { // one line
			return err
		}
	}
	if err := s.checkTogether(ctx); err != nil {
		return err
	}
	for _, e := range s.all {
		if err := e.named(e.meet(ctx)); err != nil {
			return err
		}
	}
	for _, e := range s.all { // one after the other: engines of one architecture need the same programs
		if err := e.named(e.ensurePrograms(ctx)); err != nil {
			return err
		}
	}
	return s.forget(gone)
}

// checkTogether refuses engines that cannot run tasks of the same VPCs, before any of them has something.
func (s *Set) checkTogether(ctx context.Context) error {
	if err := s.checkIDs(); err != nil || s.swarm == nil {
		return err
	}
	s.warnOfClocks()
	s.warnOfContainer(ctx)
	return s.swarm.Check(ctx)
}

// warnOfContainer warns of what works with one engine alone where the emulator runs in a container.
func (s *Set) warnOfContainer(ctx context.Context) {
	if len(s.all) == 1 {
		return
	}
	errs := s.atOnce(s.all, func(e *Engine) error {
		if e.info.Name == "" {
			return nil // it does not answer
		}
		ctx, cancel := context.WithTimeout(ctx, answerTime)
		defer cancel()
		name, err := e.Docker().OwnContainer(ctx)
		if err == nil && name != "" {
			s.Log.Warn("the emulator runs in a container of one of several engines: --host-ports publishes no ports of tasks on the others, "+
				"and no network of docker compose becomes a VPC", "container", name, "engine", e.Name)
		}
		return err
	})
	if err := errors.Join(errs...); err != nil {
		s.Log.Debug("cannot ask whether the emulator runs in a container", "error", err)
	}
}

// checkIDs refuses an engine with two names: tasks on it would be taken for tasks of both.
func (s *Set) checkIDs() error {
	names := map[string]string{}
	for _, e := range s.all {
		if e.info.ID == "" {
			continue
		}
		if other, taken := names[e.info.ID]; taken {
			return fmt.Errorf("engines %s and %s are one: both have the id %s", other, e.Name, e.info.ID)
		}
		names[e.info.ID] = e.Name
	}
	return nil
}

// All are the engines, in order.
func (s *Set) All() []*Engine { return s.all }

// First is the engine that was named first.
func (s *Set) First() *Engine { return s.all[0] }

// Find is the engine with a name, nil for none.
func (s *Set) Find(name string) *Engine {
	for _, e := range s.all {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// Names are the engines' names, in order.
func (s *Set) Names() []string { return names(s.Places) }

// Named reports whether the engines have names.
func (s *Set) Named() bool { return s.all[0].Name != "" }

// mostTold is how many engines Title names.
const mostTold = 4

// Title names the engines for people: docker 28.5.2; of several a (docker 28.5.2), b (docker 28.5.2).
func (s *Set) Title() string {
	if !s.Named() {
		return s.First().Title()
	}
	var all []string
	for _, e := range s.all[:min(len(s.all), mostTold)] {
		all = append(all, e.Name+" ("+e.Title()+")")
	}
	if more := len(s.all) - mostTold; more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}

// Problem is why no task can run at first: no engine can. It is empty if one can.
func (s *Set) Problem() string {
	var all []string
	for _, e := range s.all {
		if e.problem == "" {
			return ""
		}
		all = append(all, e.named(errors.New(e.problem)).Error())
	}
	return strings.Join(all, "; ")
}

// KeepsTasks reports whether tasks go on after Close.
func (s *Set) KeepsTasks() bool {
	return s.Keep && (s.Backend != nil || !s.First().Simulated())
}

// Settle waits for what the engines have to tell, as far as that takes none of the clock's time.
func (s *Set) Settle(ctx context.Context) error {
	for _, e := range s.all {
		if err := e.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close closes what has been opened.
func (s *Set) Close() error {
	var errs []error
	for _, e := range s.all {
		errs = append(errs, e.named(e.close()))
	}
	return errors.Join(errs...)
}
