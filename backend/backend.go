// Package backend is the seam between ECS policy and what runs containers.
//
// An [Engine] knows sandboxes, containers, images and networks, and nothing of
// ECS: essential containers, dependency order, stop reasons and health live once,
// in internal/host/agent. Two engines ship, backend/docker and backend/sim; both pass
// the suite in backend/backendtest, which is the contract in executable form.
//
// The package imports the standard library only. It and backendtest are what an engine of your
// own needs; the engines below it may change at any time.
package backend

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// Engine runs the containers of tasks.
//
// Every method is safe for concurrent use and idempotent: repeating a call that
// succeeded succeeds again. A method that names something the engine does not have
// returns a [*NotFoundError], unless stated otherwise. An engine sees only what its
// own owner created. It identifies a container by id, or by name while the id is
// not known; labels say whose a container is, and nothing else.
//
// A call returns when its context ends. The caller sets deadlines.
//
// Engines of one owner may share their networks. Then a name is one network and an address one
// sandbox on all of them, sandboxes reach each other and know each other's names, and each engine
// says the same of networks and addresses, also where they are on an engine that does not answer. All else is
// an engine's own: containers with their events, images, volumes, isolated networks. The suite's
// RunPair is about two of them.
type Engine interface {
	// Info describes the engine. It MUST fail with [ErrUnavailable] while the
	// engine cannot be reached.
	Info(ctx context.Context) (Info, error)

	// EnsureNetwork makes a network, or finds the one that this owner already made
	// under that name, also with another range.
	EnsureNetwork(ctx context.Context, spec NetworkSpec) (Network, error)
	// ReserveAddress takes an address of a subnet, before there is a sandbox that
	// has it. A subnet of one address (/32) reserves that address, also if a sandbox
	// has it; again is harmless. It returns [ErrSubnetFull] when no address is free.
	// Reservations last as long as the Engine value: who keeps an address longer
	// reserves it again.
	ReserveAddress(ctx context.Context, network string, subnet netip.Prefix) (netip.Addr, error)
	// ReleaseAddress ends a reservation. A sandbox that has the address keeps it.
	ReleaseAddress(network string, address netip.Addr)

	// RemoveNetwork removes a network that EnsureNetwork made, when nothing of this
	// owner runs on it any more, on any engine that answers. What has stopped there cannot start
	// again. Gone is success.
	RemoveNetwork(ctx context.Context, name string) error
	// Networks returns this owner's networks that carry all labels.
	Networks(ctx context.Context, labels map[string]string) ([]Network, error)
	// SetTraffic says what a running sandbox does with packets; it replaces what was
	// said before, and what is said twice is harmless. A sandbox that Start starts again
	// begins anew; one that others start again MAY go on with it. It returns [ErrNoSandbox] for one that does not run.
	SetTraffic(ctx context.Context, sandboxID string, t Traffic) error
	// SetFilter says what the address of a running sandbox takes and sends; nil is
	// everything. It replaces what was said before as a whole: at no time more passes, or
	// less, than with one of the two. What is said twice is harmless. A sandbox that Start
	// starts again begins without; one that others start again MAY go on with it. It returns [ErrNoSandbox] for one that does not run, and
	// [ErrNoFilter] with what is missing where the engine's kernel cannot do it. The engine
	// keeps f, which must not change any more.
	SetFilter(ctx context.Context, sandboxID string, f *Filter) error

	Storage

	// Image inspects a local image; it MUST NOT pull. A name may stand for images of several
	// platforms: it tells of the one for the platform that is asked for, as in
	// [PullSpec], and where there is none of the one that the engine would take.
	Image(ctx context.Context, ref, platform string) (Image, error)
	// Pull fetches an image. It may take long, and the engine ends a pull that makes
	// no progress, with a [*BrokenPullError]. The error text is the engine's own, because it ends
	// up in the container's reason. It returns [ErrNoPlatform] where there are images of that
	// name, but for other platforms alone.
	Pull(ctx context.Context, spec PullSpec) error

	// CreateSandbox makes the network namespace of a task and gives it an address.
	// A sandbox is a container for Start, Stop, Remove, Inspect and List. It may be
	// running already; Start succeeds then as well, and only after Start do its
	// limits hold. With the same Name it returns the sandbox that exists. It
	// returns [ErrSubnetFull] when the subnet has no free address, and
	// [ErrAddressInUse] when another sandbox has the address asked for.
	CreateSandbox(ctx context.Context, spec SandboxSpec) (Container, error)
	// Create makes a container, stopped. With the same Name it returns the id of
	// the container that exists. The error text is the engine's own. It returns
	// [ErrSubnetFull] when the Network of the container has no free address.
	Create(ctx context.Context, spec ContainerSpec) (id string, err error)
	// Start starts a created container, or runs an exited one again. The error
	// text is the engine's own. It returns [ErrNoSandbox] for a container whose
	// sandbox, the one it joins included, does not run, and for a sandbox whose
	// parent does not; the sandboxes whose Processes and IPC a container has are among
	// them. For a sandbox it returns [ErrAddressInUse] when
	// another container on the network has its address, and the next sandbox gets
	// another one; and [ErrNoCapacity] when the network takes no more sandboxes.
	Start(ctx context.Context, id string) error
	// Stop sends the stop signal, waits up to grace (real time), kills, and
	// returns once the container is no longer running.
	Stop(ctx context.Context, id string, grace time.Duration) error
	// Remove removes a container, killing it if it runs. Gone is success. What is
	// inside the limits of a sandbox is to be removed before it.
	Remove(ctx context.Context, id string) error
	// Inspect returns the state of one container.
	Inspect(ctx context.Context, id string) (Container, error)
	// Stats returns the counters of a running container. Of one that does not run it returns
	// [ErrNotRunning].
	Stats(ctx context.Context, id string) (Stats, error)
	// List returns this owner's containers and sandboxes that carry all labels,
	// in any state. One that the engine cannot tell about, or not soon, is [Unseen]: it
	// does not hold up the others.
	List(ctx context.Context, labels map[string]string) ([]Container, error)

	// Watch calls fn for each event of the containers that carry all labels, in
	// order, one at a time, until ctx ends. It calls fn with [Resync] once it
	// listens and after each gap: what happened before is then to be read with
	// List. It calls fn with [Disconnected] when the engine is lost or no longer
	// answers, and reconnects by itself. Events wait while fn runs. It returns nil
	// or the error of ctx.
	Watch(ctx context.Context, labels map[string]string, fn func(Event)) error

	// Logs writes the output of a container, which may have stopped. It returns
	// at what was the end of the output when it began, or with Follow when the container
	// stops; and when Write fails, with its error. The error of a log driver that cannot be read is
	// the engine's own text. Where nothing was dropped meanwhile, lines come in the same
	// order whenever they are read, and with the same times.
	Logs(ctx context.Context, id string, opts LogOptions) error
	// Dial connects to a port inside a sandbox, as its loopback or its own address would
	// answer. The network is "tcp" or "udp"; of the latter, each Write sends a datagram
	// and each Read receives one, whose end is lost where it is longer than the buffer.
	// An engine MAY refuse "udp", with [ErrNoUDP].
	Dial(ctx context.Context, network, sandboxID string, port int) (net.Conn, error)

	Executor

	// RemoveAll removes every container, network and volume of this owner; shared volumes
	// stay, and so do networks on which another engine has something.
	RemoveAll(ctx context.Context) error
	// Close releases the connection; containers stay.
	Close() error
}

