package agent

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
	wanted  bool // the task is to be registered
	traffic state.TaskTraffic
}

// activates reports whether a task whose containers run waits for its targets.
func (v *view) activates() bool {
	return v.targets.wanted && v.targets.traffic.RegisteredAt.IsZero()
}

// deactivates reports whether a task that shall stop has had targets, or has asked for them.
func (v *view) deactivates() bool {
	s := v.status.LastStatus
	return v.targets.wanted && (s == state.Activating || s == state.Running || s == state.Deactivating)
}

// holdsStop reports whether containers go on while they are sent requests, and answer those under
// way, and until when; zero is until the store says more. A task that has ended by itself
// does not wait. Source: ECS developer guide, task lifecycle, DEACTIVATING.
func (v *view) holdsStop() (holds bool, until time.Time) {
	if !v.deactivates() || v.over() {
		return false, time.Time{}
	}
	drained := v.targets.traffic.DrainedAt
	return drained.IsZero() || v.now.Before(drained), drained
}

// over reports whether an essential container, or the network of the task, has ended.
func (v *view) over() bool {
	if v.sandbox != sandboxRunning || v.state(theSandbox).exited {
		return true
	}
	for i := range v.definitions {
		if v.status.Containers[i].Phase == state.ContainerStopped && taskdef.Essential(&v.definitions[i]) {
			return true
		}
	}
	return false
}

// examineExited looks at containers that have ended meanwhile.
func (v *view) examineExited() (actions []action) {
	for i := range v.definitions {
		if note := v.state(theContainer(i)); note.exited && !note.busy && v.status.Containers[i].Phase == state.ContainerRunning {
			actions = append(actions, action{examine, theContainer(i), ""})
		}
	}
	return actions
}
