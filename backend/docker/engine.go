// Package docker runs tasks as containers of a Docker engine, on this host or on
// another one.
//
// Everything it makes carries labels with the owner, the emulator that asked for
// it. What an emulator leaves behind when it is killed is removed by the next
// [Engine.Sweep] of any other one: a heartbeat container, whose standard input this
// process holds open, tells the living from the dead. An owner with a data directory
// lives on without a process, for as long as the directory is there.
package docker

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/claim"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/errand"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/image"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/nameserver"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/session"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/spare"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/stats"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/watch"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/wayout"
)

// Engine is a backend.Engine on a Docker engine.
type Engine struct {
	host    string
	context string // of the docker command; empty is none
	client  dockerapi.Client
	owner   label.Owner
	local   bool   // the engine's socket is on this machine
	run     string // tells containers of this Engine and of an earlier one of the owner apart
	log     *slog.Logger

	// closing ends what goes on by itself.
	closing context.Context
	close   context.CancelFunc

	facts  lazy.Value[facts]
	direct lazy.Value[bool] // whether sandbox addresses can be dialled from here

	claims     *claim.Claims
	containers *containers.Store
	commands   *command.Commands
	errands    *errand.Runner
	images     *image.Store
	stats      *stats.Reader
	warm       *warm.Pool
	watcher    *watch.Watcher
	limits     *limits.Manager
	ulimits    *limits.Ulimits
	networks   *vpcnet.Networks
	swarm      *Swarm // nil where the engine is by itself
	silence    *silence.Silence
	wayOut     *wayout.WayOut
	leases     vpcnet.Leases
	heartbeat  *owner.Heartbeat
	owners     *owner.Registry
	relay      *relay.Relay
	resolvers  *nameserver.Resolvers
	spares     *spare.Spares
	sessions   *session.Sessions

	sandboxes sync.Map // sandbox id to request.Sandbox
	unbegun   sync.Map // ids of sandboxes that this process has made and not started: no filter is kept there
	answering answering
	metadata  metadata
}

var (
	_ backend.Engine        = (*Engine)(nil)
	_ backend.Sweeper       = (*Engine)(nil)
	_ backend.Crasher       = (*Engine)(nil)
	_ backend.Executor      = (*Engine)(nil)
	_ backend.Relay         = (*Engine)(nil)
	_ backend.TaskMetadata  = (*Engine)(nil)
	_ backend.LoadBalancers = (*Engine)(nil)
	_ backend.Resolvers     = (*Engine)(nil)
	_ backend.RangeChecker  = (*Engine)(nil)
	_ backend.UsageReader   = (*Engine)(nil)
	_ backend.ImageCleaner  = (*Engine)(nil)
)

// Host is the engine's address: unix:///var/run/docker.sock.
func (e *Engine) Host() string { return e.host }

// behindSSH reports whether each stream through the engine costs a session of ssh.
func (e *Engine) behindSSH() bool { return strings.HasPrefix(e.host, "ssh://") }

// Info implements backend.Engine.
func (e *Engine) Info(ctx context.Context) (backend.Info, error) {
	info, err := e.client.Info(ctx)
	if err != nil {
		if e.swarm != nil && ctx.Err() != nil { // what is done for others need not wait for it first
			e.silence.Doubt()
		}
		return backend.Info{}, dockerapi.Classify(err)
	}
	reachable, err := e.reachable(ctx)
	if err != nil {
		return backend.Info{}, dockerapi.Classify(err)
	}
	if e.swarm != nil {
		e.networks.See(info.Swarm)
	}
	known := factsOf(info)
	hold, whyNot := e.limits.Hold(known.cgroups)
	at, _ := time.Parse(time.RFC3339Nano, info.SystemTime) // zero: it is not known
	return backend.Info{
		ID: info.ID, Name: "docker", Version: info.ServerVersion,
		OS: info.OSType, Architecture: known.architecture,
		CPUs: info.NCPU, Memory: info.MemTotal,
		Reachable: reachable, Groups: known.cgroups.Layout.String(), TaskLimits: hold, Unlimited: whyNot, Time: at,
		Unfit: e.outside(ctx, info.Swarm),
	}, nil
}

// EnsurePrograms finds the programs that every task needs, for an architecture as [Engine.Info] has
// it, and builds them if need be. Without it they are looked for when they are first needed.
func (e *Engine) EnsurePrograms(ctx context.Context, architecture string) error {
	return e.containers.EnsurePrograms(ctx, architecture)
}

// Stats implements backend.Engine.
func (e *Engine) Stats(ctx context.Context, id string) (backend.Stats, error) {
	return e.stats.Stats(ctx, id)
}

// Usage implements backend.UsageReader.
func (e *Engine) Usage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	return e.stats.Usage(ctx, ids)
}

// Watch implements backend.Engine.
func (e *Engine) Watch(ctx context.Context, labels map[string]string, fn func(backend.Event)) error {
	return e.watcher.Watch(ctx, labels, fn)
}

// Image implements backend.Engine.
func (e *Engine) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	return e.images.Inspect(ctx, ref, platform)
}

// Pull implements backend.Engine.
func (e *Engine) Pull(ctx context.Context, spec backend.PullSpec) error {
	return e.images.Pull(ctx, spec)
}

// Images implements backend.ImageCleaner.
func (e *Engine) Images(ctx context.Context) ([]backend.StoredImage, error) {
	return e.images.List(ctx)
}

// ImageStamp implements backend.ImageCleaner.
func (e *Engine) ImageStamp(ctx context.Context, id string) (string, error) {
	return e.images.Stamp(ctx, id)
}

// RemoveImage implements backend.ImageCleaner.
func (e *Engine) RemoveImage(ctx context.Context, id string, names []string) error {
	return e.images.Remove(ctx, id, names)
}
