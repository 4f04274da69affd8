package activity

import (
	"slices"
	"sync"
)

// journalSize is how many lines a Journal keeps.
const journalSize = 1000

// Journal keeps lines that follow from no row, such as those about faults. The zero value is empty.
type Journal struct {
	mu      sync.Mutex
	lines   []Line // the last ones
	written int    // all that there ever were
	changed chan struct{}
}

// Write adds a line.
func (j *Journal) Write(l Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lines = append(j.lines, l); len(j.lines) > journalSize {
		j.lines = slices.Delete(j.lines, 0, 1)
	}
	j.written++
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// since returns the lines that are kept after the first n, and how many there have been. changed is
// closed when there are more.
func (j *Journal) since(n int) (lines []Line, written int, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	fresh := min(j.written-n, len(j.lines))
	return slices.Clone(j.lines[len(j.lines)-fresh:]), j.written, j.changed
}
