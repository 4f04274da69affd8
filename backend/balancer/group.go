package balancer

import (
	"math"
	"sync/atomic"
	"time"
)

// group is a target group. It may be known before its piece is, by a rule or a target.
// The balancer's lock guards what is not atomic; requests look at pool alone.
type group struct {
	id      string
	config  TargetGroup
	check   check
	set     bool // the piece is in place
	used    bool // by a listener
	targets map[string]*target
	pool    atomic.Pointer[pool]
	next    atomic.Uint64 // whose turn it is, of the eligible
}

func newGroup(id string) *group {
	g := &group{id: id, targets: map[string]*target{}}
	g.pool.Store(&pool{})
	return g
}

// configure takes a new piece.
func (g *group) configure(config TargetGroup) error {
	check, err := newCheck(config.HealthCheck, config.ProtocolVersion)
	if err != nil {
		return err
	}
	if newGroupSettings(config).proxyProtocol { // "Health check connections" in the guide of network load balancers
		check.header = ownHeader
	}
	g.config, g.check, g.set = config, check, true
	for _, t := range g.targets {
		if !check.Enabled {
			t.health = health{state: stateHealthy}
		}
	}
	return nil
}

// renew decides anew who gets requests. It runs after each change of the group, of its
// targets and of their health.
func (g *group) renew(now time.Time) {
	p := &pool{settings: newGroupSettings(g.config)}
	var all []*target
	healthy := 0
	for _, t := range g.targets {
		if t.config.Draining {
			continue
		}
		all = append(all, t)
		if t.health.state == stateHealthy {
			healthy++
		}
	}
	needed := max(p.settings.minimumHealthy, int(math.Ceil(float64(p.settings.minimumPercent*len(all))/100)), 1)
	for _, t := range all {
		if t.health.state == stateHealthy || healthy < needed { // fails open
			p.eligible = append(p.eligible, t)
		}
	}
	p.sort()
	p.slowUntil = slowUntil(p.eligible, p.settings.slowStart, now)
	g.pool.Store(p)
}
