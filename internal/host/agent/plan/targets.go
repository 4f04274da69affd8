package plan

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// targets are where requests find a task: targets of load balancers, and instances in Cloud Map. Package
// tasktraffic registers and deregisters them by the task's status in the store; the agent waits for that:
// before a task is RUNNING, and before its containers are told to stop.
// Source: ECS developer guide, task lifecycle, ACTIVATING and DEACTIVATING.
type targets struct {
	Wanted  bool // the task is to be registered
	Traffic state.TaskTraffic
}

// activates reports whether a task whose containers run waits for its targets.
func (v *View) activates() bool {
	return v.Targets.Wanted && v.Targets.Traffic.RegisteredAt.IsZero()
}

// deactivates reports whether a task that shall stop has had targets, or has asked for them.
func (v *View) deactivates() bool {
	s := v.Status.LastStatus
	return v.Targets.Wanted && (s == state.Activating || s == state.Running || s == state.Deactivating)
}

// holdsStop reports whether containers go on while they are sent requests, and answer those under
// way, and until when; zero is until the store says more. A task that has ended by itself
// does not wait. Source: ECS developer guide, task lifecycle, DEACTIVATING.
func (v *View) holdsStop() (holds bool, until time.Time) {
	if !v.deactivates() || v.over() {
		return false, time.Time{}
	}
	drained := v.Targets.Traffic.DrainedAt
	return drained.IsZero() || v.Now.Before(drained), drained
}

// over reports whether an essential container, or the network of the task, has ended.
func (v *View) over() bool {
	if v.Sandbox != SandboxRunning || v.State(Sandbox).Exited {
		return true
	}
	for i := range v.Definitions {
		if v.Status.Containers[i].Phase == state.ContainerStopped && taskdef.Essential(&v.Definitions[i]) {
			return true
		}
	}
	return false
}

// examineExited looks at containers that have ended meanwhile.
func (v *View) examineExited() (actions []Action) {
	for i := range v.Definitions {
		if note := v.State(Container(i)); note.Exited && !note.Busy && v.Status.Containers[i].Phase == state.ContainerRunning {
			actions = append(actions, Action{Examine, Container(i), ""})
		}
	}
	return actions
}