// Sweeper is implemented by engines that outlive the emulator. Sweep removes what
// owners left behind that no longer live, never what belongs to a live one.
type Sweeper interface {
	Sweep(ctx context.Context) (removed int, err error)
}

// Crasher is implemented by engines that can end a running container as if its
// process had died: with exit code 137 (SIGKILL), and without a request to stop. A
// container that does not run stays as it is.
type Crasher interface {
	Crash(ctx context.Context, id string) error
}

// PowerCutter is implemented by engines on which more runs than List tells, such as what leads packets. CutPower ends all that
// runs of the owner as Crash ends a container: as if the engine's machine had lost its power.
type PowerCutter interface {
	CutPower(ctx context.Context) error
}

// PullRules is implemented by engines whose pulls can go wrong on purpose: those of package fault.
type PullRules interface {
	// PullActs decides about the next pull of an image by the name that a task definition has for it, and reports whether
	// there must be one although the image may be local.
	PullActs(named string) bool
}

// Info describes an engine.
type Info struct {
	// ID tells this engine from any other one, also at the same address: an engine
	// whose data was wiped has another. Empty is not known.
	ID           string
	Name         string // "docker" or "sim"
	Version      string
	OS           string // GOOS of the engine: "linux"
	Architecture string // GOARCH of the engine: "amd64", "arm64"
	CPUs         int
	Memory       int64 // bytes
	// Reachable says whether the addresses of sandboxes can be dialled from this
	// process's own host. If not, only Dial reaches them.
	Reachable bool
	// Simulated says that nothing runs: there may be more tasks than a host could
	// give ports to.
	Simulated bool
	// Groups is for people: how the engine bounds containers. Empty is nothing to tell.
	Groups string
	// TaskLimits says whether SandboxSpec.CPU and Memory bound the sum of the
	// sandbox's containers. If not, only per-container limits hold, and Unlimited says
	// why. It may turn false when the first sandbox is made, which shows whether it can.
	TaskLimits bool
	Unlimited  string
	// Time is what its machine's clock said when it answered; zero is not known.
	Time time.Time
	// Unfit is why no task must run on the engine although it answers, such as that it has left its swarm. Empty: tasks may.
	Unfit string
}

