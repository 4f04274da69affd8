package backend

import (
	"errors"
	"net/netip"
	"time"
)

// ContainerSpec describes one container of a sandbox.
type ContainerSpec struct {
	Name    string
	Image   string
	Sandbox string // sandbox id
	// Network gives the container an address of its own on a network, which Inspect
	// tells, instead of the sandbox's namespace.
	Network string
	// Joins is the id of another sandbox whose namespace the container has instead of
	// that of its own; its own one goes on to bound it.
	Joins string
	// Names are those of a container with a network namespace of its own. In that of its
	// sandbox it has the sandbox's, and in the one that it joins a host name likewise: there
	// Create refuses its own. Of the others, one that joins has those of the same kind that
	// its own sandbox has, which is without a network.
	Names Names
	// Processes is the id of a sandbox, the container's own or another one, whose process
	// namespace the container has; empty is one of its own.
	Processes string
	// IPC is the id of a sandbox with SharesIPC, whose IPC namespace and shared memory the
	// container has; [NoIPC] is a namespace of its own without shared memory, empty one as
	// the engine makes it.
	IPC string
	// Ports are the TCP ports that the container's definition maps. An engine that runs the
	// image leaves them to it; the simulation serves them for an image that it does not know.
	Ports []int
	// Platform is what the image must be for: "linux/arm64"; empty is any.
	Platform string
	Labels   map[string]string
	// Log is where the output goes.
	Log Log

	EntryPoint []string
	Command    []string
	Env        []string // "K=V"
	User       string
	WorkingDir string
	TTY        bool
	OpenStdin  bool
	Init       bool

	CPUShares         int64
	CPU               int64 // hard ceiling in CPU units; 0 is none
	Memory            int64 // bytes; 0 is none
	MemoryReservation int64
	MemorySwap        int64 // bytes, as the engine counts: memory plus swap
	MemorySwappiness  *int64
	SharedMemory      int64 // bytes

	ReadonlyRootfs bool
	Privileged     bool
	CapAdd         []string
	CapDrop        []string
	SecurityOpt    []string
	Ulimits        []Ulimit
	Sysctls        map[string]string
	Tmpfs          map[string]string
	Mounts         []Mount
	VolumesFrom    []string // container names, with ":ro" to be read-only
	Devices        []Device
	Health         *HealthCheck

	// Exec has the engine prepare the container for [Executor].
	Exec bool
	// Files are put into the container before Create returns, also if its root file system is
	// read-only. A call that finds the container puts them there again. They hide what a mount has
	// in their places, and their content never gets into a volume or a folder that it mounts. Where the mount has no
	// file of that name, Docker makes an empty one, and fails if the mount is read-only.
	Files []File
	// Router is what the container does with the output of others; nil is nothing. An engine
	// that runs the image leaves it to that; the simulation prints each record.
	Router *LogRouter
}

// File is a file of a container. Folders on the way are made.
type File struct {
	Path    string // absolute
	Content []byte
}

// LogRouter receives the output of containers whose log driver is fluentd.
type LogRouter struct {
	// Socket is where they send it: a path of the engine's host.
	Socket  string
	Fluentd bool              // reads expressions as Fluentd does, and not as Fluent Bit
	Filters []LogFilter       // one after the other
	Fields  map[string]string // that each record gets
}

// LogFilter keeps the records whose line matches an expression.
type LogFilter struct {
	TagPrefix string // of the records that it is for; others pass
	Pattern   string // with slashes or without
	Drops     bool   // the records that match, instead
}

// NoIPC is an IPC namespace without shared memory.
const NoIPC = "none"

// Names are what a container is called, and how it finds others. What is empty is the
// engine's choice.
type Names struct {
	Host          string   // host name, by which others on its network find it
	Servers       []string // DNS servers
	SearchDomains []string
	Hosts         []string // "name:ip"
}

// Empty says that all is left to the engine.
func (n Names) Empty() bool {
	return n.Host == "" && len(n.Servers)+len(n.SearchDomains)+len(n.Hosts) == 0
}

// CheckNames says what is wrong with the names of a container, which shares the namespace of
// its own sandbox or does not. The words are Docker's.
func (s *ContainerSpec) CheckNames(shares bool) error {
	n := s.Names
	switch {
	case n.Host != "" && (shares || s.Joins != ""):
		return errors.New("conflicting options: hostname and the network mode")
	case shares && len(n.Servers)+len(n.SearchDomains) > 0:
		return errors.New("conflicting options: dns and the network mode")
	case shares && len(n.Hosts) > 0:
		return errors.New("conflicting options: custom host-to-IP mapping and the network mode")
	}
	return nil
}

// Log is a log driver of the engine. The zero value is a log of bounded size that Logs
// reads. Create or Start refuses a driver that the engine does not have.
type Log struct {
	Driver  string // "syslog"
	Options map[string]string
	// Ample is, without a Driver, for who follows the output and wants all of it: the log
	// then keeps enough that its reader may be away for a while.
	Ample bool
}

// Ulimit is a resource limit of a container's processes.
type Ulimit struct {
	Name       string
	Soft, Hard int64
	// Optional is left out on an engine that has no right to raise limits.
	Optional bool
}

// Mount is a bind mount (Source is a path of the engine's host) or a named volume
// (Source is a name). What it mounts is there before the container is made.
type Mount struct {
	Source   string
	Target   string
	Volume   bool
	ReadOnly bool
	// Shared as in the volume's spec.
	Shared bool
	// Bare leaves an empty volume as it is; otherwise it gets what the image has at Target.
	Bare bool
}

// Device makes a host device available. Permissions is a subset of "rwm".
type Device struct {
	HostPath, ContainerPath, Permissions string
}

// HealthCheck is run by the engine inside the container. Test starts with "CMD"
// or "CMD-SHELL". Durations are real time; a simulated engine uses its own clock.
type HealthCheck struct {
	Test                           []string
	Interval, Timeout, StartPeriod time.Duration
	Retries                        int
}

// State of a container.
type State string

// States in the order in which a container passes them.
const (
	Created State = "created"
	Running State = "running"
	Exited  State = "exited"
	// Unseen is in lists alone: the engine has the container, but does not tell about it. Of
	// such a one there is nothing but ID, Name, Labels and Sandbox.
	Unseen State = "unseen"
)

// Health of a container as its HealthCheck sees it; empty without one.
type Health string

// Health states.
const (
	Starting  Health = "starting"
	Healthy   Health = "healthy"
	Unhealthy Health = "unhealthy"
)

// Container is the observed state of a container or sandbox.
type Container struct {
	ID     string
	Name   string
	Labels map[string]string // as given in the spec
	Image  string            // its reference in the spec; empty for a sandbox
	// Sandbox says that it is one.
	Sandbox bool
	// IP is the address of a sandbox, or of a container with a Network.
	IP  netip.Addr
	MAC string
	// SandboxID is the sandbox that the container was made for.
	SandboxID string
	State     State
	ExitCode  int    // when Exited
	OOMKilled bool   // when Exited
	Error     string // the engine's own text, when it could not start
	Health    Health
	// LastCheck is what its HealthCheck found last, of an engine that tells.
	LastCheck CheckResult
	// StartedAt is zero if it never ran. Each start of a sandbox MUST give it a later millisecond: the time
	// stands for a network namespace, and for the rules about packets that hold there.
	StartedAt time.Time
	ExitedAt  time.Time
	// Outdated says of a load balancer that it runs the program of another version than the
	// one that its engine starts now. Inspect tells.
	Outdated bool
}

// CheckResult is the outcome of a HealthCheck.
type CheckResult struct {
	ExitCode int
	Output   string
}
