package target

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
)

// Endpoints of Service Connect are not checked. One that fails again and again is ejected for a time, as by Envoy's
// outlier detection: the ECS developer guide, "Service Connect proxy configuration", gives the numbers.
const (
	mostFailures  = 5
	baseEjection  = 30 * time.Second
	mostEjection  = 300 * time.Second
	forgetsOneIn  = 10 * time.Second // without ejection: Envoy's default interval
	reasonEjected = "Target.FailedRequests"
	textEjected   = "Ejected after failures in a row"
)

// Judge counts failures in a row. It reports whether there are enough to eject the target, and counts anew then.
func (t *Target) Judge(failed bool) (enough bool) {
	switch {
	case failed:
		if t.failures.Add(1) < mostFailures {
			return false
		}
		t.failures.Store(0)
		return true
	case t.failures.Load() != 0:
		t.failures.Store(0)
	}
	return false
}

// ejections of one target. The balancer's lock guards them.
type ejections struct {
	count int
	until time.Time // of the present or the last one
}

// next is how long an ejection lasts that begins now.
func (e ejections) next(now time.Time) (ejections, time.Duration) {
	if !e.until.IsZero() {
		e.count = max(0, e.count-int(now.Sub(e.until)/forgetsOneIn))
	}
	e.count = min(e.count+1, int(mostEjection/baseEjection))
	lasts := time.Duration(e.count) * baseEjection
	e.until = now.Add(lasts)
	return e, lasts
}

// Eject takes a target out of the pool. It returns for how long, or false where more than half of those that there are
// would be out, or where checks say how targets are.
func (g *Group) Eject(t *Target, now time.Time) (lasts time.Duration, ejected bool) {
	out := len(g.active) - len(g.healthy) + 1
	if g.Targets[t.Config.ID] != t || g.Check.Enabled || t.health.State != health.StateHealthy || 2*out > len(g.active) {
		return 0, false
	}
	t.ejections, lasts = t.ejections.next(now)
	t.health = health.Status{State: health.StateUnhealthy, Reason: reasonEjected, Text: textEjected, At: now}
	g.enlist(t)
	g.Renew(now)
	return lasts, true
}

// TakeBack ends an ejection. It reports whether there was one.
func (g *Group) TakeBack(t *Target, now time.Time) bool {
	if g.Targets[t.Config.ID] != t || t.health.Reason != reasonEjected {
		return false
	}
	t.health = health.Status{State: health.StateHealthy, At: now}
	g.enlist(t)
	g.Renew(now)
	return true
}
