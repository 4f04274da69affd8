package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/app/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
)

// gone and removed are the reasons of tasks that end with what runs them. They are
// the emulator's own: on AWS nothing of the kind happens.
const (
	gone    = "ecs-emulator: the container engine that ran the task is gone."
	removed = "ecs-emulator: the emulator was stopped and removed its tasks."
)

// openEngine opens the engine that the options name and that the state belongs to.
func (s *Server) openEngine(ctx context.Context, known *enginerecord.Record) (err error) {
	choice := enginerecord.Choice{Wait: known != nil && !s.opts.NewEngine}
	if s.opts.Backend == nil {
		bound := known
		if s.opts.NewEngine {
			bound = nil
		}
		if choice, err = enginerecord.Choose(s.opts.Engine, bound); err != nil {
			return err
		}
	}
	if err := s.connect(ctx, &choice); err != nil {
		return err
	}
	s.guard = enginerecord.NewGuard(s.opts.DataDir, choice.Host, known)
	patience := firstAnswerTime
	if choice.Wait {
		patience = answerTime
	}
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	info, err := s.engine.Info(short)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("ask the engine about itself: %w", ctx.Err())
	case err == nil:
		if err := s.meet(ctx, info, choice); err != nil {
			return err
		}
		return s.ensurePrograms(ctx, info)
	case choice.Wait:
		if short.Err() != nil {
			err = fmt.Errorf("the engine %s has not answered within %s", known, answerTime)
		}
		s.engineName, s.engineProblem = known.String(), err.Error()
		return nil
	default:
		return fmt.Errorf("ask the engine about itself: %w", err)
	}
}

const (
	// answerTime is how long an engine may take to say what it is.
	answerTime = 5 * time.Second
	// firstAnswerTime is how long it may take where the emulator cannot start without its answer. Docker takes
	// ten seconds and more while it starts many containers.
	firstAnswerTime = time.Minute
)

// meet decides what becomes of the state's tasks on the engine that there is.
func (s *Server) meet(ctx context.Context, info backend.Info, choice enginerecord.Choice) error {
	s.engineName = strings.TrimSpace(info.Name + " " + info.Version)
	if info.Simulated && s.opts.Backend == nil {
		s.opts.OnExit = Remove // it ends with this process, and its containers with it
	}
	refusal := s.guard.Admit(info)
	if refusal == nil {
		return nil
	}
	s.replaces.Store(s.opts.NewEngine || info.Simulated)
	if err := s.admit(info); err != nil {
		s.engineProblem = err.Error()
		return nil
	}
	if info.Simulated || s.opts.Backend != nil {
		return nil
	}
	// What is left on the former engine belongs to no owner any more.
	if err := enginerecord.ForgetOwner(s.opts.DataDir); err != nil {
		return err
	}
	if err := s.engine.Close(); err != nil {
		return err
	}
	return s.connect(ctx, &choice)
}

// admit accepts the engine that answers if it runs the tasks, or if it replaces the engine that did, whose tasks end then.
// The agent repeats this until it succeeds: on a full disk no task goes on before that, but requests are answered.
func (s *Server) admit(info backend.Info) error {
	refusal := s.guard.Admit(info)
	if refusal == nil || !s.replaces.Load() {
		return refusal
	}
	n, err := agent.Abandon(s.store, s.clock.Now(), gone)
	if err != nil {
		return fmt.Errorf("end the tasks of the former engine: %w", err)
	}
	if n > 0 {
		s.opts.Log.Info("stopped the tasks of another engine, because of --new-engine", "tasks", n, "engine", s.guard.Known())
	}
	if err := s.guard.Replace(info); err != nil {
		return err
	}
	s.replaces.Store(false)
	return nil
}

// ensurePrograms has the programs be there without which no task runs on Docker. An engine that
// answers later has them looked for when a task starts.
func (s *Server) ensurePrograms(ctx context.Context, info backend.Info) error {
	engine, ok := s.engine.(*docker.Engine)
	if !ok || s.opts.Backend != nil || s.engineProblem != "" {
		return nil
	}
	return engine.EnsurePrograms(ctx, info.Architecture)
}

// connect opens an engine; the choice says afterwards where it is.
func (s *Server) connect(ctx context.Context, c *enginerecord.Choice) (err error) {
	switch {
	case s.opts.Backend != nil:
		s.engine = s.opts.Backend
	case c.Kind == "docker":
		var engine *docker.Engine
		if engine, err = openDocker(ctx, s.opts, *c); err == nil {
			s.engine, c.Host = engine, engine.Host()
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("open the engine: %w", ctx.Err()) // which says nothing of the engine
		}
		if !c.FallBack || !errors.Is(err, backend.ErrUnavailable) {
			return err
		}
		s.opts.Log.Warn("no Docker engine: containers are simulated", "reason", err)
		fallthrough
	default:
		s.engine = s.newSim()
	}
	return nil
}

// newSim makes the simulation. Like AWS, it has no image before it is pulled if pulls
// shall take their time.
func (s *Server) newSim() *sim.Engine {
	o := sim.Options{Clock: sim.ClockOf(s.clock)}
	if s.opts.AWSDelays {
		o.Scripts = []sim.Rule{{Image: "*", Script: sim.Script{PullDelay: s.opts.delays().Pull}}}
		s.opts.PullBehavior = PullAlways
	}
	return sim.New(o)
}

func openDocker(ctx context.Context, o Options, c enginerecord.Choice) (*docker.Engine, error) {
	owner, err := enginerecord.Owner(o.DataDir)
	if err != nil {
		return nil, err
	}
	opts := docker.Options{
		Host: c.Host, Owner: owner, Log: o.Log, Unanswered: c.Wait, WarmSandboxes: max(0, o.WarmSandboxes), HostPorts: o.HostPorts,
		AllowInstanceMetadata: o.AllowInstanceMetadata, Programs: o.Programs,
	}
	if o.OnExit == Keep {
		opts.Directory = o.DataDir
	}
	return docker.Open(ctx, opts)
}

// afterFunc is the clock's, for faults.
func (s *Server) afterFunc(d time.Duration, f func()) (stop func() bool) {
	return s.clock.AfterFunc(d, f).Stop
}

// rangeTime is how long CreateVpc waits for the engine to tell who has a range.
const rangeTime = time.Second

// warnOfRange says of a new VPC that no task can start in it, as long as something else has
// part of its range: users would learn it from their first task. The VPC is made anyway, as
// on AWS, where each VPC has its range to itself.
func (s *Server) warnOfRange(ctx context.Context, id string, cidr netip.Prefix) {
	engine, ok := s.engine.(backend.RangeChecker)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, rangeTime)
	defer cancel()
	if err := engine.RangeInUse(ctx, cidr); errors.Is(err, backend.ErrAddressInUse) {
		s.opts.Log.Warn("tasks in a new VPC cannot start, because the engine's host uses its range: choose another range, or free this one",
			"vpc", id, "range", cidr, "reason", err)
	}
}
