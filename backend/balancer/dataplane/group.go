package dataplane

import (
	"cmp"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// group is a target group. It may be known before its piece is, by a rule or a target.
// The balancer's lock guards what is not atomic; requests look at pool alone.
type group struct {
	id      string
	config  balancer.TargetGroup
	check   check
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
	check, err := newCheck(config.HealthCheck, config.ProtocolVersion)
	if err != nil {
		return err
	}
	if newGroupSettings(config).proxyProtocol { // "Health check connections" in the guide of network load balancers
		check.header = ownHeader
	}
	g.config, g.check, g.set = config, check, true
	if !check.Enabled {
		for _, t := range g.targets {
			t.health = health{state: stateHealthy}
			g.enlist(t)
		}
	}
	return nil
}

// enlist puts a target where it belongs, after each change of it and of its health. That costs
// little beside the sorting of all of them, which may be thousands.
func (g *group) enlist(t *target) {
	active := g.targets[t.config.ID] == t && !t.config.Draining
	g.active = enlisted(g.active, t, active)
	g.healthy = enlisted(g.healthy, t, active && t.health.state == stateHealthy)
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
