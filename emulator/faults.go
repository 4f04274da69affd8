package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/instancefault"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Fault is a failure of tasks, container instances or the engine that the emulator causes.
type Fault struct {
	ID   string // given by Add
	Kind FaultKind
	// Image, Family and Container choose the containers: patterns of the image's reference, the
	// task definition's family and the container's name, in which * stands for any text. Empty
	// matches all. A PullFault takes an Image only.
	Image, Family, Container string
	// Instance is a container instance: its ARN, its id, or the id of its EC2 instance. Without
	// one, a random instance of Cluster, or of all, is used; with the same Seed it is the same
	// one each time, if instances were registered in the same order.
	Instance, Cluster string
	Seed              uint64
	// Error is the text with which a pull or a start fails. Without Error and Delay the text
	// names the emulator.
	Error string
	// Delay is how long a pull or a start takes, or how long after its start a
	// container crashes, on the emulator's clock.
	Delay time.Duration
	// Times is how often it happens; 0 means always. EngineAway does not take it.
	Times int
	// For is how long it lasts, on the emulator's clock; 0 means until it is cleared.
	For time.Duration
	// Used is how often it has happened so far.
	Used int
}

// FaultKind is the kind of a Fault.
type FaultKind string

// Kinds of faults.
const (
	// PullFault: an image cannot be pulled, or only slowly. While it lasts, images are pulled
	// even if they are local.
	PullFault FaultKind = "pull"
	// StartFault: a container cannot be started, or only slowly.
	StartFault FaultKind = "start"
	// CrashFault: a container ends with exit code 137, even one that already runs.
	CrashFault FaultKind = "crash"
	// EngineAway: the container engine does not answer. Containers live on.
	EngineAway FaultKind = "engine-away"
	// TerminateInstance: an EC2 instance is lost with its tasks. It does not come back.
	TerminateInstance FaultKind = "terminate-instance"
	// DisconnectAgent: the agent of a container instance loses its connection. Tasks go on, and
	// no task is placed there.
	DisconnectAgent FaultKind = "disconnect-agent"
	// CutOffInstance: all packets to and from a container instance and its tasks are dropped, and
	// its agent is disconnected.
	CutOffInstance FaultKind = "cut-off-instance"
)

// defaultFaultText is what the engine seems to say when it is given no text.
const defaultFaultText = "Error response from daemon: fault injected by ecs-emulator"

// Faults adds, lists and clears faults of a Server.
type Faults struct {
	engine    *fault.Engine
	clock     *clock.Clock
	instances *instancefault.Faults

	mu     sync.Mutex
	last   int
	faults []*heldFault
}

type heldFault struct {
	Fault
	rule  string // of the engine; empty for others
	on    *state.ContainerInstance
	timer *clock.Timer // that ends it, or nil
}

func newFaults(s *Server) *Faults {
	return &Faults{engine: s.faulty, clock: s.clock, instances: &instancefault.Faults{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Agent: s.currentAgent,
		Capacity: func() *capacity.Controller { return s.atWork().Capacity },
	}}
}

// Faults adds, lists and clears faults.
func (s *Server) Faults() *Faults { return s.faults }

// Add starts a fault and returns the id by which to clear it.
func (f *Faults) Add(wanted Fault) (id string, err error) {
	if err := wanted.check(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	held := &heldFault{Fault: wanted}
	switch {
	case wanted.onInstance():
		if held.on, err = f.instances.Begin(instancefault.Kind(wanted.Kind), instancefault.Target{Instance: wanted.Instance, Cluster: wanted.Cluster, Seed: wanted.Seed}); err != nil {
			return "", err
		}
		held.Instance, held.Cluster = held.on.EC2InstanceID, arn.ClusterName(held.on.ARN)
	case wanted.Kind == EngineAway:
		if slices.ContainsFunc(f.faults, func(h *heldFault) bool { return h.Kind == EngineAway }) {
			return "", errors.New("the engine is away already")
		}
		f.engine.Leave(cmp.Or(wanted.Error, "fault injected by ecs-emulator"))
	default:
		if held.rule, err = f.engine.AddRule(wanted.rule()); err != nil {
			return "", err
		}
	}
	f.last++
	held.ID = strconv.Itoa(f.last)
	if wanted.For > 0 {
		held.timer = f.clock.AfterFunc(wanted.For, func() { f.Clear(held.ID) })
	}
	f.faults = append(f.faults, held)
	return held.ID, nil
}

// List returns the faults that are in force, the oldest first.
func (f *Faults) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	used := map[string]int{}
	for _, r := range f.engine.Rules() {
		used[r.ID] = r.Used
	}
	list := make([]Fault, len(f.faults))
	for i, held := range f.faults {
		list[i] = held.Fault
		if list[i].Used = used[held.rule]; held.on != nil {
			list[i].Used = 1
		}
	}
	return list
}

// Clear ends the fault with the id, and reports whether there was one.
func (f *Faults) Clear(id string) bool {
	return f.clear(func(h *heldFault) bool { return h.ID == id }) > 0
}

// ClearAll ends all faults.
func (f *Faults) ClearAll() { f.clear(func(*heldFault) bool { return true }) }

