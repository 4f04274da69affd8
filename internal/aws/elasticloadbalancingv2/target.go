package elasticloadbalancingv2

import (
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	targets      = store.NewTable("elbv2-target", func(t *Target) string { return targetKey(t.GroupARN, t.ID, t.Port) })
	targetsByID  = targets.Index(func(t *Target) string { return t.ID })
	targetHealth = store.NewTable("elbv2-target-health", func(h *TargetHealth) string { return targetKey(h.GroupARN, h.ID, h.Port) })
)

// Target is an address or an instance, and a port of it, that a target group has. Register
// and Deregister write it, for two callers: the API, and ECS for its tasks.
type Target struct {
	GroupARN string
	ID       string // an address, or i-…
	Port     int32
	// Zone is the zone of an address's subnet, or all; instances have none here.
	Zone         string
	RegisteredAt time.Time
	// DeregisteredAt is zero while it is registered. Else it is draining, until the group's
	// delay is over.
	DeregisteredAt time.Time
	// Task is the ARN of the task that ECS registered it for; empty if a user registered it.
	Task string
}

// Draining reports whether it has been deregistered.
func (t *Target) Draining() bool { return !t.DeregisteredAt.IsZero() }

// DrainedAt is when requests under way have had their time: the group's delay after the last new
// one could be sent. It is zero while new ones may be sent.
func DrainedAt(tx *store.Tx, g *TargetGroup, t *Target) time.Time {
	since, is := Withdrawn(tx, t)
	if !is {
		return time.Time{}
	}
	return since.Add(g.DeregistrationDelay())
}

// Drained reports whether requests under way have had their time.
func Drained(tx *store.Tx, g *TargetGroup, t *Target, now time.Time) bool {
	at := DrainedAt(tx, g, t)
	return t.Draining() && !at.IsZero() && !now.Before(at)
}

func targetKey(group, id string, port int32) string {
	return group + "\x00" + id + ":" + strconv.Itoa(int(port))
}

// Register makes a target one of a group. One that is registered stays as it is; one that
// drains starts anew.
func Register(tx *store.Tx, group *TargetGroup, id string, port int32, zone string, now time.Time) {
	RegisterTask(tx, group, id, port, zone, "", now)
}

// RegisterTask is Register for a task, which is to learn of the target's health.
func RegisterTask(tx *store.Tx, group *TargetGroup, id string, port int32, zone, task string, now time.Time) {
	t := FindTarget(tx, group.ARN, id, port)
	if t != nil && t.Draining() {
		ForgetTarget(tx, t)
		t = nil
	}
	switch {
	case t == nil:
		targets.Put(tx, &Target{GroupARN: group.ARN, ID: id, Port: port, Zone: zone, RegisteredAt: now, Task: task})
	case t.Task != task && task != "":
		taken := *t
		taken.Task = task
		targets.Put(tx, &taken)
	}
}

// Deregister begins the end of a target, if it is one of the group. In a group that is on no
// load balancer there is nothing to drain: it is gone at once (ELB0002).
func Deregister(tx *store.Tx, group *TargetGroup, id string, port int32, now time.Time) {
	t := FindTarget(tx, group.ARN, id, port)
	switch {
	case t == nil:
	case len(InUse(tx, group.ARN)) == 0:
		ForgetTarget(tx, t)
	case !t.Draining():
		draining := *t
		draining.DeregisteredAt = now
		targets.Put(tx, &draining)
	}
}

// ForgetTarget removes a target, and what is known of its health.
func ForgetTarget(tx *store.Tx, t *Target) {
	ForgetHealth(tx, t)
	targets.Delete(tx, t)
}

// FindTarget returns a target, which may be draining, or nil.
func FindTarget(tx *store.Tx, group, id string, port int32) *Target {
	return targets.Get(tx, targetKey(group, id, port))
}

// Targets returns those of a group, with those that drain, in order of their ids.
func Targets(tx *store.Tx, group string) []*Target { return targets.List(tx, group+"\x00") }

// TargetsCalled returns those of all groups with an id.
func TargetsCalled(tx *store.Tx, id string) []*Target { return targetsByID.List(tx, id) }
