package controllers

import (
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// A rule can feed itself: one that starts a task for each task that stops, where tasks stop at once. While the clock
// stands still that has no end, so the clock does not wait for it.

const (
	// manyPasses is in how many passes a rule has to match something, and in most that there are, to be taken for one that feeds itself.
	// The number is a choice: events that follow from each other without any time between them are few.
	manyPasses = 50
	// littlePatience is for how long the clock waits beside a rule that is known to feed itself.
	littlePatience = 50 * time.Millisecond
)

// feeding finds the rules and schedules that feed themselves.
type feeding struct {
	matched func() map[string]uint64 // see [Quiet]; nil: nothing is found
	log     *slog.Logger
	// known are those that fed themselves when the clock last waited, by their ARNs.
	known map[string]bool
	told  map[string]bool // the log has told of them

	before map[string]uint64 // what was matched by the last pass; nil: this is the first one
	passed map[string]int    // in how many passes since the first one each has matched something
	passes int               // since the first one

	forget atomic.Bool // what is known and told, before it waits again
}

// begin begins to wait, and says for how long.
func (f *feeding) begin(patience time.Duration) time.Duration {
	f.before, f.passed, f.passes = nil, map[string]int{}, 0
	if f.forget.Swap(false) {
		f.known, f.told = nil, nil
	}
	if len(f.known) == 0 {
		return patience
	}
	now := f.matched()
	maps.DeleteFunc(f.known, func(source string, _ bool) bool { _, goesOn := now[source]; return !goesOn })
	if len(f.known) == 0 {
		return patience
	}
	return littlePatience
}

// feeds reports after a pass that left something to do whether there is a rule that will always leave something.
func (f *feeding) feeds() bool { return f.look(manyPasses) }

// gaveUp notes the rules for which the clock waited in vain. On an engine of real containers a few passes take all the
// time that there is.
func (f *feeding) gaveUp() { f.look(fewPasses) }

// look takes for feeding themselves the rules that have matched something in so many passes.
func (f *feeding) look(passes int) bool {
	if f.matched == nil {
		return false
	}
	now, before := f.matched(), f.before
	if f.before = now; before == nil {
		return false
	}
	f.passes++
	var found []string
	for source, n := range now {
		if n == before[source] {
			continue
		}
		f.passed[source]++
		if most := 2*f.passed[source] > f.passes; most && f.passed[source] >= passes || f.known[source] {
			found = append(found, source)
		}
	}
	if len(found) == 0 {
		return false
	}
	f.note(found)
	return true
}

// note knows rules from now on as the ones that feed themselves, and tells of each once.
func (f *feeding) note(rules []string) {
	f.known = map[string]bool{}
	if f.told == nil {
		f.told = map[string]bool{}
	}
	for _, source := range slices.Sorted(slices.Values(rules)) {
		f.known[source] = true
		if !f.told[source] {
			f.told[source] = true
			f.log.Warn("a rule goes on matching events while the clock stands still: the clock does not wait for their end", "rule", source)
		}
	}
}

// ended notes that there was nothing more to do.
func (f *feeding) ended() { f.known = nil }
