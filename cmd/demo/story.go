package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// story prints what happens and when.
type story struct {
	start time.Time

	mu  sync.Mutex
	out io.Writer
}

func newStory(out io.Writer) *story { return &story{start: time.Now(), out: out} }

// heading begins a part.
func (s *story) heading(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "\n%s\n", fmt.Sprintf(format, args...))
}

// say prints a line with the time since the start.
func (s *story) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "%6.1fs  %s\n", time.Since(s.start).Seconds(), fmt.Sprintf(format, args...))
}

// quote prints the output of something.
func (s *story) quote(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		fmt.Fprintf(s.out, "         | %s\n", strings.TrimRight(line, "\n"))
	}
}
