// Package logbuffer keeps the latest output of a container.
package logbuffer

import (
	"slices"
	"time"
)

// Buffer holds lines. Its callers have a lock in common.
type Buffer struct {
	least    int // how many lines are kept at least
	lines    []Line
	dropped  int           // lines no longer kept
	changed  chan struct{} // closed when there is more, or the container ended
	awaiting []*func()     // tell readers that follow that the wait is over; see backend.WaitForClock
}

type Line struct {
	At     time.Time
	Stderr bool
	Text   string
}

// New returns a buffer that keeps at least so many lines, and at most twice as many.
func New(least int) *Buffer { return &Buffer{least: least} }

func (b *Buffer) Add(line Line) {
	if len(b.lines) == 2*b.least {
		b.lines = append([]Line(nil), b.lines[b.least:]...)
		b.dropped += b.least
	}
	b.lines = append(b.lines, line)
	b.Announce()
}

// Announce wakes readers that follow: there is more, or the container has ended.
func (b *Buffer) Announce() {
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
	for _, over := range b.awaiting {
		(*over)()
	}
	b.awaiting = nil
}

// Await returns a channel that is closed by the next Announce, which calls over before. Call forget
// when the wait is over.
func (b *Buffer) Await(over *func()) (changed <-chan struct{}, forget func()) {
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	b.awaiting = append(b.awaiting, over)
	return b.changed, func() {
		b.awaiting = slices.DeleteFunc(b.awaiting, func(other *func()) bool { return other == over })
	}
}

// Awaiting counts the readers that wait.
func (b *Buffer) Awaiting() int { return len(b.awaiting) }

// Len counts the lines that are kept.
func (b *Buffer) Len() int { return len(b.lines) }

// Next is the number of the next line.
func (b *Buffer) Next() int { return b.dropped + len(b.lines) }

// From are the lines from a number on, and the number of the next one. Lines are never changed, so the
// caller may read them without the lock.
func (b *Buffer) From(number int) (lines []Line, next int) {
	next = b.Next()
	number = min(max(number, b.dropped), next)
	return b.lines[number-b.dropped:], next
}
