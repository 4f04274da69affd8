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
	// manyPasses is how many passes a rule has to match something in, one after the other, to be taken for one that feeds
	// itself. The number is a choice: events that follow from each other without any time between them are few.
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
	always map[string]bool   // those that have matched something in each pass since the first one
	passes int               // since the first one

	forget atomic.Bool // what is known and told, before it waits again
}

// begin begins to wait, and says for how long.
func (f *feeding) begin(patience time.Duration) time.Duration {
	f.before, f.always, f.passes = nil, nil, 0
	if f.forget.Swap(false) {
		f.known, f.told = nil, nil
	}
	if len(f.known) > 0 {
		return littlePatience
	}
	return patience
}

// feeds reports after a pass that left something to do whether there is a rule that will always leave something.
func (f *feeding) feeds() bool { return f.look(manyPasses) }

// gaveUp notes the rules for which the clock waited in vain. On an engine of real containers a few passes take all the
// time that there is.
func (f *feeding) gaveUp() { f.look(fewPasses) }

// look takes for feeding themselves those that have matched something in each of so many passes.
func (f *feeding) look(passes int) bool {
	if f.matched == nil {
		return false
	}
	now, before := f.matched(), f.before
	if f.before = now; before == nil {
		return false
	}
	again := map[string]bool{}
	for source, n := range now {
		if n > before[source] && (f.passes == 0 || f.always[source]) {
			again[source] = true
		}
	}
	f.always = again
	isKnown := func(source string) bool { return f.known[source] }
	if f.passes++; len(again) == 0 || f.passes < passes && !slices.ContainsFunc(slices.Collect(maps.Keys(again)), isKnown) {
		return false
	}
	for _, source := range slices.Sorted(maps.Keys(again)) {
		if !f.told[source] {
			f.log.Warn("a rule goes on matching events while the clock stands still: the clock does not wait for their end", "rule", source)
		}
	}
	if f.told == nil {
		f.told = map[string]bool{}
	}
	maps.Copy(f.told, again)
	f.known = again
	return true
}

// ended notes that there was nothing more to do.
func (f *feeding) ended() { f.known = nil }
