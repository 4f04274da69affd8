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
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/moby/moby/api/types/system"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/errand"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/image"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/stats"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// pingTimeout bounds how long Open waits for an engine that does not answer.
const pingTimeout = 5 * time.Second

// OwnerFile is the file of a data directory that holds its owner's name.
const OwnerFile = label.OwnerFile

// Options say which engine, and for whom.
type Options struct {
	// Host is the engine's address: unix://, tcp:// or ssh://. Empty is what the
	// docker command would use: DOCKER_HOST, the docker context, the default socket.
	Host string
	// Owner names the emulator. Engines with the same owner share containers and
	// networks; others neither see nor touch them. Required.
	Owner string
	// Directory is the data directory, whose OwnerFile holds the owner's name. What
	// the owner has stays when this process ends, for as long as the directory does.
	// Empty is an owner of which nothing outlives this process.
	Directory string
	// Unanswered opens an engine that does not answer yet: calls fail until it does.
	Unanswered bool
	// WarmSandboxes is how many sandboxes to keep started for the next tasks in each
	// subnet that tasks were started in lately. Zero is none.
	WarmSandboxes int
	// HostPorts is how many ports of the engine host's loopback address are published for
	// the owner where this process runs in a container of the engine; see
	// [Engine.PublishedPorts]. Zero is none.
	HostPorts int
	// AllowInstanceMetadata lets what containers send to 169.254.169.254 go on: to the metadata
	// of the machine that the engine runs on, with its credentials, where that is a cloud's.
	// Otherwise they are refused at once. It holds for sandboxes that are made from then on.
	AllowInstanceMetadata bool
	// Programs is a folder with the programs that the engine runs beside tasks, where this
	// process does not embed them; see package program. Empty is none.
	Programs string
	// Log is where the engine tells what it does of its own accord. Nil discards.
	Log *slog.Logger
}

// Engine is a backend.Engine on a Docker engine.
type Engine struct {
	host   string
	client dockerapi.Client
	owner  label.Owner
	local  bool // the engine's socket is on this machine
	log    *slog.Logger

	// closing ends what goes on by itself.
	closing context.Context
	close   context.CancelFunc

	facts      lazy.Value[facts]
	containers *containers.Store
	commands   *command.Commands
	errands    *errand.Runner
	stats      *stats.Reader
	images     *image.Store
	heartbeat  *owner.Heartbeat
	owners     *owner.Registry
	limits     *limits.Manager
	ulimits    *limits.Ulimits
	direct     lazy.Value[bool] // whether sandbox addresses can be dialled from here

	relay            *relay.Relay
	instanceMetadata bool        // Options.AllowInstanceMetadata
	readied          atomic.Bool // a sandbox has been asked whether it is ready

	run  string // tells this Engine's warm sandboxes from those of an earlier one
	warm *warm.Pool

	networks  *vpcnet.Networks
	sandboxes sync.Map // sandbox id to sandboxFacts
	leases    vpcnet.Leases
	answering answering
}

var (
	_ backend.Engine        = (*Engine)(nil)
	_ backend.Sweeper       = (*Engine)(nil)
	_ backend.Crasher       = (*Engine)(nil)
	_ backend.Relay         = (*Engine)(nil)
	_ backend.TaskMetadata  = (*Engine)(nil)
	_ backend.LoadBalancers = (*Engine)(nil)
	_ backend.RangeChecker  = (*Engine)(nil)
)

