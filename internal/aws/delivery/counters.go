package delivery

import (
	"maps"
	"sync"
)

// Counts are the counts of a rule or a schedule, since the emulator has begun.
type Counts struct {
	Matched     uint64 `json:"matched"`     // deliveries that were made: one for each target
	Sent        uint64 `json:"sent"`        // those that their target has got
	Retried     uint64 `json:"retried"`     // calls that failed, to be made again
	Failed      uint64 `json:"failed"`      // deliveries that were given up
	DeadLetters uint64 `json:"deadLetters"` // those of them that went to a dead-letter queue

	// Events are those that a rule has matched, however many targets it has, and LettersLost the deliveries that were given
	// up and that their dead-letter queue has not got.
	Events      uint64 `json:"-"`
	LettersLost uint64 `json:"-"`
}

// Counters count by the ARN of a rule or a schedule, in memory. A nil one counts nothing.
type Counters struct {
	mu     sync.Mutex
	all    map[string]Counts
	missed uint64
}

// Matched counts a delivery that was made.
func (c *Counters) Matched(source string) { c.count(source, func(of *Counts) { of.Matched++ }) }

// Event counts an event that a rule with targets has matched.
func (c *Counters) Event(rule string) { c.count(rule, func(of *Counts) { of.Events++ }) }

// LetterLost counts a dead letter that its queue has not got.
func (c *Counters) LetterLost(source string) { c.count(source, func(of *Counts) { of.LettersLost++ }) }

// Sent counts a delivery that its target has got.
func (c *Counters) Sent(source string) { c.count(source, func(of *Counts) { of.Sent++ }) }

// Retried counts a call that failed and will be made again.
func (c *Counters) Retried(source string) { c.count(source, func(of *Counts) { of.Retried++ }) }

// Failed counts a delivery that was given up, and whether it went to a dead-letter queue.
func (c *Counters) Failed(source string, deadLetter bool) {
	c.count(source, func(of *Counts) {
		of.Failed++
		if deadLetter {
			of.DeadLetters++
		}
	})
}

// Missed counts events of services that were gone before they were matched.
func (c *Counters) Missed(events uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.missed += events
}

// AllMissed is how many events of services were gone before they were matched.
func (c *Counters) AllMissed() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.missed
}

func (c *Counters) count(source string, add func(*Counts)) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[string]Counts{}
	}
	of := c.all[source]
	add(&of)
	c.all[source] = of
}

// All are the counts by the ARN of a rule or a schedule.
func (c *Counters) All() map[string]Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.all)
}

// AllMatched is how many deliveries were made, by the ARN of a rule or a schedule.
func (c *Counters) AllMatched() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	matched := make(map[string]uint64, len(c.all))
	for source, of := range c.all {
		matched[source] = of.Matched
	}
	return matched
}

func (c *Counters) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all, c.missed = nil, 0
}
