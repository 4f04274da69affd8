package agent

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

// view is all that a decision about a task rests on.
type view struct {
	definitions []types.ContainerDefinition // overrides applied
	volumes     []volumeState               // that they mount
	resources   executionResources          // that they refer to
	targets     targets
	status      *state.TaskStatus // containers in the order of definitions
	stop        *state.Stop
	plain       bool   // it has no network interface of its own
	proxy       string // the name of the container that is its proxy of Service Connect; empty: it has none
	sandbox     sandboxPhase
	containers  []resourceState                         // beside their status
	sandboxIs   resourceState                           // likewise
	exec        func(container string) execagent.Effect // of faults
	strictExec  bool
	createdAt   time.Time
	heldUntil   time.Time // before, the task could not start: the agent had not found it, or the engine was away
	delays      Delays
	now         time.Time
}

// newView is what is known of a task when its runner is made.
func newView(status *state.TaskStatus, stop *state.Stop, plain bool) view {
	v := view{status: status, stop: stop, plain: plain, containers: make([]resourceState, len(status.Containers))}
	switch {
	case status.SandboxID == "":
	case status.Attachment.Status == "ATTACHED" || plain && v.begun():
		v.sandbox = sandboxRunning
	default:
		v.sandbox = sandboxCreated
	}
	return v
}

// sandboxPhase is how far the task's network namespace has come.
type sandboxPhase int

const (
	sandboxNone sandboxPhase = iota
	sandboxCreated
	sandboxRunning
	sandboxEnded // without having been removed
	sandboxGone
)

// verb is an engine call, or a step that needs none.
type verb string

const (
	createSandbox  verb = "create sandbox"
	startSandbox   verb = "start sandbox"
	examineSandbox verb = "examine sandbox" // find out whether it has ended
	removeSandbox  verb = "remove sandbox"
	makeVolume     verb = "make volume"
	readResources  verb = "read secrets"
	find           verb = "find" // look whether the image is there
	pull           verb = "pull"
	create         verb = "create"
	discard        verb = "discard" // remove, to be made again
	openLog        verb = "open log"
	start          verb = "start"
	stop           verb = "stop"
	examine        verb = "examine"   // find out how it exited
	cutShort       verb = "cut short" // a pull, the making of a volume, the reading of secrets, what goes before a start
	skip           verb = "skip"      // will not run: it is stopped without having started
	giveUp         verb = "give up"
)

// action is one step of a task: a verb, and what of the task it is about.
type action struct {
	verb verb
	on   resource
	why  string // of giveUp
}

// engineID is the id of a container or of the sandbox, empty when there is none.
func (v *view) engineID(on resource) string {
	if on == theSandbox {
		return v.status.SandboxID
	}
	return v.status.Containers[on.index].EngineID
}

// named finds a container by its name, or the sandbox by the agent's name for it; ok
// is false when there is no such container.
func (v *view) named(name string) (on resource, ok bool) {
	if name == enginename.Sandbox {
		return theSandbox, true
	}
	i := slices.IndexFunc(v.status.Containers, func(c state.Container) bool { return c.Name == name })
	return theContainer(i), i >= 0
}

func (v *view) container(name string) *state.Container {
	if on, ok := v.named(name); ok && on != theSandbox {
		return &v.status.Containers[on.index]
	}
	return nil
}

func (v *view) definition(name string) *types.ContainerDefinition {
	for i := range v.definitions {
		if aws.ToString(v.definitions[i].Name) == name {
			return &v.definitions[i]
		}
	}
	return nil
}

// plan says what to do next for a task, all of it at once, and when to look again
// although nothing has happened (zero: never).
//
// The sandbox's start and the containers' creation overlap, as does the look-up of
// images: the engine needs the sandbox's id to create, and the running sandbox
// only to start. Volumes are made meanwhile. A pull waits for the sandbox and for a managed
// volume, as it belongs to PENDING.
func plan(v *view) (actions []action, again time.Time) {
	if v.stop != nil {
		return planStop(v)
	}
	add := func(verb verb, on resource, why string) {
		if !v.state(on).busy {
			actions = append(actions, action{verb, on, why})
		}
	}
	switch v.sandbox {
	case sandboxNone:
		if again = v.interfaceAt(); !v.now.Before(again) {
			add(createSandbox, theSandbox, "")
			again = time.Time{}
		}
	case sandboxCreated:
		if again = v.provisionedAt(); !v.now.Before(again) {
			add(startSandbox, theSandbox, "")
			again = time.Time{}
		}
	case sandboxRunning:
		if v.state(theSandbox).exited && !v.starting() {
			add(examineSandbox, theSandbox, "")
		}
	}
	v.planVolumes(add)
	v.planResources(add)
	for i := range v.definitions {
		c, is := &v.status.Containers[i], v.state(theContainer(i))
		if c.Phase == state.ContainerRunning && is.exited {
			add(examine, theContainer(i), "")
		}
		if c.Phase == state.ContainerRunning || c.Phase == state.ContainerStopped {
			continue
		}
		if c.Phase == state.ContainerNone && !is.absent {
			add(find, theContainer(i), "") // without a look at what it depends on (ECS0066)
			continue
		}
		if is.logless && v.sandbox == sandboxRunning && !v.lacksVolume() {
			add(openLog, theContainer(i), "")
			continue
		}
		if c.Phase == state.ContainerNone && v.sandbox == sandboxRunning && !v.lacksVolume() && !v.lacksLog() {
			if v.lacksAuth(i) {
				continue
			}
			add(pull, theContainer(i), "")
			continue
		}
		verdict, why, due := dependenciesMet(&v.definitions[i], v)
		if !c.StartedAt.IsZero() {
			verdict = met // dependencies order the first start, not a restart
		}
		switch {
		case verdict == never:
			add(giveUp, theContainer(i), why)
		case verdict == notYet:
			again = sooner(again, due)
		case c.Phase == state.ContainerCreated && is.stale:
			add(discard, theContainer(i), "")
		case c.Phase == state.ContainerPulled && v.sandbox >= sandboxCreated && !v.state(theSandbox).exited && v.hasVolumes(i) && v.hasResources(i):
			add(create, theContainer(i), "")
		case c.Phase == state.ContainerCreated && v.sandbox == sandboxRunning && !v.state(theSandbox).exited && !v.lacksLog():
			add(start, theContainer(i), "")
		}
	}
	return actions, sooner(sooner(again, v.execAgentAt()), v.startsBy())
}

