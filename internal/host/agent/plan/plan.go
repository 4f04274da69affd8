// Package plan decides what comes next for a task, of what is known of it: which engine calls to make, when to look
// again, and which status ECS shows. It calls no engine and reads no clock, and changes nothing but the [View] of the task.
package plan

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// View is all that a decision about a task rests on.
type View struct {
	Definitions []types.ContainerDefinition // overrides applied
	Volumes     []VolumeState               // that they mount
	Resources   executionResources          // that they refer to
	Targets     targets
	Status      *state.TaskStatus // containers in the order of definitions
	Stop        *state.Stop
	Plain       bool   // it has no network interface of its own
	Bridge      bool   // its containers have addresses on a bridge
	Proxy       string // the name of the container that is its proxy of Service Connect; empty: it has none
	Sandbox     sandboxPhase
	containers  []resourceState                         // beside their status
	sandboxIs   resourceState                           // likewise
	Exec        func(container string) execagent.Effect // of faults
	StrictExec  bool
	CreatedAt   time.Time
	HeldUntil   time.Time // before, the task could not start: the agent had not found it, or the engine was away
	Delays      Delays
	Now         time.Time
}

// NewView is what is known of a task when its runner is made.
func NewView(status *state.TaskStatus, stop *state.Stop, plain bool) View {
	v := View{Status: status, Stop: stop, Plain: plain, containers: make([]resourceState, len(status.Containers))}
	switch {
	case status.SandboxID == "":
	case status.Attachment.Status == "ATTACHED" || plain && v.Begun():
		v.Sandbox = SandboxRunning
	default:
		v.Sandbox = SandboxCreated
	}
	return v
}

// sandboxPhase is how far the task's network namespace has come.
type sandboxPhase int

const (
	SandboxNone sandboxPhase = iota
	SandboxCreated
	SandboxRunning
	SandboxEnded // without having been removed
	SandboxGone
)

// Verb is an engine call, or a step that needs none.
type Verb string

const (
	CreateSandbox  Verb = "create sandbox"
	StartSandbox   Verb = "start sandbox"
	ExamineSandbox Verb = "examine sandbox" // find out whether it has ended
	RemoveSandbox  Verb = "remove sandbox"
	MakeVolume     Verb = "make volume"
	ReadResources  Verb = "read secrets"
	Find           Verb = "find" // look whether the image is there
	Pull           Verb = "pull"
	Create         Verb = "create"
	Discard        Verb = "discard" // remove, to be made again
	OpenLog        Verb = "open log"
	Start          Verb = "start"
	Stop           Verb = "stop"
	Examine        Verb = "examine"   // find out how it exited
	CutShort       Verb = "cut short" // a pull, the making of a volume, the reading of secrets, what goes before a start
	Skip           Verb = "skip"      // will not run: it is stopped without having started
	GiveUp         Verb = "give up"
)

// Action is one step of a task: a verb, and what of the task it is about.
type Action struct {
	Verb Verb
	On   Resource
	Why  string // of GiveUp
}

// EngineID is the id of a container or of the sandbox, empty when there is none.
func (v *View) EngineID(on Resource) string {
	if on == Sandbox {
		return v.Status.SandboxID
	}
	return v.Status.Containers[on.Index].EngineID
}

// Named finds a container by its name, or the sandbox by the agent's name for it; ok
// is false when there is no such container.
func (v *View) Named(name string) (on Resource, ok bool) {
	if name == enginename.Sandbox {
		return Sandbox, true
	}
	i := slices.IndexFunc(v.Status.Containers, func(c state.Container) bool { return c.Name == name })
	return Container(i), i >= 0
}

func (v *View) Container(name string) *state.Container {
	if on, ok := v.Named(name); ok && on != Sandbox {
		return &v.Status.Containers[on.Index]
	}
	return nil
}

func (v *View) Definition(name string) *types.ContainerDefinition {
	for i := range v.Definitions {
		if aws.ToString(v.Definitions[i].Name) == name {
			return &v.Definitions[i]
		}
	}
	return nil
}

// Next says what to do next for a task, all of it at once, and when to look again
// although nothing has happened (zero: never).
//
// The sandbox's start and the containers' creation overlap, as does the look-up of
// images: the engine needs the sandbox's id to create, and the running sandbox
// only to start. Volumes are made meanwhile. A pull waits for the sandbox and for a managed
// volume, as it belongs to PENDING.
func Next(v *View) (actions []Action, again time.Time) {
	if v.Stop != nil {
		return planStop(v)
	}
	add := func(verb Verb, on Resource, why string) {
		if !v.State(on).Busy {
			actions = append(actions, Action{verb, on, why})
		}
	}
	switch v.Sandbox {
	case SandboxNone:
		if again = v.interfaceAt(); !v.Now.Before(again) {
			add(CreateSandbox, Sandbox, "")
			again = time.Time{}
		}
	case SandboxCreated:
		if again = v.provisionedAt(); !v.Now.Before(again) {
			add(StartSandbox, Sandbox, "")
			again = time.Time{}
		}
	case SandboxRunning:
		if v.State(Sandbox).Exited && !v.starting() {
			add(ExamineSandbox, Sandbox, "")
		}
	}
	v.planVolumes(add)
	v.planResources(add)
	for i := range v.Definitions {
		c, is := &v.Status.Containers[i], v.State(Container(i))
		if c.Phase == state.ContainerRunning && is.Exited {
			add(Examine, Container(i), "")
		}
		if c.Phase == state.ContainerRunning || c.Phase == state.ContainerStopped {
			continue
		}
		if c.Phase == state.ContainerNone && !is.Absent {
			add(Find, Container(i), "") // without a look at what it depends on (ECS0066)
			continue
		}
		if is.Logless && v.Sandbox == SandboxRunning && !v.lacksVolume() {
			add(OpenLog, Container(i), "")
			continue
		}
		if c.Phase == state.ContainerNone && v.Sandbox == SandboxRunning && !v.lacksVolume() && !v.lacksLog() {
			if v.lacksAuth(i) {
				continue
			}
			add(Pull, Container(i), "")
			continue
		}
		verdict, why, due := dependenciesMet(&v.Definitions[i], v)
		if !c.StartedAt.IsZero() {
			verdict = met // dependencies order the first start, not a restart
		}
		switch {
		case verdict == never:
			add(GiveUp, Container(i), why)
		case verdict == notYet:
			again = sooner(again, due)
		case c.Phase == state.ContainerCreated && is.Stale:
			add(Discard, Container(i), "")
		case c.Phase == state.ContainerPulled && v.Sandbox >= SandboxCreated && !v.State(Sandbox).Exited &&
			v.hasVolumes(i) && v.hasResources(i) && v.hasRouterAddress(i):
			add(Create, Container(i), "")
		case c.Phase == state.ContainerCreated && v.Sandbox == SandboxRunning && !v.State(Sandbox).Exited && !v.lacksLog():
			add(Start, Container(i), "")
		}
	}
	return actions, sooner(sooner(again, v.execAgentAt()), v.StartsBy())
}

