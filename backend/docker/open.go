package docker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/claim"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/errand"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/image"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/nameserver"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/session"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/spare"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/stats"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/watch"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/wayout"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

const (
	// pingTimeout bounds how long Open waits for an engine that does not answer.
	pingTimeout = 20 * time.Second
	// unansweredPingTimeout does so where Open succeeds all the same.
	unansweredPingTimeout = 5 * time.Second
)

// OwnerFile is the file of a data directory that holds its owner's name.
const OwnerFile = label.OwnerFile

// ContextPrefix stands before the name of a context of the docker command where an address of an engine could be.
const ContextPrefix = endpoint.ContextPrefix

// Options say which engine, and for whom.
type Options struct {
	// Host is the engine's address: unix://, tcp:// or ssh://, or ContextPrefix and the
	// name of a context of the docker command. Empty is what that command would use: DOCKER_HOST, the context in
	// force, the default socket.
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
	// Apart keeps the container in which this process runs, if it does, off the owner's networks: a container on one
	// more network may send what is for elsewhere through it. Sandboxes are then reached through a relay.
	Apart bool
	// Name is how messages name the engine among several. Empty: by its address.
	Name string
	// Swarm is what engines share that are in one Docker swarm: they have the same networks and give no address twice. Nil
	// is an engine by itself.
	Swarm *Swarm
	// Log is where the engine tells what it does of its own accord. Nil discards.
	Log *slog.Logger
}

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
	patience := pingTimeout
	if opts.Unanswered {
		patience = unansweredPingTimeout
	}
	ping, cancel := context.WithTimeout(ctx, patience)
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
	e := newEngine(at, api, label.Owner{Name: opts.Owner, Place: home}, opts.Swarm, log.With("engine", at.Host))
	e.metadata.instance = opts.AllowInstanceMetadata
	e.assemble(opts)
	if opts.Apart {
		e.networks.StayApart()
	}
	if opts.Swarm != nil && !opts.Unanswered {
		if err := e.checkSwarm(ping, opts.Name); err != nil && !errors.As(err, new(swarm.Outside)) { // which is for Check to tell
			_ = e.letGo()
			return nil, fmt.Errorf("open docker engine: %w", err)
		}
	}
	e.swarm.join(e)
	return e, nil
}

// newEngine returns an engine without its parts.
func newEngine(at endpoint.Endpoint, api dockerapi.Client, owner label.Owner, in *Swarm, log *slog.Logger) *Engine {
	e := &Engine{host: at.Host, context: at.Context, client: api, owner: owner, local: at.Local(), run: label.RandomSuffix(), swarm: in, log: log}
	e.closing, e.close = context.WithCancel(context.Background())
	e.silence = in.silence(e.closing, api.Ping)
	return e
}

// assemble makes the parts of an engine: first those that others need.
func (e *Engine) assemble(opts Options) {
	e.claims = claim.New(claim.Options{Client: e.client, Owner: e.owner, Run: e.run, Told: opts.Swarm != nil})
	e.containers = containers.New(e.client, e.owner, e.claims, program.Finder{Folder: opts.Programs, Log: e.log}, e.architecture)
	e.commands = command.New(e.closing, e.client, e.containers)
	if e.behindSSH() {
		e.commands.BoundLines(command.MostLinesBySSH)
	}
	e.errands = errand.New(e.client, e.containers, e.owner, e.run, e.log)
	e.sessions = session.New(e.client, e.containers, e.owner)
	e.images = image.New(e.client, e.log)
	e.stats = stats.New(stats.Options{
		Client: e.client, Containers: e.containers, Commands: e.commands, Errands: e.errands, Host: e.statsHost, LedOut: e.ledOut, Closing: e.closing, Log: e.log,
	})
	e.warm = warm.New(opts.WarmSandboxes, e.createWarm, e.discardWarm, e.log)
	e.watcher = &watch.Watcher{Client: e.client, Containers: e.containers, Owner: e.owner, Log: e.log, Hide: e.hideWarmEvent}
	if opts.Swarm != nil {
		e.watcher.Outside = e.isOutside
	}
	e.ulimits = limits.NewUlimits(e.host, e.log)
	e.limits = limits.New(limits.Options{
		Client: e.client, Containers: e.containers, Commands: e.commands, Owner: e.owner, Local: e.local, Log: e.log,
		Support: e.cgroups, Known: e.knownCgroups,
	})
	e.networks = vpcnet.New(vpcnet.Options{
		Client: e.client, Containers: e.containers, Owner: e.owner, Leases: &e.leases, Local: e.local, Log: e.log, Found: e.foundOnNetwork,
		Swarm: opts.Swarm.networks(), Name: swarm.Engine{Name: opts.Name, Host: e.host, Context: e.context}, Silence: e.silence, Quit: e.quit, MTU: e.hostMTU,
	})
	e.wayOut = wayout.New(wayout.Options{Client: e.client, Owner: e.owner, Networks: e.networks})
	e.heartbeat = owner.NewHeartbeat(owner.HeartbeatOptions{
		Client: e.client, Containers: e.containers, Owner: e.owner, Ulimits: e.ulimits, Errands: e.errands, Local: e.local, Closing: e.closing, Log: e.log,
	})
	e.owners = owner.New(owner.Options{
		Client: e.client, Containers: e.containers, Owner: e.owner, Limits: e.limits, Networks: e.networks, Heartbeat: e.heartbeat, Log: e.log,
	})
	e.resolvers = nameserver.New(nameserver.Options{
		Client: e.client, Containers: e.containers, Owner: e.owner, Local: e.local, LeadOut: e.leadOut, Bring: e.bringNetwork,
		Closing: e.closing, Log: e.log,
	})
	e.spares = spare.New(spare.Options{
		Client: e.client, Containers: e.containers, Owner: e.owner, Quiet: e.warm.Quiet, Closing: e.closing, Log: e.log,
	})
	e.relay = relay.New(relay.Options{
		Client: e.client, Containers: e.containers, Commands: e.commands, Networks: e.networks, Owner: e.owner, Heartbeat: e.heartbeat,
		HostPorts: opts.HostPorts, Reachable: e.bridgesReachable, Closing: e.closing, Log: e.log,
	})
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
