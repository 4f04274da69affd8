package agent

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// view is all that a decision about a task rests on.
type view struct {
	definitions []types.ContainerDefinition // overrides applied
	status      *state.TaskStatus           // containers in the order of definitions
	stop        *state.Stop
	sandbox     sandboxPhase
	busy        map[string]bool // subjects with an engine call under way
	exited      map[string]bool // containers the engine says have exited
	absent      map[string]bool // containers whose image has to be pulled
	stale       map[string]bool // containers made for a sandbox that was replaced
	now         time.Time
}

// sandboxPhase is how far the task's network namespace has come.
type sandboxPhase int

const (
	sandboxNone sandboxPhase = iota
	sandboxCreated
	sandboxRunning
	sandboxGone
)

// verb is an engine call, or a step that needs none.
type verb string

const (
	createSandbox verb = "create sandbox"
	startSandbox  verb = "start sandbox"
	removeSandbox verb = "remove sandbox"
	find          verb = "find" // look whether the image is there
	pull          verb = "pull"
	create        verb = "create"
	discard       verb = "discard" // remove, to be made again
	start         verb = "start"
	stop          verb = "stop"
	examine       verb = "examine" // find out how it exited
	cancelPull    verb = "cancel pull"
	skip          verb = "skip" // will not run: it is stopped without having started
	giveUp        verb = "give up"
)

// action is one step of a task: a verb and the container it concerns.
type action struct {
	verb      verb
	container int    // index; -1 for the sandbox
	why       string // of giveUp
}

// sandboxSubject is the key of the sandbox among the busy subjects.
const sandboxSubject = "\x00sandbox"

func (v *view) subject(a action) string {
	if a.container < 0 {
		return sandboxSubject
	}
	return v.status.Containers[a.container].Name
}

func (v *view) container(name string) *state.Container {
	for i := range v.status.Containers {
		if v.status.Containers[i].Name == name {
			return &v.status.Containers[i]
		}
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
// only to start. A pull waits for the sandbox, as it belongs to PENDING.
func plan(v *view) (actions []action, again time.Time) {
	if v.stop != nil {
		return planStop(v), time.Time{}
	}
	add := func(verb verb, container int, why string) {
		a := action{verb, container, why}
		if !v.busy[v.subject(a)] {
			actions = append(actions, a)
		}
	}
	switch v.sandbox {
	case sandboxNone:
		add(createSandbox, -1, "")
	case sandboxCreated:
		add(startSandbox, -1, "")
	}
	for i := range v.definitions {
		c := &v.status.Containers[i]
		if c.Phase == state.ContainerRunning && v.exited[c.Name] {
			add(examine, i, "")
		}
		if c.Phase == state.ContainerRunning || c.Phase == state.ContainerStopped {
			continue
		}
		verdict, why, due := dependenciesMet(&v.definitions[i], v)
		if !c.StartedAt.IsZero() {
			verdict = met // dependencies order the first start, not a restart
		}
		switch {
		case verdict == never:
			add(giveUp, i, why)
		case verdict == notYet:
			if !due.IsZero() && (again.IsZero() || due.Before(again)) {
				again = due
			}
		case c.Phase == state.ContainerNone && !v.absent[c.Name]:
			add(find, i, "")
		case c.Phase == state.ContainerNone && v.sandbox == sandboxRunning:
			add(pull, i, "")
		case c.Phase == state.ContainerCreated && v.stale[c.Name]:
			add(discard, i, "")
		case c.Phase == state.ContainerPulled && v.sandbox >= sandboxCreated:
			add(create, i, "")
		case c.Phase == state.ContainerCreated && v.sandbox == sandboxRunning:
			add(start, i, "")
		}
	}
	return actions, again
}

// planStop takes the containers down in the reverse order of their dependencies
// and the sandbox last.
func planStop(v *view) (actions []action) {
	left := false
	for i := range v.definitions {
		c := &v.status.Containers[i]
		if c.Phase == state.ContainerStopped {
			continue
		}
		left = true
		busy := v.busy[c.Name]
		switch {
		case c.Phase == state.ContainerNone && busy:
			actions = append(actions, action{cancelPull, i, ""})
		case busy:
		case c.Phase != state.ContainerRunning:
			actions = append(actions, action{skip, i, ""})
		case v.exited[c.Name]:
			actions = append(actions, action{examine, i, ""})
		case mayStop(c.Name, v):
			actions = append(actions, action{stop, i, ""})
		}
	}
	if !left && v.sandbox != sandboxGone && !v.busy[sandboxSubject] {
		actions = append(actions, action{removeSandbox, -1, ""})
	}
	return actions
}

// lastStatus is the status that ECS shows. It never goes back: whoever writes it
// keeps the furthest.
func lastStatus(v *view) string {
	all := func(phases ...state.ContainerPhase) bool {
		for i := range v.status.Containers {
			found := false
			for _, phase := range phases {
				found = found || v.status.Containers[i].Phase == phase
			}
			if !found {
				return false
			}
		}
		return true
	}
	switch {
	case v.stop != nil && v.sandbox == sandboxGone:
		return state.Stopped
	case v.stop != nil && all(state.ContainerStopped):
		return state.Deprovisioning
	case v.stop != nil:
		return state.Stopping
	case v.sandbox != sandboxRunning:
		return state.Provisioning
	case all(state.ContainerRunning, state.ContainerStopped):
		return state.Running
	default:
		return state.Pending
	}
}

// taskHealth sums up the essential containers that have a health check.
// Source: ECS developer guide, container health checks; a task without any shows
// nothing on Fargate.
func taskHealth(v *view) types.HealthStatus {
	checked, decisive, healthy := 0, 0, 0
	for i := range v.definitions {
		d, c := &v.definitions[i], &v.status.Containers[i]
		if d.HealthCheck == nil {
			continue
		}
		checked++
		if !essential(d) {
			continue
		}
		decisive++
		switch c.HealthStatus {
		case types.HealthStatusUnhealthy:
			return types.HealthStatusUnhealthy
		case types.HealthStatusHealthy:
			healthy++
		}
	}
	switch {
	case checked == 0:
		return ""
	case decisive > 0 && healthy == decisive:
		return types.HealthStatusHealthy
	default:
		return types.HealthStatusUnknown
	}
}

func essential(d *types.ContainerDefinition) bool { return d.Essential == nil || *d.Essential }
