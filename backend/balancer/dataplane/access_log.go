package dataplane

import (
	"io"
	"sync"
)

// lines writes one line after another.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// Write is called with a whole line.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(line)
}
