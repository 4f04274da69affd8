// Package control carries what a load balancer is to do from a [Client], which knows it, to a
// [Server], where the data plane runs, and how targets are from there back.
package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Client gives a [Server] the pieces of configuration, and hears how targets are.
type Client struct {
	stream io.ReadWriteCloser
	heard  func([]balancer.Health)
	over   chan struct{} // closed when the stream has ended

	writing sync.Mutex
	turn    chan struct{} // holds a token while Update is at work

	mu      sync.Mutex
	number  int64
	waiting map[int64]chan answer
	has     map[balancer.Key]AppliedPiece
	version int64 // the last one that was pushed; never used twice, since a lost answer leaves open whether it arrived
	err     error // why it is over
}

// Connect greets a server. It fails when ctx ends before the server has answered. The client
// calls heard with the health of targets, one call at a time, and first with that of all of
// them. It closes the stream when the server falls silent, when another client has connected,
// and with Close.
func Connect(ctx context.Context, stream io.ReadWriteCloser, heard func([]balancer.Health)) (*Client, error) {
	s := &Client{
		stream: stream, heard: heard, over: make(chan struct{}), turn: make(chan struct{}, 1),
		waiting: map[int64]chan answer{}, has: map[balancer.Key]AppliedPiece{},
	}
	word := rand.Text()
	go s.listen(word)
	hello, err := s.ask(ctx, request{Hello: word})
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("greet the load balancer: %w", err)
	}
	s.mu.Lock()
	for _, h := range hello.Has {
		s.has[h.Key] = h
	}
	s.mu.Unlock()
	go s.tend()
	return s, nil
}

// Has returns the pieces that the server has applied, as far as the client knows.
func (s *Client) Has() []AppliedPiece {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.has))
}

// Over returns a channel that is closed when the client has ended.
func (s *Client) Over() <-chan struct{} { return s.over }

// Close ends the client.
func (s *Client) Close() {
	s.end(errors.New("the control client is closed"))
	_ = s.stream.Close()
}

func (s *Client) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		close(s.over)
	}
}

// listen reads the server's lines, from the answer to the greeting on.
func (s *Client) listen(word string) {
	lines, begun := newLines(s.stream), false
	for lines.Scan() {
		var a answer
		if json.Unmarshal(lines.Bytes(), &a) != nil {
			continue
		}
		switch {
		case a.Hello == word:
			begun = true
		case a.Hello != "" && begun: // another client has connected
			s.end(errors.New("another control client has connected to the load balancer"))
			_ = s.stream.Close()
			return
		case !begun:
			continue
		}
		if len(a.Health) > 0 && s.heard != nil {
			s.heard(a.Health)
		}
		s.mu.Lock()
		asked := s.waiting[a.Number]
		delete(s.waiting, a.Number)
		s.mu.Unlock()
		if asked != nil {
			asked <- a
		}
	}
	err := lines.Err()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	s.end(fmt.Errorf("the stream to the load balancer has ended: %w", err))
	_ = s.stream.Close()
}

// A server that does not answer is lost, even if the stream stays open.
const (
	tendInterval = 15 * time.Second
	tendTimeout  = 30 * time.Second
)

// tend ends a client whose server is silent.
func (s *Client) tend() {
	tick := time.NewTicker(tendInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.over:
			return
		}
		lost := time.AfterFunc(tendTimeout, func() { // a request may not even be taken, when what reads it hangs
			s.end(errors.New("the load balancer is silent"))
			_ = s.stream.Close()
		})
		if s.Sync(context.Background()) != nil {
			_ = s.stream.Close()
		}
		lost.Stop()
	}
}

// Sync returns when the client has heard all that the server knew before.
func (s *Client) Sync(ctx context.Context) error {
	_, err := s.ask(ctx, request{})
	return err
}

// Settle returns when what the balancer has holds for all that begins from now on, in its kernel
// as well.
func (s *Client) Settle(ctx context.Context) error {
	_, err := s.ask(ctx, request{Settle: true})
	return err
}

// ErrNotCounted is what a load balancer says that counts nothing, such as one of an older build.
var ErrNotCounted = errors.New("the load balancer does not count")

// Count returns what the data plane has counted since it began to run, or ErrNotCounted.
func (s *Client) Count(ctx context.Context) (balancer.Counts, error) {
	a, err := s.ask(ctx, request{Count: true})
	if err != nil {
		return balancer.Counts{}, err
	}
	if a.Counts == nil {
		return balancer.Counts{}, ErrNotCounted
	}
	return *a.Counts, nil
}

func (s *Client) ask(ctx context.Context, r request) (answer, error) {
	answered, err := s.send(r)
	if err != nil {
		return answer{}, err
	}
	return s.await(ctx, answered)
}

// send writes a request and returns a channel for its answer.
func (s *Client) send(r request) (chan answer, error) {
	answered := make(chan answer, 1)
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	s.number++
	r.Number = s.number
	s.waiting[r.Number] = answered
	err := s.err
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if err := writeLine(s.stream, r); err != nil {
		s.end(err)
		return nil, err
	}
	return answered, nil
}

func (s *Client) await(ctx context.Context, answered chan answer) (answer, error) {
	select {
	case a := <-answered:
		return a, nil
	case <-s.over:
		s.mu.Lock()
		defer s.mu.Unlock()
		return answer{}, s.err
	case <-ctx.Done():
		return answer{}, ctx.Err()
	}
}
