package dataplane

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
)

// group is a target group. It may be known before its piece is, by a rule or a target.
// The balancer's lock guards what is not atomic; requests look at pool alone.
type group struct {
	id      string
	config  balancer.TargetGroup
	check   health.Check
	set     bool // the piece is in place
	used    bool // by a listener
	targets map[string]*target
	active  []*target // that do not drain, in the order of their ids; another list takes its place
	healthy []*target // those of them that are healthy; the same
	pool    atomic.Pointer[pool]
	next    atomic.Uint64 // whose turn it is, of the eligible
}

func newGroup(id string) *group {
	g := &group{id: id, targets: map[string]*target{}}
	g.pool.Store(&pool{})
	return g
}

// configure takes a new piece.
func (g *group) configure(config balancer.TargetGroup) error {
	check, err := health.NewCheck(config.HealthCheck, config.ProtocolVersion)
	if err != nil {
		return err
	}
	if newGroupSettings(config).proxyProtocol { // "Health check connections" in the guide of network load balancers
		check.Header = dialer.OwnHeader
	}
	g.config, g.check, g.set = config, check, true
	if !check.Enabled {
		for _, t := range g.targets {
			t.health = health.Status{State: health.StateHealthy}
			g.enlist(t)
		}
	}
	return nil
}

// unset takes the piece back. Its targets stay.
func (g *group) unset() { g.set, g.config = false, balancer.TargetGroup{ID: g.id} }

// put adds a target, or changes the one with its id. One whose address changes, or that drains no
// longer, replaces the former, which is returned as well. What is known of others is kept.
func (g *group) put(config balancer.Target, dial dialer.Func) (t, replaced *target) {
	t = g.targets[config.ID]
	if t == nil || t.config.Addr != config.Addr || t.config.Draining && !config.Draining {
		replaced = t
		t = newTarget(g, config, dial)
		g.targets[config.ID] = t
		if replaced != nil {
			replaced.retire()
			g.enlist(replaced)
		}
	} else if t.config = config; config.Draining {
		t.retire()
	}
	g.enlist(t)
	return t, replaced
}

// remove takes a target out, and renews the pool before flows of datagrams leave the target.
func (g *group) remove(id string, now time.Time) *target {
	t := g.targets[id]
	delete(g.targets, id)
	t.retire()
	g.enlist(t)
	g.renew(now)
	t.removed.Store(true)
	return t
}

// register makes the health of a target that of a new one.
func (g *group) register(t *target) {
	t.health = health.Registered()
	g.enlist(t)
}

// checked notes the outcome of a check. It reports whether that is news of the target, and whether
// it has become healthy or unhealthy, which renews the pool. A target that joins others begins
// slowly; those of a group without a healthy one do not.
func (g *group) checked(t *target, o health.Outcome, c health.Check, now time.Time) (news, turned bool) {
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
	g.renew(now)
	return true, true
}

// enlist puts a target where it belongs, after each change of it and of its health. That costs
// little beside the sorting of all of them, which may be thousands.
func (g *group) enlist(t *target) {
	active := g.targets[t.config.ID] == t && !t.config.Draining
	g.active = enlisted(g.active, t, active)
	g.healthy = enlisted(g.healthy, t, active && t.health.State == health.StateHealthy)
}

// enlisted is a sorted list with a target, in the place of one with its id, or without it.
func enlisted(list []*target, t *target, in bool) []*target {
	i, found := slices.BinarySearchFunc(list, t.config.ID, func(other *target, id string) int { return cmp.Compare(other.config.ID, id) })
	switch has := found && list[i] == t; {
	case has == in:
		return list
	case has:
		return slices.Concat(list[:i], list[i+1:])
	case found:
		return slices.Concat(list[:i], []*target{t}, list[i+1:])
	}
	return slices.Concat(list[:i], []*target{t}, list[i:])
}

// renew decides anew who gets requests. It runs after each change of the group, and of its lists.
func (g *group) renew(now time.Time) {
	p := &pool{settings: newGroupSettings(g.config), eligible: g.healthy}
	needed := max(p.settings.minimumHealthy, int(math.Ceil(float64(p.settings.minimumPercent*len(g.active))/100)), 1)
	if len(g.healthy) < needed { // fails open
		p.eligible = g.active
	}
	p.slowUntil = slowUntil(p.eligible, p.settings.slowStart, now)
	g.pool.Store(p)
}