// starting reports whether the start of a container is under way.
func (v *View) starting() bool {
	for i, c := range v.Status.Containers {
		if c.Phase == state.ContainerCreated && v.State(Container(i)).Busy {
			return true
		}
	}
	return false
}

// Begun reports whether a container has ever run.
func (v *View) Begun() bool {
	return slices.ContainsFunc(v.Status.Containers, func(c state.Container) bool { return !c.StartedAt.IsZero() })
}

// CreatePatience is how long a task that stops waits for the container that the engine is
// making. What the engine makes later, leftovers removes.
const CreatePatience = 10 * time.Second

// planStop takes the containers down in the reverse order of their dependencies
// and the sandbox last.
func planStop(v *View) (actions []Action, again time.Time) {
	left := false
	if holds, until := v.holdsStop(); holds {
		return append(v.examineExited(), v.examineSandbox()...), until
	}
	for i := range v.Definitions {
		c, is := &v.Status.Containers[i], v.State(Container(i))
		if c.Phase == state.ContainerStopped {
			continue
		}
		left = true
		switch {
		case is.Busy && (c.Phase == state.ContainerNone || c.Phase == state.ContainerCreated):
			actions = append(actions, Action{CutShort, Container(i), ""})
		case is.Busy && c.Phase == state.ContainerPulled:
			if due := v.Stop.At.Add(CreatePatience); v.Now.Before(due) {
				again = sooner(again, due)
			} else {
				actions = append(actions, Action{CutShort, Container(i), ""})
			}
		case is.Busy:
		case c.Phase != state.ContainerRunning:
			actions = append(actions, Action{Skip, Container(i), ""})
		case is.Exited:
			actions = append(actions, Action{Examine, Container(i), ""})
		case MayStop(c.Name, v) || v.isUnread(i):
			actions = append(actions, Action{Stop, Container(i), ""})
		}
	}
	if left { // otherwise it is about to be removed
		actions = append(actions, v.examineSandbox()...)
	}
	// What the engine makes of them all the same goes with what the task has left.
	for k := range v.Volumes {
		if v.State(Volume(k)).Busy {
			actions = append(actions, Action{CutShort, Volume(k), ""})
		}
	}
	if v.readingResources() {
		actions = append(actions, Action{CutShort, Resources, ""})
	}
	switch {
	case v.Unreported():
		again = sooner(again, v.Stop.At)
	case left || v.Sandbox == SandboxGone || v.State(Sandbox).Busy || v.makingVolumes() || v.readingResources():
	case v.Now.Before(v.deprovisionAt()):
		again = v.deprovisionAt()
	case v.Now.Before(v.removeAt()):
		again = v.removeAt()
	default:
		actions = append(actions, Action{RemoveSandbox, Sandbox, ""})
	}
	return actions, again
}

// examineSandbox looks at the sandbox of a task that stops: others may have started it again.
func (v *View) examineSandbox() (actions []Action) {
	if is := v.State(Sandbox); is.Exited && !is.Busy && (v.Sandbox == SandboxRunning || v.Sandbox == SandboxEnded) {
		actions = append(actions, Action{ExamineSandbox, Sandbox, ""})
	}
	return actions
}

// lacksLog reports whether a container's log stream is still to be made, for which all wait.
func (v *View) lacksLog() bool {
	for i := range v.Status.Containers {
		if v.State(Container(i)).Logless && v.Status.Containers[i].Phase != state.ContainerStopped {
			return true
		}
	}
	return false
}

// Unreported reports whether the task ends, which ECS does not know yet.
func (v *View) Unreported() bool { return v.Stop != nil && v.Now.Before(v.Stop.At) }

// ReportedStop is why the task stops, as far as ECS knows.
func (v *View) ReportedStop() *state.Stop {
	if v.Unreported() {
		return nil
	}
	return v.Stop
}

// AtEnd says whether a call that has begun may finish when the agent ends: one
// that makes or removes something. Cut off, the engine would go on with it unseen, and
// the removal of everything would miss it then, or remove a container in the middle
// of its start.
func (v Verb) AtEnd() enginecall.AtEnd {
	switch v {
	case CreateSandbox, StartSandbox, RemoveSandbox, MakeVolume, Create, Discard, Start:
		return enginecall.Finish
	default:
		return enginecall.CutOff
	}
}
