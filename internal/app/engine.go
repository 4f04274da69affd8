package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/abandon"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Fargate is the agent's host for Fargate tasks.
const Fargate = ""

// Engine runs containers, and its agent says which.
type Engine struct {
	*Core
	EngineOptions
	Faults *Faults
	// Images have the registry whose images tasks run.
	Images *Images
	Logs   *Logs
	// Variables are what containers are told of the metadata endpoint by their environment.
	Variables func(t *state.Task, container string) ([]string, error)
	// Endpoints are variables by which SDKs in containers find the APIs.
	Endpoints []string

	engine   backend.Engine // what the user asked for
	faulty   *fault.Engine  // the same, with faults
	guard    *enginerecord.Guard
	replaces atomic.Bool // the engine that answers takes the place of the former one
	name     string
	problem  string // why no task can run at first; empty if one can
	loads    *serviceload.Board
	agent    atomic.Pointer[agent.Agent]
}

// EngineOptions are what users choose; see the options of package emulator.
type EngineOptions struct {
	Known                   *enginerecord.Record // see KnownEngine
	Backend                 backend.Engine       // given in place of one that is opened
	Kind                    string               // sim, docker, auto or the URL of one
	New                     bool                 // another engine than before may answer
	Keep                    bool                 // tasks go on after Close
	WarmSandboxes           int
	HostPorts               int
	AllowInstanceMetadata   bool
	Programs                string
	PullBehavior            PullBehavior
	ImageCache              int64
	pullsAnew               bool // the simulated engine pulls what it has, too
	SecurityGroups          SecurityGroups
	VPCRange, InstanceRange netip.Prefix
	LocalPorts              bool
	AllowHostPaths          []string
	FileSystems             map[string]string
	AllowPrivileged         bool
	StrictExec              bool
	InjectEndpoint          bool
	S3Dir                   string
}

// PullBehavior says when images are pulled.
type PullBehavior = imagepull.Behavior

// SecurityGroups says whether the rules of security groups filter.
type SecurityGroups = vpc.SecurityGroups

// Module lists what it brings.
func (e *Engine) Module() Module {
	return Module{Name: "engine", Rows: []string{"pulled-image"}, Open: e.open, Begin: e.begin, Close: e.close}
}

// open opens the engine that the options name and that the state belongs to.
func (e *Engine) open(ctx context.Context) error {
	if err := e.find(ctx); err != nil {
		return err
	}
	e.faulty = fault.New(e.engine, fault.Options{AfterFunc: func(d time.Duration, f func()) (stop func() bool) {
		return e.Clock.AfterFunc(d, f).Stop
	}})
	e.loads = e.newLoads()
	return nil
}

