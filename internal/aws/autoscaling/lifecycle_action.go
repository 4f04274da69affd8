package autoscaling

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// LifecycleAction is what one lifecycle hook has an instance wait for. The group controller begins it,
// lets it time out, and forgets it when the instance waits no longer.
type LifecycleAction struct {
	Token, Hook string
	// Heartbeat and DefaultResult are those that the hook had when the instance began to wait.
	Heartbeat     time.Duration
	DefaultResult string
	BeganAt       time.Time
	// HeartbeatAt is the time of the last heartbeat, or of the beginning; see RecordHeartbeat.
	HeartbeatAt time.Time
	// Result is Continue or Abandon, or empty while the action is active; see CompleteLifecycleAction.
	Result   string
	TimedOut bool // nothing completed it in time
}

// NewLifecycleAction begins the lifecycle action of a hook, at a millisecond, as rows on disk have it.
func NewLifecycleAction(h *LifecycleHook, now time.Time) LifecycleAction {
	now = now.UTC().Truncate(time.Millisecond)
	return LifecycleAction{
		Token: arn.NewUUID(), Hook: h.Name, Heartbeat: h.Heartbeat, DefaultResult: h.DefaultResult, BeganAt: now, HeartbeatAt: now,
	}
}

// Deadline is when the action times out.
func (a LifecycleAction) Deadline() time.Time {
	beat, last := a.HeartbeatAt.Add(a.Heartbeat), a.LastDeadline()
	if last.Before(beat) {
		return last
	}
	return beat
}

// LastDeadline is when the action times out however many heartbeats there are.
func (a LifecycleAction) LastDeadline() time.Time { return a.BeganAt.Add(globalTimeout(a.Heartbeat)) }

// ActionOf names a lifecycle action of a hook: by its token or, without one, by its instance.
type ActionOf struct{ Token, InstanceID string }

// CompleteLifecycleAction ends an active lifecycle action with a result, Continue or Abandon. The group
// controller sees to what follows. It reports whether there is such an action.
func CompleteLifecycleAction(tx *store.Tx, g *Group, hook string, of ActionOf, result string) bool {
	return changeAction(tx, g, hook, of, func(a *LifecycleAction) { a.Result = result })
}

// RecordHeartbeat has an active lifecycle action wait for the time of a heartbeat from now on. It
// reports whether there is such an action.
func RecordHeartbeat(tx *store.Tx, g *Group, hook string, of ActionOf, now time.Time) bool {
	return changeAction(tx, g, hook, of, func(a *LifecycleAction) { a.HeartbeatAt = now.UTC().Truncate(time.Millisecond) })
}

func changeAction(tx *store.Tx, g *Group, hook string, of ActionOf, change func(a *LifecycleAction)) bool {
	for _, m := range Waiting(tx, g, hook) {
		n := m.active(hook)
		if of.Token != "" && m.Actions[n].Token != of.Token || of.Token == "" && m.InstanceID != of.InstanceID {
			continue
		}
		changed := *m
		changed.Actions = slices.Clone(m.Actions)
		change(&changed.Actions[n])
		Members.Put(tx, &changed)
		return true
	}
	return false
}

// Waiting returns the instances of a group for which a lifecycle hook has an active action, in order
// of their ids. Their states tell what they wait for.
func Waiting(tx *store.Tx, g *Group, hook string) (waiting []*Member) {
	for _, m := range Members.List(tx, g) {
		if m.active(hook) >= 0 {
			waiting = append(waiting, m)
		}
	}
	return waiting
}

// active is the place of the active action of a hook, or -1.
func (m *Member) active(hook string) int {
	return slices.IndexFunc(m.Actions, func(a LifecycleAction) bool { return a.Hook == hook && a.Result == "" })
}

// Come brings a copy of a member to a state, in which it waits for the actions that are given.
func (m *Member) Come(to types.LifecycleState, now time.Time, actions ...LifecycleAction) {
	m.State, m.StateAt, m.Actions = to, now, actions
}

// Leaves reports whether the instance is on its way out.
func (m *Member) Leaves() bool {
	switch m.State {
	case types.LifecycleStateTerminating, types.LifecycleStateTerminatingWait, types.LifecycleStateTerminatingProceed:
		return true
	}
	return false
}

// Launches reports whether the instance has yet to come into service.
func (m *Member) Launches() bool {
	switch m.State {
	case types.LifecycleStatePending, types.LifecycleStatePendingWait, types.LifecycleStatePendingProceed:
		return true
	}
	return false
}