// Open connects to an engine. It asks only whether the engine answers; images,
// networks and the heartbeat are made when they are first needed. The error wraps
// backend.ErrUnavailable when the engine is not there.
func Open(ctx context.Context, opts Options) (*Engine, error) {
	if opts.Owner == "" {
		return nil, errors.New("open docker engine: no owner")
	}
	home, err := label.Here(opts.Directory)
	if err != nil {
		return nil, fmt.Errorf("find the data directory: %w", err)
	}
	at, err := endpoint.Resolve(opts.Host)
	if err != nil {
		return nil, fmt.Errorf("open docker engine: %w", err)
	}
	cli, err := at.Client()
	if err != nil {
		return nil, fmt.Errorf("open docker engine: %w", err)
	}
	ping, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	api := dockerapi.Client{Client: cli}
	if err := api.Negotiate(ping); err != nil && !opts.Unanswered {
		_ = cli.Close()
		return nil, openError(at.Host, err)
	}
	log := opts.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{
		host: at.Host, client: api, owner: label.Owner{Name: opts.Owner, Place: home}, local: at.Local(),
		log: log.With("engine", at.Host), instanceMetadata: opts.AllowInstanceMetadata,
	}
	e.containers = containers.New(e.client, e.owner, program.Finder{Folder: opts.Programs, Log: e.log}, e.architecture)
	e.images = image.New(e.client, e.log)
	e.run = label.RandomSuffix()
	e.warm = warm.New(opts.WarmSandboxes, e.createWarm, e.discardWarm, e.log)
	e.closing, e.close = context.WithCancel(context.Background())
	e.commands = command.New(e.closing, e.client, e.containers)
	if strings.HasPrefix(at.Host, "ssh://") {
		e.commands.BoundLines(command.MostLinesBySSH)
	}
	e.ulimits = limits.NewUlimits(e.log)
	e.limits = limits.New(limits.Options{
		Client: e.client, Containers: e.containers, Commands: e.commands, Owner: e.owner, Local: e.local, Log: e.log,
		Support: e.cgroups, Known: e.knownCgroups,
	})
	e.networks = vpcnet.New(vpcnet.Options{
		Client: e.client, Containers: e.containers, Owner: e.owner, Leases: &e.leases, Local: e.local, Log: e.log, Found: e.foundOnNetwork,
	})
	e.errands = errand.New(e.client, e.containers, e.owner, e.run, e.log)
	e.heartbeat = owner.NewHeartbeat(owner.HeartbeatOptions{
		Client: e.client, Containers: e.containers, Owner: e.owner, Ulimits: e.ulimits, Errands: e.errands, Local: e.local, Closing: e.closing, Log: e.log,
	})
	e.relay = relay.New(relay.Options{
		Client: e.client, Containers: e.containers, Commands: e.commands, Networks: e.networks, Owner: e.owner, Heartbeat: e.heartbeat,
		HostPorts: opts.HostPorts, Reachable: e.reachable, Closing: e.closing, Log: e.log,
	})
	e.owners = owner.New(owner.Options{
		Client: e.client, Containers: e.containers, Owner: e.owner, Limits: e.limits, Networks: e.networks, Heartbeat: e.heartbeat, Log: e.log,
	})
	e.stats = stats.New(e.closing, e.client, e.containers, e.commands, e.statsHost, e.log)
	return e, nil
}

// openError tells the user what to do about an engine that does not answer.
func openError(host string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), strings.Contains(err.Error(), "permission denied while trying to connect"): // the library's words, which wrap nothing
		return fmt.Errorf("open docker engine: permission denied on %s: join the group that owns the socket (usually %q) or use a rootless engine: %w",
			host, "docker", dockerapi.Unavailable(err))
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("open docker engine: no answer from %s within %s: %w", host, pingTimeout, dockerapi.Unavailable(err))
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("open docker engine: %w", err)
	default:
		return fmt.Errorf("open docker engine: is Docker running at %s? %w", host, dockerapi.Unavailable(err))
	}
}

// Host is the engine's address: unix:///var/run/docker.sock.
func (e *Engine) Host() string { return e.host }

// Info implements backend.Engine.
func (e *Engine) Info(ctx context.Context) (backend.Info, error) {
	info, err := e.client.Info(ctx)
	if err != nil {
		return backend.Info{}, dockerapi.Classify(err)
	}
	reachable, err := e.reachable(ctx)
	if err != nil {
		return backend.Info{}, dockerapi.Classify(err)
	}
	known := factsOf(info)
	hold, whyNot := e.limits.Hold(known.cgroups)
	return backend.Info{
		ID: info.ID, Name: "docker", Version: info.ServerVersion,
		OS: info.OSType, Architecture: known.architecture,
		CPUs: info.NCPU, Memory: info.MemTotal,
		Reachable: reachable, Groups: known.cgroups.Layout.String(), TaskLimits: hold, Unlimited: whyNot,
	}, nil
}

// EnsurePrograms has the programs be there without which no task runs, and so builds them if
// need be, on an engine of an architecture as [Engine.Info] has it. Otherwise they are looked
// for when they are first needed.
func (e *Engine) EnsurePrograms(ctx context.Context, architecture string) error {
	return e.containers.EnsurePrograms(ctx, architecture)
}

// Stats implements backend.Engine.
func (e *Engine) Stats(ctx context.Context, id string) (backend.Stats, error) {
	return e.stats.Stats(ctx, id)
}