func (e *Engine) find(ctx context.Context) (err error) {
	choice := enginerecord.Choice{Wait: e.Known != nil && !e.New}
	if e.Backend == nil {
		bound := e.Known
		if e.New {
			bound = nil
		}
		if choice, err = enginerecord.Choose(e.Kind, bound); err != nil {
			return err
		}
	}
	if err := e.connect(ctx, &choice); err != nil {
		return err
	}
	e.guard = enginerecord.NewGuard(e.DataDir, choice.Host, e.Known)
	patience := firstAnswerTime
	if choice.Wait {
		patience = answerTime
	}
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	info, err := e.engine.Info(short)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("ask the engine about itself: %w", ctx.Err())
	case err == nil:
		if err := e.meet(ctx, info, choice); err != nil {
			return err
		}
		return e.ensurePrograms(ctx, info)
	case choice.Wait:
		if short.Err() != nil {
			err = fmt.Errorf("the engine %s has not answered within %s", e.Known, answerTime)
		}
		e.name, e.problem = e.Known.String(), err.Error()
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

// cleaner has the images that are pulled be removed, if the user wants that and the engine keeps images.
func (e *Engine) cleaner() backend.ImageCleaner {
	if e.ImageCache <= 0 {
		return nil
	}
	cleaner, ok := e.engine.(backend.ImageCleaner)
	if !ok {
		e.Log.Warn("--image-cache has no effect: this engine has no images that take room", "engine", e.name)
	}
	return cleaner
}

// meet decides what becomes of the state's tasks on the engine that there is.
func (e *Engine) meet(ctx context.Context, info backend.Info, choice enginerecord.Choice) error {
	e.name = strings.TrimSpace(info.Name + " " + info.Version)
	if info.Simulated && e.Backend == nil {
		e.Keep = false // it ends with this process, and its containers with it
	}
	refusal := e.guard.Admit(info)
	if refusal == nil {
		return nil
	}
	e.replaces.Store(e.New || info.Simulated)
	if err := e.admit(info); err != nil {
		e.problem = err.Error()
		return nil
	}
	if info.Simulated || e.Backend != nil {
		return nil
	}
	// What is left on the former engine belongs to no owner any more.
	if err := enginerecord.ForgetOwner(e.DataDir); err != nil {
		return err
	}
	if err := e.engine.Close(); err != nil {
		return err
	}
	return e.connect(ctx, &choice)
}

// admit accepts the engine that answers if it runs the tasks, or if it replaces the engine that did, whose tasks end then.
// The agent repeats this until it succeeds: on a full disk no task goes on before that, but requests are answered.
func (e *Engine) admit(info backend.Info) error {
	refusal := e.guard.Admit(info)
	if refusal == nil || !e.replaces.Load() {
		return refusal
	}
	n, err := abandon.Tasks(e.Store, e.Clock.Now(), state.EngineGone)
	if err != nil {
		return fmt.Errorf("end the tasks of the former engine: %w", err)
	}
	if n > 0 {
		e.Log.Info("stopped the tasks of another engine, because of --new-engine", "tasks", n, "engine", e.guard.Known())
	}
	if err := e.guard.Replace(info); err != nil {
		return err
	}
	e.replaces.Store(false)
	return nil
}

// ensurePrograms has the programs be there without which no task runs on Docker. An engine that
// answers later has them looked for when a task starts.
func (e *Engine) ensurePrograms(ctx context.Context, info backend.Info) error {
	engine, ok := e.engine.(*docker.Engine)
	if !ok || e.Backend != nil || e.problem != "" {
		return nil
	}
	return engine.EnsurePrograms(ctx, info.Architecture)
}

// connect opens an engine; the choice says afterwards where it is.
func (e *Engine) connect(ctx context.Context, c *enginerecord.Choice) (err error) {
	switch {
	case e.Backend != nil:
		e.engine = e.Backend
	case c.Kind == "docker":
		var engine *docker.Engine
		if engine, err = e.openDocker(ctx, *c); err == nil {
			e.engine, c.Host = engine, engine.Host()
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("open the engine: %w", ctx.Err()) // which says nothing of the engine
		}
		if !c.FallBack || !errors.Is(err, backend.ErrUnavailable) {
			return err
		}
		e.Log.Warn("no Docker engine: containers are simulated", "reason", err)
		fallthrough
	default:
		e.engine = e.newSim()
	}
	return nil
}

// newSim makes the simulation. Like AWS, it has no image before it is pulled if pulls
// shall take their time.
func (e *Engine) newSim() *sim.Engine {
	o := sim.Options{Clock: sim.ClockOf(e.Clock)}
	if e.Delays.Pull > 0 {
		o.Scripts = []sim.Rule{{Image: "*", Script: sim.Script{PullDelay: e.Delays.Pull}}}
		e.pullsAnew = true
	}
	return sim.New(o)
}

func (e *Engine) openDocker(ctx context.Context, c enginerecord.Choice) (*docker.Engine, error) {
	owner, err := enginerecord.Owner(e.DataDir)
	if err != nil {
		return nil, err
	}
	opts := docker.Options{
		Host: c.Host, Owner: owner, Log: e.Log, Unanswered: c.Wait, WarmSandboxes: max(0, e.WarmSandboxes), HostPorts: e.HostPorts,
		AllowInstanceMetadata: e.AllowInstanceMetadata, Programs: e.Programs,
	}
	if e.Keep {
		opts.Directory = e.DataDir
	}
	return docker.Open(ctx, opts)
}

// Engine is what the user asked for.
func (e *Engine) Engine() backend.Engine { return e.engine }

func (e *Engine) Faulty() *fault.Engine { return e.faulty }

func (e *Engine) Name() string { return e.name }

// Problem is why no task could run at the start: the state waits for the engine that it belongs to. It is empty if there
// was no problem.
func (e *Engine) Problem() string { return e.problem }

// Settle waits for what the engine has to tell, as far as that takes none of the clock's time.
func (e *Engine) Settle(ctx context.Context) error {
	if err := e.faulty.Settle(ctx); err != nil {
		return err
	}
	if engine, simulated := e.engine.(*sim.Engine); simulated {
		return engine.Settle(ctx)
	}
	return nil
}

func (e *Engine) close() error {
	if e.engine == nil || e.Backend != nil {
		return nil
	}
	return e.engine.Close()
}

// sweeper removes what killed emulators have left, where the engine keeps such things.
func (e *Engine) sweeper() []controllers.Loop {
	sweeper, ok := e.engine.(backend.Sweeper)
	if !ok {
		return nil
	}
	return []controllers.Loop{{Name: "sweeper", Run: func(ctx context.Context) error {
		controllers.Sweep(ctx, sweeper, e.Log)
		return nil
	}}}
}