// clear has a fault end before it is forgotten, so that no other one is added in
// between.
func (f *Faults) clear(which func(*heldFault) bool) (cleared int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = slices.DeleteFunc(f.faults, func(h *heldFault) bool {
		if which(h) {
			cleared++
			f.end(h)
			return true
		}
		return false
	})
	return cleared
}

func (f *Faults) end(h *heldFault) {
	if h.timer != nil {
		h.timer.Stop()
	}
	switch {
	case h.on != nil:
		f.instances.End(instancefault.Kind(h.Kind), h.on)
	case h.Kind == EngineAway:
		f.engine.Return()
	default:
		f.engine.RemoveRule(h.rule)
	}
}

var (
	faultKinds         = append([]FaultKind{PullFault, StartFault, CrashFault, EngineAway}, instanceFaultKinds...)
	instanceFaultKinds = []FaultKind{TerminateInstance, DisconnectAgent, CutOffInstance}
)

// onInstance: it is about one container instance.
func (f Fault) onInstance() bool { return slices.Contains(instanceFaultKinds, f.Kind) }

func (f Fault) check() error {
	switch {
	case !slices.Contains(faultKinds, f.Kind):
		return fmt.Errorf("fault %q is unknown: use pull, start, crash, engine-away, terminate-instance, disconnect-agent or cut-off-instance", f.Kind)
	case f.Delay < 0 || f.For < 0 || f.Times < 0:
		return errors.New("delay, duration and number of times of a fault cannot be negative")
	case f.Kind == PullFault && (f.Family != "" || f.Container != ""):
		return errors.New("a pull fault takes an image only: leave out family and container")
	case f.Kind == CrashFault && f.Error != "":
		return errors.New("a crash fault has no error: leave it out")
	case f.Kind == EngineAway && (f.Image != "" || f.Family != "" || f.Container != "" || f.Delay != 0 || f.Times != 0):
		return errors.New("an engine-away fault concerns all tasks: leave out image, family, container, delay and times")
	case f.onInstance() && (f.Image != "" || f.Family != "" || f.Container != "" || f.Error != "" || f.Delay != 0 || f.Times != 0):
		return errors.New("a fault of an instance takes instance and cluster only")
	case f.Kind == TerminateInstance && f.For != 0:
		return errors.New("a terminated instance does not come back: leave out the duration")
	case !f.onInstance() && (f.Instance != "" || f.Cluster != "" || f.Seed != 0):
		return errors.New("instance, cluster and seed are for faults of instances: terminate-instance, disconnect-agent, cut-off-instance")
	}
	return nil
}

// Labels of containers by which a fault finds them. Source: ECS developer guide,
// labels that the container agent sets.
const (
	familyLabel    = "com.amazonaws.ecs.task-definition-family"
	containerLabel = "com.amazonaws.ecs.container-name"
)

// rule is how the engine puts it.
func (f Fault) rule() fault.Rule {
	container := false
	r := fault.Rule{Image: f.Image, Labels: map[string]string{}, Delay: f.Delay, Error: f.Error, Times: f.Times}
	for label, pattern := range map[string]string{familyLabel: f.Family, containerLabel: f.Container} {
		if pattern != "" {
			r.Labels[label] = pattern
		}
	}
	switch f.Kind {
	case PullFault:
		r.Call = fault.Pull
	case StartFault:
		r.Call, r.Sandbox = fault.Start, &container
	case CrashFault:
		r.Call = fault.Crash
		return r
	}
	if r.Error == "" && r.Delay == 0 {
		r.Error = defaultFaultText
	}
	return r
}

// control offers the faults at /_emulator/faults.
func (f *Faults) control() control.FaultControl {
	return control.FaultControl{
		List: func() []control.Fault {
			list := []control.Fault{}
			for _, held := range f.List() {
				list = append(list, controlFault(held))
			}
			return list
		},
		Add: func(wanted control.Fault, delay, holds time.Duration) (control.Fault, error) {
			id, err := f.Add(Fault{
				Kind: FaultKind(wanted.Kind), Image: wanted.Image, Family: wanted.Family, Container: wanted.Container,
				Instance: wanted.Instance, Cluster: wanted.Cluster, Seed: wanted.Seed,
				Error: wanted.Error, Delay: delay, Times: wanted.Times, For: holds,
			})
			for _, held := range f.List() {
				if err == nil && held.ID == id { // with the instance that chance has picked
					wanted.Instance, wanted.Cluster = held.Instance, held.Cluster
				}
			}
			wanted.ID, wanted.Used = id, 0
			return wanted, err
		},
		Clear: f.Clear, ClearAll: f.ClearAll,
	}
}

func controlFault(f Fault) control.Fault {
	text := func(d time.Duration) string {
		if d == 0 {
			return ""
		}
		return d.String()
	}
	return control.Fault{
		ID: f.ID, Kind: string(f.Kind), Image: f.Image, Family: f.Family, Container: f.Container,
		Instance: f.Instance, Cluster: f.Cluster, Seed: f.Seed,
		Error: f.Error, Delay: text(f.Delay), Times: f.Times, For: text(f.For), Used: f.Used,
	}
}
