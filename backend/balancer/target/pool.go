package target

import (
	"hash/maphash"
	"math/rand/v2"
	"time"
)

// Pool is who gets the requests of a group, and how. It does not change; another takes
// its place. There are no zones: the targets of one machine are equally near.
type Pool struct {
	Settings  groupSettings
	Eligible  []*Target // in the order of their ids
	slowUntil time.Time // when the last of them has come up to speed
}

// slowUntil is when all targets get their full share.
func slowUntil(targets []*Target, slowStart time.Duration, now time.Time) time.Time {
	var until time.Time
	if slowStart <= 0 {
		return until
	}
	for _, t := range targets {
		if end := t.slowSince.Add(slowStart); !t.slowSince.IsZero() && end.After(now) && end.After(until) {
			until = end
		}
	}
	return until
}

// Choose returns the target of the next request, or nil if there is none. turn counts up
// by one with each request.
func (p *Pool) Choose(turn uint64, now func() time.Time) *Target {
	list := p.Eligible
	switch {
	case len(list) == 0:
		return nil
	case len(list) == 1:
		return list[0]
	case p.Settings.leastOutstanding:
		return leastOutstanding(list, turn)
	case p.Settings.random: // by the guide it knows no slow start, and weights differ by anomalies alone
		return list[rand.IntN(len(list))]
	case !p.slowUntil.IsZero():
		if now := now(); p.slowUntil.After(now) {
			return weighted(list, func(t *Target) float64 { return t.share(p.Settings.slowStart, now) }, rand.Float64())
		}
	}
	return list[turn%uint64(len(list))]
}

// leastOutstanding takes turns among those with the fewest requests on their way.
func leastOutstanding(list []*Target, turn uint64) *Target {
	first := int(turn % uint64(len(list)))
	best := list[first]
	fewest := best.Outstanding.Load()
	for i := range list {
		if t := list[(first+i)%len(list)]; t.Outstanding.Load() < fewest {
			best, fewest = t, t.Outstanding.Load()
		}
	}
	return best
}

// weighted picks by weight, with a number in [0, 1).
func weighted(list []*Target, weight func(*Target) float64, spread float64) *Target {
	var total float64
	for _, t := range list {
		total += weight(t)
	}
	left := spread * total
	for _, t := range list {
		if left -= weight(t); left < 0 {
			return t
		}
	}
	return list[len(list)-1]
}

// Flow returns the target of a connection by the hash of what it is between, so that the
// datagrams of one keep to one target, and with it to that as long as it is there.
func (p *Pool) Flow(hash uint64) *Target {
	if len(p.Eligible) == 0 {
		return nil
	}
	var best *Target
	var most uint64
	for _, t := range p.Eligible { // the highest of their hashes: a change moves few flows
		if h := FlowHash([2]uint64{hash, t.flowHash}); best == nil || h > most {
			best, most = t, h
		}
	}
	return best
}

var flowSeed = maphash.MakeSeed()

// FlowHash is what all datagrams and connections between the same ends have in common. It differs
// between runs of the load balancer.
func FlowHash[T comparable](ends T) uint64 { return maphash.Comparable(flowSeed, ends) }
