package autoscaling

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var lifecycleHooks = store.NewTable("autoscaling-lifecycle-hook", func(h *LifecycleHook) string {
	return h.Group + "\x00" + h.Name
})

// Transitions of an instance at which a lifecycle hook can have it wait.
const (
	Launching   = "autoscaling:EC2_INSTANCE_LAUNCHING"
	Terminating = "autoscaling:EC2_INSTANCE_TERMINATING"
)

// Results of a lifecycle action.
const (
	Continue = "CONTINUE"
	Abandon  = "ABANDON"
)

// What a lifecycle hook has if its maker does not say it, and how long an instance waits at most.
// Source: EC2 Auto Scaling API reference, PutLifecycleHook and LifecycleHook.
const (
	defaultHeartbeat = time.Hour
	longestWait      = 48 * time.Hour
	mostHeartbeats   = 100
)

// LifecycleHook has the instances of a group wait before they come into service, or before they are
// terminated. It goes with its group.
type LifecycleHook struct {
	Group      string // its key
	Name       string
	Transition string // Launching or Terminating
	// Heartbeat is how long an instance waits for the end of its lifecycle action, or for a heartbeat.
	Heartbeat     time.Duration
	DefaultResult string // when that time is over: Continue or Abandon
	Metadata      string // for those who are notified
}

// NewLifecycleHook returns a lifecycle hook of a group, with AWS's defaults, which is not written.
func NewLifecycleHook(g *Group, name, transition string) *LifecycleHook {
	return &LifecycleHook{Group: g.Key(), Name: name, Transition: transition, Heartbeat: defaultHeartbeat, DefaultResult: Abandon}
}

// GlobalTimeout is how long an instance waits at most, also with heartbeats.
func (h *LifecycleHook) GlobalTimeout() time.Duration { return globalTimeout(h.Heartbeat) }

func globalTimeout(heartbeat time.Duration) time.Duration {
	return min(longestWait, mostHeartbeats*heartbeat)
}

// PutLifecycleHook writes a lifecycle hook. Instances that wait already do so as before: they have
// what it said when they began.
func PutLifecycleHook(tx *store.Tx, h *LifecycleHook) { lifecycleHooks.Put(tx, h) }

// FindLifecycleHook returns a lifecycle hook of a group by its name, or nil.
func FindLifecycleHook(tx *store.Tx, g *Group, name string) *LifecycleHook {
	return lifecycleHooks.Get(tx, g.Key()+"\x00"+name)
}

// LifecycleHooks returns those of a group, in order of their names.
func LifecycleHooks(tx *store.Tx, g *Group) []*LifecycleHook {
	return lifecycleHooks.List(tx, g.Key()+"\x00")
}

// DeleteLifecycleHook removes a lifecycle hook and completes the lifecycle actions that it has begun:
// instances that launch are abandoned, those that terminate go on.
// Source: EC2 Auto Scaling API reference, DeleteLifecycleHook.
func DeleteLifecycleHook(tx *store.Tx, g *Group, h *LifecycleHook) {
	result := Continue
	if h.Transition == Launching {
		result = Abandon
	}
	for _, m := range Waiting(tx, g, h.Name) {
		CompleteLifecycleAction(tx, g, h.Name, ActionOf{InstanceID: m.InstanceID}, result)
	}
	lifecycleHooks.Delete(tx, h)
}
