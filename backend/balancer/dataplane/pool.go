package dataplane

import (
	"hash/maphash"
	"math/rand/v2"
	"time"
)

// pool is who gets the requests of a group, and how. It does not change; another takes
// its place. There are no zones: the targets of one machine are equally near.
type pool struct {
	settings  groupSettings
	eligible  []*target // in the order of their ids
	slowUntil time.Time // when the last of them has come up to speed
}

// slowUntil is when all targets get their full share.
func slowUntil(targets []*target, slowStart time.Duration, now time.Time) time.Time {
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

// choose returns the target of the next request, or nil if there is none. turn counts up
// by one with each request.
func (p *pool) choose(turn uint64, now func() time.Time) *target {
	list := p.eligible
	switch {
	case len(list) == 0:
		return nil
	case len(list) == 1:
		return list[0]
	case p.settings.leastOutstanding:
		return leastOutstanding(list, turn)
	case p.settings.random: // by the guide it knows no slow start, and weights differ by anomalies alone
		return list[rand.IntN(len(list))]
	case !p.slowUntil.IsZero():
		if now := now(); p.slowUntil.After(now) {
			return weighted(list, func(t *target) float64 { return t.share(p.settings.slowStart, now) }, rand.Float64())
		}
	}
	return list[turn%uint64(len(list))]
}

// leastOutstanding takes turns among those with the fewest requests on their way.
func leastOutstanding(list []*target, turn uint64) *target {
	first := int(turn % uint64(len(list)))
	best := list[first]
	fewest := best.outstanding.Load()
	for i := range list {
		if t := list[(first+i)%len(list)]; t.outstanding.Load() < fewest {
			best, fewest = t, t.outstanding.Load()
		}
	}
	return best
}

// weighted picks by weight, with a number in [0, 1).
func weighted(list []*target, weight func(*target) float64, spread float64) *target {
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

// flow returns the target of a connection by the hash of what it is between, so that the
// datagrams of one keep to one target, and with it to that as long as it is there.
func (p *pool) flow(hash uint64) *target {
	if len(p.eligible) == 0 {
		return nil
	}
	var best *target
	var most uint64
	for _, t := range p.eligible { // the highest of their hashes: a change moves few flows
		if h := flowHash([2]uint64{hash, t.flowHash}); best == nil || h > most {
			best, most = t, h
		}
	}
	return best
}

var flowSeed = maphash.MakeSeed()

// flowHash is what all datagrams and connections between the same ends have in common. It differs
// between runs of the load balancer.
func flowHash[T comparable](ends T) uint64 { return maphash.Comparable(flowSeed, ends) }
