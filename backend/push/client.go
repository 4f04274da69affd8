// Package push carries what a data plane is to do from a [Client], which knows it, to a [Server],
// where the data plane runs, piece by piece and only what differs, and news from there back.
package push

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

// Client gives a [Server] the pieces of configuration, and hears news.
type Client[P Piece[P, K], K Key[K], N News[N, K], C any] struct {
	stream io.ReadWriteCloser
	heard  func([]N)
	over   chan struct{} // closed when the stream has ended

	writing sync.Mutex
	turn    chan struct{}          // holds a token while Update is at work
	parts   map[string]*Part[P, K] // by which the server acts, by name; Update's alone
	given   map[P]known[P, K]      // the pieces of the last Update, whose alone it is

	mu      sync.Mutex
	number  int64
	waiting map[int64]chan answer[P, K, N, C]
	has     map[K]AppliedPiece[P, K]
	version int64 // the last one that was pushed; never used twice, since a lost answer leaves open whether it arrived
	err     error // why it is over
}

// Connect greets a server. It fails when ctx ends before the server has answered. The client
// calls heard with news, one call at a time, and first with the latest of all of them. It closes
// the stream when the server falls silent, when another client has connected, and with Close.
func Connect[P Piece[P, K], K Key[K], N News[N, K], C any](ctx context.Context, stream io.ReadWriteCloser, heard func([]N)) (*Client[P, K, N, C], error) {
	s := &Client[P, K, N, C]{
		stream: stream, heard: heard, over: make(chan struct{}), turn: make(chan struct{}, 1),
		waiting: map[int64]chan answer[P, K, N, C]{}, has: map[K]AppliedPiece[P, K]{}, parts: map[string]*Part[P, K]{},
	}
	word := rand.Text()
	go s.listen(word)
	hello, err := s.ask(ctx, request[P, K]{Hello: word})
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("greet the data plane: %w", err)
	}
	s.mu.Lock()
	for _, h := range hello.Has {
		s.has[h.Key] = h
		s.version = max(s.version, h.Version)
	}
	s.mu.Unlock()
	go s.tend()
	return s, nil
}

// Has returns the pieces that the server has applied, as far as the client knows.
func (s *Client[P, K, N, C]) Has() []AppliedPiece[P, K] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.has))
}

// Applied returns a piece that the server has applied, as far as the client knows.
func (s *Client[P, K, N, C]) Applied(key K) (piece AppliedPiece[P, K], has bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	piece, has = s.has[key]
	return piece, has
}

// Over returns a channel that is closed when the client has ended.
func (s *Client[P, K, N, C]) Over() <-chan struct{} { return s.over }

// Close ends the client.
func (s *Client[P, K, N, C]) Close() {
	s.end(errors.New("the client is closed"))
	_ = s.stream.Close()
}

func (s *Client[P, K, N, C]) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		close(s.over)
	}
}

// listen reads the server's lines, from the answer to the greeting on.
func (s *Client[P, K, N, C]) listen(word string) {
	lines, begun := newLines(s.stream), false
	for lines.Scan() {
		var a answer[P, K, N, C]
		if json.Unmarshal(lines.Bytes(), &a) != nil {
			continue
		}
		switch {
		case a.Hello == word:
			begun = true
		case a.Hello != "" && begun: // another client has connected
			s.end(errors.New("another client has connected to the data plane"))
			_ = s.stream.Close()
			return
		case !begun:
			continue
		}
		if len(a.News) > 0 && s.heard != nil {
			s.heard(a.News)
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
	s.end(fmt.Errorf("the stream to the data plane has ended: %w", err))
	_ = s.stream.Close()
}

// A server that does not answer is lost, even if the stream stays open.
const (
	tendInterval = 15 * time.Second
	tendTimeout  = 30 * time.Second
)

// tend ends a client whose server is silent.
func (s *Client[P, K, N, C]) tend() {
	tick := time.NewTicker(tendInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.over:
			return
		}
		lost := time.AfterFunc(tendTimeout, func() { // a request may not even be taken, when what reads it hangs
			s.end(errors.New("the data plane is silent"))
			_ = s.stream.Close()
		})
		if s.Sync(context.Background()) != nil {
			_ = s.stream.Close()
		}
		lost.Stop()
	}
}

// Sync returns when the client has heard all that the server knew before.
func (s *Client[P, K, N, C]) Sync(ctx context.Context) error {
	_, err := s.ask(ctx, request[P, K]{})
	return err
}

// Settle returns when what the data plane has holds for all that begins from now on, in its kernel
// as well.
func (s *Client[P, K, N, C]) Settle(ctx context.Context) error {
	_, err := s.ask(ctx, request[P, K]{Settle: true})
	return err
}

// Drain returns when nothing is under way to what has been removed: at once from a data plane that does not know,
// such as one of an older build.
func (s *Client[P, K, N, C]) Drain(ctx context.Context) error {
	_, err := s.ask(ctx, request[P, K]{Drain: true})
	return err
}

// ErrNotCounted is what a data plane says that counts nothing, such as one of an older build.
var ErrNotCounted = errors.New("the data plane does not count")

// Count returns what the data plane has counted since it began to run, or ErrNotCounted.
func (s *Client[P, K, N, C]) Count(ctx context.Context) (counts C, err error) {
	a, err := s.ask(ctx, request[P, K]{Count: true})
	if err != nil {
		return counts, err
	}
	if a.Counts == nil {
		return counts, ErrNotCounted
	}
	return *a.Counts, nil
}

func (s *Client[P, K, N, C]) ask(ctx context.Context, r request[P, K]) (answer[P, K, N, C], error) {
	answered, err := s.send(r)
	if err != nil {
		return answer[P, K, N, C]{}, err
	}
	return s.await(ctx, answered)
}

// send writes a request and returns a channel for its answer.
func (s *Client[P, K, N, C]) send(r request[P, K]) (chan answer[P, K, N, C], error) {
	answered := make(chan answer[P, K, N, C], 1)
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

func (s *Client[P, K, N, C]) await(ctx context.Context, answered chan answer[P, K, N, C]) (answer[P, K, N, C], error) {
	select {
	case a := <-answered:
		return a, nil
	case <-s.over:
		s.mu.Lock()
		defer s.mu.Unlock()
		return answer[P, K, N, C]{}, s.err
	case <-ctx.Done():
		return answer[P, K, N, C]{}, ctx.Err()
	}
}
