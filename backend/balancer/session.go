package balancer

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
)

// Session tells a [Station] what should be, and hears how targets are.
type Session struct {
	stream io.ReadWriteCloser
	heard  func([]Health)
	over   chan struct{} // closed when the stream has ended

	writing sync.Mutex
	turn    chan struct{} // holds a token while Update is at work

	mu      sync.Mutex
	number  int64
	waiting map[int64]chan answer
	has     map[Key]Held
	version int64 // the last one that was pushed; never one twice, for nobody may know whether it arrived
	err     error // why it is over
}

// Connect greets a station. It fails when ctx ends before the station has answered. What
// the session hears of targets it passes on, one after the other, at first how all of them
// are. The session ends, and the stream with it, when the station falls silent or with
// Close.
func Connect(ctx context.Context, stream io.ReadWriteCloser, heard func([]Health)) (*Session, error) {
	s := &Session{
		stream: stream, heard: heard, over: make(chan struct{}), turn: make(chan struct{}, 1),
		waiting: map[int64]chan answer{}, has: map[Key]Held{},
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

// Has returns the pieces that the station has, as far as the session knows.
func (s *Session) Has() []Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.has))
}

// Over is closed when the session has ended.
func (s *Session) Over() <-chan struct{} { return s.over }

// Close ends the session.
func (s *Session) Close() {
	s.end(errors.New("the session is over"))
	_ = s.stream.Close()
}

func (s *Session) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		close(s.over)
	}
}

// listen passes on what the station says, from the answer to the greeting on.
func (s *Session) listen(word string) {
	lines, begun := newLines(s.stream), false
	for lines.Scan() {
		var a answer
		if json.Unmarshal(lines.Bytes(), &a) != nil {
			continue
		}
		switch {
		case a.Hello == word:
			begun = true
		case a.Hello != "" && begun: // somebody else has come
			s.end(errors.New("somebody else tells the load balancer what should be"))
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

// A station that does not answer is not there, whatever the stream says.
const (
	tendInterval = 15 * time.Second
	tendTimeout  = 30 * time.Second
)

// tend ends a session whose station is silent.
func (s *Session) tend() {
	tick := time.NewTicker(tendInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.over:
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), tendTimeout)
		if err := s.Sync(ctx); err != nil {
			s.end(fmt.Errorf("the load balancer is silent: %w", err))
			_ = s.stream.Close()
		}
		cancel()
	}
}

// Sync returns when the session has heard what has happened so far.
func (s *Session) Sync(ctx context.Context) error {
	_, err := s.ask(ctx, request{})
	return err
}

// Settle returns when what the balancer has holds for all that begins from now on, in its kernel
// as well.
func (s *Session) Settle(ctx context.Context) error {
	_, err := s.ask(ctx, request{Settle: true})
	return err
}

func (s *Session) ask(ctx context.Context, r request) (answer, error) {
	answered, err := s.send(r)
	if err != nil {
		return answer{}, err
	}
	return s.await(ctx, answered)
}

// send asks; the answer comes to the channel.
func (s *Session) send(r request) (chan answer, error) {
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

func (s *Session) await(ctx context.Context, answered chan answer) (answer, error) {
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
