package main

import (
	"net/http"
	"sync"
	"time"
)

// cutter is a transport that does something a while after a request has begun, when that may be under way, answered, or
// neither.
type cutter struct {
	http.RoundTripper
	request int // which one, from 0
	after   time.Duration
	cut     func()

	mu    sync.Mutex
	begun int
	done  chan struct{} // closed when cut has returned; nil: the request has not begun
}

// RoundTrip implements http.RoundTripper.
func (c *cutter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	if c.begun == c.request {
		done := make(chan struct{})
		c.done = done
		time.AfterFunc(c.after, func() { defer close(done); c.cut() })
	}
	c.begun++
	c.mu.Unlock()
	return c.RoundTripper.RoundTrip(r)
}

// wait waits until it has been done, and reports whether it is to be.
func (c *cutter) wait() bool {
	c.mu.Lock()
	done := c.done
	c.mu.Unlock()
	if done != nil {
		<-done
	}
	return done != nil
}

// stopwatch is a transport that notes how long each request takes until its answer begins.
type stopwatch struct {
	http.RoundTripper
	mu   sync.Mutex
	took []time.Duration
}

// RoundTrip implements http.RoundTripper.
func (s *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	answer, err := s.RoundTripper.RoundTrip(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, time.Since(began))
	return answer, err
}