// starting reports whether the start of a container is under way.
func (v *view) starting() bool {
	for i, c := range v.status.Containers {
		if c.Phase == state.ContainerCreated && v.state(theContainer(i)).busy {
			return true
		}
	}
	return false
}

// begun reports whether a container has ever run.
func (v *view) begun() bool {
	return slices.ContainsFunc(v.status.Containers, func(c state.Container) bool { return !c.StartedAt.IsZero() })
}

// createPatience is how long a task that stops waits for the container that the engine is
// making. What the engine makes later, leftovers removes.
const createPatience = 10 * time.Second

// planStop takes the containers down in the reverse order of their dependencies
// and the sandbox last.
func planStop(v *view) (actions []action, again time.Time) {
	left := false
	if holds, until := v.holdsStop(); holds {
		return append(v.examineExited(), v.examineSandbox()...), until
	}
	for i := range v.definitions {
		c, is := &v.status.Containers[i], v.state(theContainer(i))
		if c.Phase == state.ContainerStopped {
			continue
		}
		left = true
		switch {
		case is.busy && (c.Phase == state.ContainerNone || c.Phase == state.ContainerCreated):
			actions = append(actions, action{cutShort, theContainer(i), ""})
		case is.busy && c.Phase == state.ContainerPulled:
			if due := v.stop.At.Add(createPatience); v.now.Before(due) {
				again = sooner(again, due)
			} else {
				actions = append(actions, action{cutShort, theContainer(i), ""})
			}
		case is.busy:
		case c.Phase != state.ContainerRunning:
			actions = append(actions, action{skip, theContainer(i), ""})
		case is.exited:
			actions = append(actions, action{examine, theContainer(i), ""})
		case mayStop(c.Name, v):
			actions = append(actions, action{stop, theContainer(i), ""})
		}
	}
	if left { // otherwise it is about to be removed
		actions = append(actions, v.examineSandbox()...)
	}
	// What the engine makes of them all the same goes with what the task has left.
	for k := range v.volumes {
		if v.state(theVolume(k)).busy {
			actions = append(actions, action{cutShort, theVolume(k), ""})
		}
	}
	if v.readingResources() {
		actions = append(actions, action{cutShort, theResources, ""})
	}
	switch {
	case v.unreported():
		again = sooner(again, v.stop.At)
	case left || v.sandbox == sandboxGone || v.state(theSandbox).busy || v.makingVolumes() || v.readingResources():
	case v.now.Before(v.deprovisionAt()):
		again = v.deprovisionAt()
	case v.now.Before(v.removeAt()):
		again = v.removeAt()
	default:
		actions = append(actions, action{removeSandbox, theSandbox, ""})
	}
	return actions, again
}

// examineSandbox looks at the sandbox of a task that stops: others may have started it again.
func (v *view) examineSandbox() (actions []action) {
	if is := v.state(theSandbox); is.exited && !is.busy && (v.sandbox == sandboxRunning || v.sandbox == sandboxEnded) {
		actions = append(actions, action{examineSandbox, theSandbox, ""})
	}
	return actions
}

// lacksLog reports whether a container's log stream is still to be made, for which all wait.
func (v *view) lacksLog() bool {
	for i := range v.status.Containers {
		if v.state(theContainer(i)).logless && v.status.Containers[i].Phase != state.ContainerStopped {
			return true
		}
	}
	return false
}

// unreported: the task ends, which ECS does not know yet.
func (v *view) unreported() bool { return v.stop != nil && v.now.Before(v.stop.At) }

// reportedStop is why the task stops, as far as ECS knows.
func (v *view) reportedStop() *state.Stop {
	if v.unreported() {
		return nil
	}
	return v.stop
}
