// Package target is target groups and their targets: which of them gets the next request or flow,
// and the connections to each that are kept.
package target

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/count"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
)

// Group is a target group. It may be known before its piece is, by a rule or a target.
// The balancer's lock guards what is not atomic; requests look at pool alone.
type Group struct {
	ID      string
	Counts  *count.Group // set before a request comes
	config  balancer.TargetGroup
	Check   health.Check
	Set     bool // the piece is in place
	Used    bool // by a listener
	Targets map[string]*Target
	active  []*Target // that do not drain, in the order of their ids; another list takes its place
	healthy []*Target // those of them that are healthy; the same
	Pool    atomic.Pointer[Pool]
	Next    atomic.Uint64 // whose turn it is, of the eligible
}

// NewGroup makes a group without a piece and without targets.
func NewGroup(id string) *Group {
	g := &Group{ID: id, Targets: map[string]*Target{}}
	g.Pool.Store(&Pool{})
	return g
}

// Configure takes a new piece.
func (g *Group) Configure(config balancer.TargetGroup) error {
	check, err := health.NewCheck(config.HealthCheck, config.ProtocolVersion)
	if err != nil {
		return err
	}
	if newGroupSettings(config).ProxyProtocol { // "Health check connections" in the guide of network load balancers
		check.Header = dialer.OwnHeader
	}
	g.config, g.Check, g.Set = config, check, true
	if !check.Enabled {
		for _, t := range g.Targets {
			if t.health.Reason == reasonEjected {
				continue
			}
			t.health = health.Status{State: health.StateHealthy}
			g.enlist(t)
		}
	}
	return nil
}

// Unset takes the piece back. Its targets stay.
func (g *Group) Unset() { g.Set, g.config = false, balancer.TargetGroup{ID: g.ID} }

// Put adds a target, or changes the one with its id. One whose address changes, or that drains no
// longer, replaces the former, which is returned as well. What is known of others is kept.
func (g *Group) Put(config balancer.Target, dial dialer.Func) (t, replaced *Target) {
	t = g.Targets[config.ID]
	if t == nil || t.Config.Addr != config.Addr || t.Config.Draining && !config.Draining {
		replaced = t
		t = newTarget(g, config, dial)
		g.Targets[config.ID] = t
		if replaced != nil {
			replaced.Retire()
			g.enlist(replaced)
		}
	} else if t.Config = config; config.Draining {
		t.Retire()
	}
	g.enlist(t)
	return t, replaced
}

// Remove takes a target out, and renews the pool before flows of datagrams leave the target.
func (g *Group) Remove(id string, now time.Time) *Target {
	t := g.Targets[id]
	delete(g.Targets, id)
	t.Retire()
	g.enlist(t)
	g.Renew(now)
	t.Removed.Store(true)
	return t
}

// Register makes the health of a target that of a new one.
func (g *Group) Register(t *Target) {
	t.health = health.Registered()
	g.enlist(t)
}

// Checked notes the outcome of a check. It reports whether that is news of the target, and whether
// it has become healthy or unhealthy, which renews the pool. A target that joins others begins
// slowly; those of a group without a healthy one do not.
func (g *Group) Checked(t *Target, o health.Outcome, c health.Check, now time.Time) (news, turned bool) {
	was := t.health
	t.health = was.After(o, c.HealthCheck, now)
	if t.health.State == was.State {
		return !t.health.Says(was), false
	}
	g.enlist(t)
	t.slowSince = time.Time{}
	if t.health.State == health.StateHealthy && len(g.healthy) > 1 {
		t.slowSince = now
	}
	g.Renew(now)
	return true, true
}

// enlist puts a target where it belongs, after each change of it and of its health. That costs
// little beside the sorting of all of them, which may be thousands.
func (g *Group) enlist(t *Target) {
	active := g.Targets[t.Config.ID] == t && !t.Config.Draining
	healthy, all := active && t.health.State == health.StateHealthy, len(g.healthy) == len(g.active)
	g.active = enlisted(g.active, t, active)
	if all && healthy == active { // as in groups without checks
		g.healthy = g.active
	} else {
		g.healthy = enlisted(g.healthy, t, healthy)
	}
}

// enlisted is a sorted list with a target, in the place of one with its id, or without it.
func enlisted(list []*Target, t *Target, in bool) []*Target {
	i, found := slices.BinarySearchFunc(list, t.Config.ID, func(other *Target, id string) int { return cmp.Compare(other.Config.ID, id) })
	switch has := found && list[i] == t; {
	case has == in:
		return list
	case has:
		return slices.Concat(list[:i], list[i+1:])
	case found:
		return slices.Concat(list[:i], []*Target{t}, list[i+1:])
	}
	return slices.Concat(list[:i], []*Target{t}, list[i:])
}

// Renew decides anew who gets requests. It runs after each change of the group, and of its lists.
func (g *Group) Renew(now time.Time) {
	p := &Pool{Settings: newGroupSettings(g.config), Eligible: g.healthy}
	needed := max(p.Settings.minimumHealthy, int(math.Ceil(float64(p.Settings.minimumPercent*len(g.active))/100)), 1)
	if len(g.healthy) < needed { // fails open
		p.Eligible = g.active
	}
	p.slowUntil = slowUntil(p.Eligible, p.Settings.slowStart, now)
	g.Pool.Store(p)
}
