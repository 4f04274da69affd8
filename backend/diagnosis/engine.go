package diagnosis

import (
	"net/netip"
	"time"
)

// Engine is what an engine says about itself before anything is made there. Where it says nothing, Trouble and Error
// are why.
type Engine struct {
	Host  string // unix:///var/run/docker.sock
	Local bool   // it is spoken to over a socket of this machine
	// Trouble is why it cannot be used; empty: it answers.
	Trouble Trouble
	Error   string

	Product      string // docker or podman
	Version      string
	APIVersion   string // the highest that it speaks
	OS           string // GOOS: linux
	System       string // "Debian GNU/Linux 12 (bookworm)", "Docker Desktop"
	Kernel       string
	Architecture string // GOARCH
	Rootless     bool
	// Containerd says that images are in containerd's store, not in the engine's own.
	Containerd    bool
	StorageDriver string
	DataRoot      string // the directory of its data, on its host
	// Hosted says that containers run on the engine's own machine and network, not in a virtual machine.
	Hosted bool

	Groups      string // how it bounds containers: control groups of version 1, cgroupfs
	Unbound     string // why the sum of a task's containers is not bounded; empty: it is
	MemoryLimit bool   // memory of a container can be limited
	SwapLimit   bool   // and its swap
	CPULimit    bool

	// Clock is the engine's time when this machine's was Asked, give or take Within.
	Clock, Asked time.Time
	Within       time.Duration

	// HostGateway says that containers find the engine's host as host.docker.internal.
	HostGateway bool
	// Fluentd says that it has the log driver of log routers.
	Fluentd bool
	// Container is the name of the engine's container that this process runs in; empty is none.
	Container string

	Networks []Network
	Ports    []Port
	// FreeRange is what the default VPC would get, unless it is told; the zero Prefix: none is free.
	FreeRange netip.Prefix
}

// Trouble is why an engine cannot be used.
type Trouble string

// Values of Trouble.
const (
	NoSocket Trouble = "no socket"
	Denied   Trouble = "permission denied"
	Refused  Trouble = "refused"
	Silent   Trouble = "no answer"
	TooOld   Trouble = "too old"
	TooNew   Trouble = "too new"
	Unusable Trouble = "unusable" // Error says why
)

// Network is a network of an engine with one of its ranges.
type Network struct {
	Name  string
	Owner string // the emulator that made it; empty is none
	Range netip.Prefix
}

// Port is a port of the engine's host that leads to a container.
type Port struct {
	Container string
	Address   netip.Addr // the zero Addr is all
	Port      uint16
	Protocol  string // tcp or udp
}

// Owner is an emulator that has things on an engine.
type Owner struct {
	ID string
	// State is live, kept, dead or unknown, as `ecs-emulator prune` shows it.
	State                         string
	Directory                     string
	Containers, Networks, Volumes int
	SharedVolumes                 int // that outlive their owner
}

// Dead is the state of an owner that never comes back.
const Dead = "dead"
