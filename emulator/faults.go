package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/instancefault"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
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
type Faults struct {
	kit       *faults.Kit
	instances *instancefault.Faults
	agents    *execAgentFaults
	calls     awsapi.CallFaults
	outages   outage.Board
}

func newFaults(s *Server) *Faults {
	f := &Faults{agents: &execAgentFaults{agent: s.currentAgent}, instances: &instancefault.Faults{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Agent: s.currentAgent,
		Capacity: func() *capacity.Controller { return s.atWork().Capacity },
	}}
	f.kit = faults.New(faults.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Engine: s.faulty, ExecAgents: f.agents,
		BeginInstance: func(wanted faults.Fault) (*state.ContainerInstance, error) {
			return f.instances.Begin(instancefault.Kind(wanted.Kind), instancefault.Target{
				Instance: wanted.Instance, Cluster: wanted.Cluster, Zone: wanted.Zone, Seed: wanted.Seed,
			})
		},
		EndInstance: func(kind faults.Kind, c *state.ContainerInstance) { f.instances.End(instancefault.Kind(kind), c) },
		APIs:        func() []string { return s.services }, Scope: s.scope(),
		Outages: &f.outages, LoseZone: f.instances.LoseZone, LookAgain: s.lookAgain, Loads: s.loads,
		AskCalls: func(on bool) {
			ask := s.onCall
			if !on {
				ask = nil
			}
			f.calls.Ask(ask)
		},
	})
	return f
}

// outages are what faults have taken the capacity of; nil where there is only the table of APIs.
func (s *Server) outages() *outage.Board {
	if s.faults == nil {
		return nil
	}
	return &s.faults.outages
}

// lookAgain has those look that wait for capacity: an outage has ended.
func (s *Server) lookAgain() {
	at := s.atWork()
	at.Groups.LookAgain()
	at.Services.LookAgain()
}

// onCall has a call go wrong as faults want it. A delay ends with the call's client, or with the emulator.
func (s *Server) onCall(ctx context.Context, c awsapi.Call) error {
	effect := s.faults.kit.OnCall(faults.Call{
		API: c.Service, Operation: c.Operation, AccessKeyID: c.AccessKeyID, Account: c.Account, Role: c.Caller.RoleARN,
	})
	if effect.Delay > 0 {
		over := time.NewTimer(effect.Delay)
		defer over.Stop()
		select {
		case <-over.C:
		case <-ctx.Done():
			return awsapi.ErrFailed
		case <-s.closing.Done():
			return awsapi.ErrFailed
		}
	}
	switch {
	case effect.Throttled:
		return awsapi.ErrThrottled
	case effect.Fails:
		return awsapi.ErrFailed
	}
	return nil
}

// Faults adds, lists and clears faults.
func (s *Server) Faults() *Faults { return s.faults }

// Add starts a fault, or has it start later, and returns the id by which to clear it.
func (f *Faults) Add(wanted Fault) (id string, err error) {
	added, err := f.kit.Add(faults.Fault(wanted))
	return added.ID, err
}

// Run adds all faults of a rehearsal, or none, and returns their ids: each begins when its At has passed.
func (f *Faults) Run(rehearsal []Fault) (ids []string, err error) {
	list := make([]faults.Fault, len(rehearsal))
	for i, one := range rehearsal {
		list[i] = faults.Fault(one)
	}
	added, err := f.kit.Run(list)
	for _, one := range added {
		ids = append(ids, one.ID)
	}
	return ids, err
}

// runFile runs the rehearsal of a file.
func (f *Faults) runFile(ctx context.Context, path string) error {
	text, err := userfile.Read(ctx, path, userfile.MiB)
	if err != nil {
		return fmt.Errorf("read the faults: %w", err)
	}
	list, err := faults.Read(text)
	if err == nil {
		_, err = f.kit.Run(list)
	}
	if err != nil {
		return fmt.Errorf("faults of %s: %w", path, err)
	}
	return nil
}

// List returns the faults that are in force or will be, the oldest first.
func (f *Faults) List() []Fault {
	list := []Fault{}
	for _, held := range f.kit.List() {
		list = append(list, Fault(held))
	}
	return list
}

// Clear ends the fault with the id, and reports whether there was one.
func (f *Faults) Clear(id string) bool { return f.kit.Clear(id) }

// ClearAll ends all faults.
func (f *Faults) ClearAll() { f.kit.ClearAll() }

// MarshalJSON writes what /_emulator/faults shows of it.
func (f Fault) MarshalJSON() ([]byte, error) { return faults.Fault(f).MarshalJSON() }

// UnmarshalJSON reads what /_emulator/faults takes.
func (f *Fault) UnmarshalJSON(text []byte) error { return (*faults.Fault)(f).UnmarshalJSON(text) }

var (
	_ json.Marshaler   = Fault{}
	_ json.Unmarshaler = (*Fault)(nil)
	_ control.Faults   = (*faults.Kit)(nil)
)
