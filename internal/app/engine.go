package app

import (
	"context"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginehealth"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	loss "github.com/ecs-emulator/ecs-emulator/internal/host/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Engine runs containers, on one engine or on several with names, and its agent says which.
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

	set   *engines.Set // nil: none is open
	loads *serviceload.Board
	agent atomic.Pointer[agent.Agent]
	loss  atomic.Pointer[loss.Controller]

	counts enginehealth.Counts
}

// EngineOptions are what users choose; see the options of package emulator.
type EngineOptions struct {
	Known                   []enginerecord.Record // what the data directory remembers
	Backend                 backend.Engine        // given in place of one that is opened
	Places                  []engines.Place
	New                     bool          // another engine than before may answer
	LostAfter               time.Duration // see package internal/host/engines; 0: its default
	Keep                    bool          // tasks go on after Close
	WarmSandboxes           int
	HostPorts               int
	AllowInstanceMetadata   bool
	Programs                string
	PullBehavior            PullBehavior
	ImageCache              int64
	CopyImages              bool
	SecurityGroups          SecurityGroups
	VPCRange, InstanceRange netip.Prefix
	LocalPorts              bool
	AllowHostPaths          []string
	FileSystems             map[string]string
	SharedFileSystems       []string
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
	return Module{Name: "engine", Rows: []string{"pulled-image"}, Open: e.open, Offer: e.offer, Begin: e.begin, Close: e.close}
}

// open opens the engines that the options name and that the state belongs to.
func (e *Engine) open(ctx context.Context) (err error) {
	e.set, err = engines.Open(ctx, engines.Options{
		Places: e.Places, Backend: e.Backend, Known: e.Known, DataDir: e.DataDir, New: e.New, Keep: e.Keep,
		Docker: docker.Options{
			WarmSandboxes: max(0, e.WarmSandboxes), HostPorts: e.HostPorts, AllowInstanceMetadata: e.AllowInstanceMetadata, Programs: e.Programs,
		},
		PullDelay: e.Delays.Pull, Store: e.Store, Clock: e.Clock, Log: e.Log,
	})
	if err != nil {
		return err
	}
	e.loads = e.newLoads()
	e.EngineRoom.Engines = func() []engineroom.Engine { return e.set.Room(e.Agent()) }
	e.EngineRoom.Shared = e.SharedFileSystems
	return nil
}

func (e *Engine) offer() (offer Offer) {
	if e.set.Named() {
		offer.Measures = []control.Measure{control.MeasureEngines(func(ctx context.Context) []control.EngineState {
			_, all := e.Health(ctx)
			return all
		})}
	}
	return offer
}

// Set has the engines, in the order in which the user names them.
func (e *Engine) Set() *engines.Set { return e.set }

// Engine is what the user asked for, the first one of several.
func (e *Engine) Engine() backend.Engine { return e.set.First().Backend() }

// Name names the engines, for people.
func (e *Engine) Name() string { return e.set.Title() }

// Problem is why no task could run at the start: the state waits for the engine that it belongs to. It is empty if there
// was no problem.
func (e *Engine) Problem() string { return e.set.Problem() }

// KeepsTasks reports whether tasks go on after Close.
func (e *Engine) KeepsTasks() bool { return e.set.KeepsTasks() }

// Settle waits for what the engines have to tell, as far as that takes none of the clock's time.
func (e *Engine) Settle(ctx context.Context) error { return e.set.Settle(ctx) }

func (e *Engine) close() error {
	if e.set == nil {
		return nil
	}
	return e.set.Close()
}

// sweepers remove what killed emulators have left, where engines keep such things.
func (e *Engine) sweepers() (loops []controllers.Loop) {
	for _, one := range e.set.All() {
		if sweeper := one.Sweeper(); sweeper != nil {
			log := e.logOf(one)
			loops = append(loops, controllers.Loop{Name: named("sweeper", one), Run: func(ctx context.Context) error {
				controllers.Sweep(ctx, sweeper, log)
				return nil
			}})
		}
	}
	return loops
}

// logOf says of what is logged which engine it is about, where there are several.
func (e *Engine) logOf(one *engines.Engine) *slog.Logger {
	if one.Name == "" {
		return e.Log
	}
	return e.Log.With("engine", one.Name)
}

// named is a thing of an engine, for people.
func named(thing string, of *engines.Engine) string {
	if of.Name == "" {
		return thing
	}
	return thing + " of engine " + of.Name
}