func (e *Engine) statsHost(ctx context.Context) (stats.Host, error) {
	known, err := e.engineFacts(ctx)
	return stats.Host{Memory: known.memory, Groups: known.cgroups.Binding != limits.Unbound}, err
}

// Image implements backend.Engine.
func (e *Engine) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	return e.images.Inspect(ctx, ref, platform)
}

// Pull implements backend.Engine.
func (e *Engine) Pull(ctx context.Context, spec backend.PullSpec) error {
	return e.images.Pull(ctx, spec)
}

// Close implements backend.Engine. It removes the warm sandboxes. For the sweep of
// other emulators the owner is dead from now on, unless it has a data directory.
func (e *Engine) Close() error {
	farewell, cancel := context.WithTimeout(context.Background(), warmFarewell)
	defer cancel()
	e.warm.Disable()
	e.warm.Empty(farewell)
	if err := e.relay.Close(farewell); err != nil {
		e.log.Debug("relay not removed", "error", err)
	}
	if err := e.limits.Close(farewell); err != nil {
		e.log.Debug("cgroup manager not removed", "error", err)
	}
	if e.owner.Durable() {
		e.owners.Leave()
	}
	e.close()
	e.commands.Close()
	e.heartbeat.HangUp()
	return e.client.Close()
}

// facts are what matters about an engine and does not change while it runs.
type facts struct {
	architecture string
	// hosted says that containers run on the engine's own machine and network, not
	// in a virtual machine or a network namespace of a user.
	hosted  bool
	cgroups limits.Support
	// hostGateway says that the engine can name its host; see reachHost.
	hostGateway bool
	logDrivers  []string
	memory      int64 // of its host
}

func (e *Engine) cgroups(ctx context.Context) (limits.Support, error) {
	known, err := e.engineFacts(ctx)
	return known.cgroups, err
}

func (e *Engine) knownCgroups() (limits.Support, bool) {
	known, asked := e.facts.Peek()
	return known.cgroups, asked
}

func (e *Engine) architecture(ctx context.Context) (string, error) {
	known, err := e.engineFacts(ctx)
	return known.architecture, err
}

func (e *Engine) engineFacts(ctx context.Context) (facts, error) {
	return e.facts.Get(ctx, func(ctx context.Context) (facts, error) {
		info, err := e.client.Info(ctx)
		if err != nil {
			return facts{}, err
		}
		known := factsOf(info)
		known.hostGateway, err = e.hasHostGateway(ctx)
		if err == nil && known.cgroups.Binding == limits.Unbound {
			e.limits.WarnUnbound(known.cgroups.WhyNot)
		}
		return known, err
	})
}

// licenseOfPodman tells it from Docker. Source: Podman pkg/api/handlers/compat/info.go.
const licenseOfPodman = "Apache-2.0"

func factsOf(info system.Info) facts {
	rootless := slices.ContainsFunc(info.SecurityOptions, func(option string) bool {
		return strings.Contains(option, "rootless")
	})
	layout := limits.Layout{Version: info.CgroupVersion, Driver: info.CgroupDriver}
	how, whyNot := layout.Binding(rootless)
	if how == limits.Nested && info.ProductLicense == licenseOfPodman {
		how, whyNot = limits.Unbound, "groups of Podman's containers have other names than their ids"
	}
	return facts{
		architecture: goArchitecture(info.Architecture),
		hosted:       !rootless && info.OperatingSystem != "Docker Desktop",
		cgroups:      limits.Support{Layout: layout, Binding: how, WhyNot: whyNot}, logDrivers: info.Plugins.Log, memory: info.MemTotal,
	}
}

// goArchitecture translates what uname says, as the engine reports it.
func goArchitecture(machine string) string {
	switch machine {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "armv7l", "armv6l":
		return "arm"
	default:
		return machine
	}
}

// reachable says whether the addresses of sandboxes can be dialled from here.
func (e *Engine) reachable(ctx context.Context) (bool, error) {
	return e.direct.Get(ctx, func(ctx context.Context) (bool, error) {
		own, err := e.networks.Own(ctx)
		if err != nil || own.ID != "" {
			return err == nil, err
		}
		known, err := e.engineFacts(ctx)
		if err != nil || !e.local || !known.hosted || runtime.GOOS != "linux" {
			return false, err
		}
		return e.networks.GatewayHere(ctx)
	})
}
