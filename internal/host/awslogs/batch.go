package awslogs

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of what is put together, and of one event: what is longer is more than one. They bound
// the memory for a container, as nothing is read while two batches wait.
// Source: CloudWatch Logs API reference, PutLogEvents, for the batch; moby's awslogs driver for
// the event.
const (
	maxBatchBytes  = 1 << 20
	maxBatchEvents = 10_000
	eventOverhead  = 26
	maxEventBytes  = 256<<10 - eventOverhead
)

// batch is what of a container's output is to be put next.
type batch struct {
	lines []Line
	bytes int
	at    Position // of the last line that is in, or was left out
}

func (b *batch) full() bool { return b.bytes >= maxBatchBytes || len(b.lines) >= maxBatchEvents }

// add adds an event, in pieces if it is long.
func (b *batch) add(at time.Time, text string) {
	had := len(b.lines)
	b.lines = AppendEvents(b.lines, at, text)
	for _, line := range b.lines[had:] {
		b.bytes += len(line.Message) + eventOverhead
	}
}

// AppendEvents appends the events that a text makes: one, or several if it is long. CloudWatch Logs has no
// empty ones.
func AppendEvents(to []Line, at time.Time, text string) []Line {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	for len(text) > 0 {
		end := min(len(text), maxEventBytes)
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end--
		}
		to = append(to, Line{at, text[:end]})
		text = text[end:]
	}
	return to
}

// events makes events of lines: one of each, or one of those up to the next that begins one.
type events struct {
	start *regexp.Regexp // nil: each
	open  strings.Builder
	at    time.Time // of the first line of the open one
	batch batch
}

// take takes a line, and reports whether that begins an event which more may belong to; before
// and after are the positions around it. An event of several lines
// has a line break after each, the last one included.
// Source: moby's awslogs driver.
func (e *events) take(at time.Time, line string, before, after Position) (opened bool) {
	if e.start == nil {
		e.batch.add(at, line)
		e.batch.at = after
		return false
	}
	if e.start.MatchString(line) || e.open.Len()+len(line) > maxEventBytes {
		e.close(before)
	}
	if opened = e.open.Len() == 0; opened {
		e.at = at
	}
	e.open.WriteString(line)
	e.open.WriteByte('\n')
	return opened
}

// close ends the open event; at is the position after its last line.
func (e *events) close(at Position) {
	if e.open.Len() == 0 {
		return
	}
	e.batch.add(e.at, e.open.String())
	e.batch.at = at
	e.open.Reset()
}

// oldest is the time of the oldest line that has not been handed out; zero if all have been.
func (e *events) oldest() time.Time {
	switch {
	case len(e.batch.lines) > 0:
		return e.batch.lines[0].At
	case e.open.Len() > 0:
		return e.at
	}
	return time.Time{}
}

func (e *events) next() batch {
	b := e.batch
	e.batch = batch{at: b.at}
	return b
}