// NetworkSpec asks for a network.
type NetworkSpec struct {
	Name string // unique per owner: the VPC id
	// CIDR is the range. The zero Prefix leaves it to the engine, which picks a /16.
	// [ErrAddressInUse] is returned when another network has part of it, with a text that
	// names that one.
	CIDR netip.Prefix
	// Exact is for a range that a user has planned. No network that the user prepared
	// stands for it; all of it is for sandboxes; and what the engine's host has elsewhere
	// counts as in use, where the engine can tell, as for a CIDR that is Isolated.
	Exact bool
	// Gateway is the address that containers route through. The zero Addr is the
	// first of the range.
	Gateway netip.Addr
	// Isolated keeps the engine's host off the network: the gateway's address is
	// left to a sandbox, and without one nothing leads out. It is of one engine, also where
	// several share their networks; of its range they all know.
	Isolated bool
	// Resolver has sandboxes on it ask a DNS server of the network's own: see Resolvers. Engines that have
	// none leave it out.
	Resolver bool
	Labels   map[string]string
}

// Network is one network on the engine.
type Network struct {
	ID   string
	Name string
	// CIDR is the range. To containers that only their user put on the
	// network, the engine gives addresses of the last sixteenth; sandboxes get
	// the others. Of an Exact one it gives what is free, and a sandbox may find its
	// address taken. Engines that share networks keep the last addresses of an Exact one for
	// themselves, eight if they are two.
	CIDR    netip.Prefix
	Gateway netip.Addr
	Labels  map[string]string // as given in the spec
}

// Image is what the engine knows about a local image.
type Image struct {
	ID           string
	Digests      []string // RepoDigests: "repo@sha256:…"; empty for images built here
	Architecture string
	OS           string
	Env          []string // NAME=VALUE that containers of it have
}

// PullSpec asks for an image. Auth nil means the user's own `docker login`
// credentials where the engine has such a thing.
type PullSpec struct {
	Ref      string
	Named    string // the image by the name that a task definition has for it, if not as Ref says
	Tag      string // that the image gets as well; empty is none. Of simulated engines it has the one of Ref alone.
	Platform string // "linux/arm64"; empty is the engine's own
	Auth     *RegistryAuth
	// Progress is given, unless it is nil, a function that tells how many bytes have come of those that are known of. An engine
	// MAY leave it out.
	Progress func(read func() (done, total int64))
}

// RegistryAuth is a registry login.
type RegistryAuth struct {
	Username, Password string
	// Principal tells who logs in, where each login of the same principal has a password of its own. Empty: the password does.
	Principal string
}

// LogOptions selects output. Lines of both streams are passed on in order.
type LogOptions struct {
	Follow bool
	Since  time.Time
	// Tail is how many of the last lines: 0 is all, and -1 none but, with Follow, those yet to come.
	Tail int
	// Write receives each line without its line break. stderr tells the stream.
	Write func(at time.Time, stderr bool, line string) error
	// CaughtUp is told, unless it is nil, when Write has received all that there is and
	// Logs is about to wait for more. An engine MAY leave it out.
	CaughtUp func()
}
