package emulator

import (
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
)

// Fault is a failure of tasks, container instances or the engine that the emulator causes. Each kind
// takes some of the members; docs/guide/time-and-faults.md lists which.
type Fault struct {
	ID   string // given by Add
	Kind FaultKind
	// Image, Family and Container choose the containers: patterns of the image's reference, the
	// task definition's family and the container's name, in which * stands for any text. Empty
	// matches all. A PullFault takes an Image only.
	Image, Family, Container string
	// Task chooses the tasks of a fault: a pattern of the id or ARN. So does Cluster, by name or ARN.
	Task string
	// Instance is a container instance: its ARN, its id, or the id of its EC2 instance. Without
	// one, a random instance of Cluster and Zone, or of all, is used; with the same Seed it is the same
	// one each time, if instances were registered in the same order.
	Instance, Cluster string
	// Zone is an Availability Zone, such as us-east-1a, Subnet the id of a subnet, and Provider the
	// capacity provider FARGATE, which tasks without one are as well, or FARGATE_SPOT.
	Zone, Subnet, Provider string
	// Engine is the name of a container engine. Empty is all that there are.
	Engine string
	// API is the name of an API as signatures have it, such as ecs, and Operation a pattern of its
	// operations. Caller is the access key id, the account, or the name or ARN of the role of those whose
	// calls go wrong. Empty matches all.
	API, Operation, Caller string
	// Service is the name, cluster/name or ARN of a service whose tasks share a load: CPU in vCPU, Memory in MiB, and
	// Requests a second. What is zero is as without the fault.
	Service               string
	CPU, Memory, Requests float64
	// Seed, unless it is zero, has all that chance decides be the same each time.
	Seed uint64
	// Rate is the share of what the fault is about that it hits: 0.3 of the pulls. Zero is all.
	Rate float64
	// Error is the text with which a pull or a start fails. Without Error and Delay the text
	// names the emulator.
	Error string
	// Delay is how long a pull or a start takes, or how long after its start a
	// container crashes, on the emulator's clock; or how long a call takes longer, in real time.
	Delay time.Duration
	// Times is how often it happens; 0 means always.
	Times int
	// At is when it begins, from Add on, and For how long it lasts from then on, both on the emulator's
	// clock. Without At it begins at once, and without For it lasts until it is cleared.
	At, For time.Duration
	// Used is how often it has happened so far.
	Used int
}

// FaultKind is the kind of a Fault.
type FaultKind = faults.Kind

// Kinds of faults.
const (
	// PullFault: an image cannot be pulled, or only slowly. While it lasts, images are pulled
	// even if they are local.
	PullFault FaultKind = faults.Pull
	// StartFault: a container cannot be started, or only slowly.
	StartFault FaultKind = faults.Start
	// CrashFault: a container ends with exit code 137, even one that already runs.
	CrashFault FaultKind = faults.Crash
	// EngineAway: the container engine does not answer. Containers live on.
	EngineAway FaultKind = faults.EngineAway
	// EngineDown: the machine of a container engine loses its power. All that runs there ends, and the engine does not
	// answer until the fault ends.
	EngineDown FaultKind = faults.EngineDown
	// TerminateInstance: an EC2 instance is lost with its tasks. It does not come back.
	TerminateInstance FaultKind = faults.TerminateInstance
	// DisconnectAgent: the agent of a container instance loses its connection. Tasks go on, and
	// no task is placed there.
	DisconnectAgent FaultKind = faults.DisconnectAgent
	// CutOffInstance: all packets to and from a container instance and its tasks are dropped, and
	// its agent is disconnected.
	CutOffInstance FaultKind = faults.CutOffInstance
	// StopExecAgent: the execute command agents of tasks stop, and ExecuteCommand answers
	// InvalidParameterException. When the fault ends they run again.
	StopExecAgent FaultKind = faults.StopExecAgent
	// DisconnectExecAgent: the execute command agents of tasks run and cannot be reached, and
	// ExecuteCommand answers TargetNotConnectedException.
	DisconnectExecAgent FaultKind = faults.DisconnectExecAgent
	// APIThrottle: calls of AWS's APIs are throttled, in the words of each.
	APIThrottle FaultKind = faults.APIThrottle
	// APIError: calls fail with status 500.
	APIError FaultKind = faults.APIError
	// APIDelay: answers come later, by Delay.
	APIDelay FaultKind = faults.APIDelay
	// FargateCapacity: Fargate has no capacity. RunTask answers failures, and services wait.
	FargateCapacity FaultKind = faults.FargateCapacity
	// SubnetFull: a Subnet, or all of a Zone, have no free address.
	SubnetFull FaultKind = faults.SubnetFull
	// ZoneDown: a Zone is lost with what runs there, and nothing is placed or launched there.
	ZoneDown FaultKind = faults.ZoneDown
	// SpotInterruption: tasks on FARGATE_SPOT and Spot Instances are interrupted, all once or with a Rate
	// that share each minute of the clock.
	SpotInterruption FaultKind = faults.SpotInterruption
	// LoadFault: the tasks of a Service share a load on the simulated engine, as /_emulator/load has it.
	LoadFault FaultKind = faults.Load
)

// Faults adds, lists and clears faults of a Server.
type Faults struct{ of *app.Faults }

// Faults adds, lists and clears faults.
func (s *Server) Faults() *Faults { return s.faults }

// Add starts a fault, or has it start later, and returns the id by which to clear it.
func (f *Faults) Add(wanted Fault) (id string, err error) {
	added, err := f.of.Kit().Add(faults.Fault(wanted))
	return added.ID, err
}

// Run adds all faults of a rehearsal, or none, and returns their ids: each begins when its At has passed.
func (f *Faults) Run(rehearsal []Fault) (ids []string, err error) {
	list := make([]faults.Fault, len(rehearsal))
	for i, one := range rehearsal {
		list[i] = faults.Fault(one)
	}
	added, err := f.of.Kit().Run(list)
	for _, one := range added {
		ids = append(ids, one.ID)
	}
	return ids, err
}

// List returns the faults that are in force or will be, the oldest first.
func (f *Faults) List() []Fault {
	list := []Fault{}
	for _, held := range f.of.Kit().List() {
		list = append(list, Fault(held))
	}
	return list
}

// Clear ends the fault with the id, and reports whether there was one.
func (f *Faults) Clear(id string) bool { return f.of.Kit().Clear(id) }

// ClearAll ends all faults.
func (f *Faults) ClearAll() { f.of.Kit().ClearAll() }

// MarshalJSON writes what /_emulator/faults shows of it.
func (f Fault) MarshalJSON() ([]byte, error) { return faults.Fault(f).MarshalJSON() }

// UnmarshalJSON reads what /_emulator/faults takes.
func (f *Fault) UnmarshalJSON(text []byte) error { return (*faults.Fault)(f).UnmarshalJSON(text) }

var (
	_ json.Marshaler   = Fault{}
	_ json.Unmarshaler = (*Fault)(nil)
)
