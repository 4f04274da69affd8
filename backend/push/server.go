package push

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
)

// DataPlane applies what a server receives.
type DataPlane[P, K, C any] interface {
	Set(P) error
	Remove(K)
	// Settle returns when what was set before holds for all flows that begin.
	Settle()
	// Counts are what it has counted since it began; nil counts nothing.
	Counts() *C
}

// Drainer is a DataPlane that finishes what was under way when a piece was removed.
type Drainer interface {
	// Drain returns when nothing is under way to what has been removed so far, or ctx ends.
	Drain(ctx context.Context)
}

// Server runs beside the data plane. It keeps which pieces are applied, so that a client that
// reconnects pushes only differences, and the news, for clients that connect later.
type Server[P Piece[P, K], K Key[K], N News[N, K], C any] struct {
	mu    sync.Mutex
	has   map[K]*applied[P, K]
	news  map[K]N // the latest about each
	lines map[*line[P, K, N, C]]struct{}
}

// NewServer makes a server; its Report is for the options of the data plane.
func NewServer[P Piece[P, K], K Key[K], N News[N, K], C any]() *Server[P, K, N, C] {
	return &Server[P, K, N, C]{has: map[K]*applied[P, K]{}, news: map[K]N{}, lines: map[*line[P, K, N, C]]struct{}{}}
}

// applied is what a server has of a piece. Its digest is worked out when a client asks what there is.
type applied[P Piece[P, K], K Key[K]] struct {
	version int64
	piece   *P // nil: not known, or the digest is there
	digest  string
}

// Report notes news, and sends them to connected clients.
func (s *Server[P, K, N, C]) Report(h N) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news[h.About()] = h
	for l := range s.lines {
		l.tell(h)
	}
}

// Serve answers requests for a plane until the stream ends. Several may be served at a time.
func (s *Server[P, K, N, C]) Serve(ctx context.Context, plane DataPlane[P, K, C], stream io.ReadWriter) error {
	l := &line[P, K, N, C]{news: map[K]N{}, wake: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(ctx)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer cancel()
	defer s.drop(l)
	// A goroutine of its own writes, since the client may not be reading.
	writing.Go(func() { l.write(ctx, stream) })
	for lines := newLines(stream); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		var r request[P, K]
		if json.Unmarshal(lines.Bytes(), &r) != nil || r.Number == 0 {
			continue // half of a line, of a client that was killed
		}
		if d, ok := plane.(Drainer); ok && r.Drain { // other requests do not wait for it
			writing.Go(func() {
				d.Drain(ctx)
				l.answer(answer[P, K, N, C]{Number: r.Number})
			})
			continue
		}
		l.answer(s.carryOut(plane, l, r))
	}
}

func (s *Server[P, K, N, C]) drop(l *line[P, K, N, C]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.lines, l)
}

func (s *Server[P, K, N, C]) carryOut(plane DataPlane[P, K, C], l *line[P, K, N, C], r request[P, K]) answer[P, K, N, C] {
	a := answer[P, K, N, C]{Number: r.Number}
	var err error
	switch {
	case r.Hello != "":
		a.Hello, a.Has = r.Hello, s.greet(l)
	case r.Set != nil:
		err = s.set(plane, *r.Set)
	case r.Remove != nil:
		s.remove(plane, *r.Remove)
	case r.Settle:
		plane.Settle()
	case r.Count:
		a.Counts = plane.Counts()
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// greet registers a line for news, beginning with all that is known.
func (s *Server[P, K, N, C]) greet(l *line[P, K, N, C]) []AppliedPiece[P, K] {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines[l] = struct{}{}
	l.begin(s.news)
	list := make([]AppliedPiece[P, K], 0, len(s.has))
	for key, a := range s.has {
		if a.piece != nil {
			a.digest, a.piece = digest(*a.piece), nil
		}
		list = append(list, AppliedPiece[P, K]{Key: key, Version: a.version, Digest: a.digest})
	}
	return list
}

func (s *Server[P, K, N, C]) set(plane DataPlane[P, K, C], p P) error {
	key, err := p.Key()
	if err != nil {
		return err
	}
	former := s.versionOf(key)
	if p.In() <= former {
		return errors.New("a later version of it is in place")
	}
	err = plane.Set(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil { // a listener that moves has lost its port
		if a := s.has[key]; a != nil {
			former = a.version // of another client, which may have come meanwhile
		}
		s.has[key] = &applied[P, K]{version: former}
		return err
	}
	s.has[key] = &applied[P, K]{version: p.In(), piece: &p}
	return nil
}

func (s *Server[P, K, N, C]) versionOf(key K) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.has[key]; a != nil {
		return a.version
	}
	return 0
}

func (s *Server[P, K, N, C]) remove(plane DataPlane[P, K, C], key K) {
	plane.Remove(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.has, key)
	delete(s.news, key)
}

// line is the stream of one client.
type line[P Piece[P, K], K Key[K], N News[N, K], C any] struct {
	wake chan struct{} // holds a token when there is something to say

	mu      sync.Mutex
	news    map[K]N // that is to be told: the latest of each
	answers []answer[P, K, N, C]
}

// begin queues the latest of all news.
func (l *line[P, K, N, C]) begin(news map[K]N) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.news = maps.Clone(news)
}

func (l *line[P, K, N, C]) tell(h N) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.news[h.About()] = h
	l.notify()
}

func (l *line[P, K, N, C]) answer(a answer[P, K, N, C]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers = append(l.answers, a)
	l.notify()
}

func (l *line[P, K, N, C]) notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// write sends what is queued. An answer comes after the news that preceded it, and all that is
// known comes after a greeting.
func (l *line[P, K, N, C]) write(ctx context.Context, to io.Writer) {
	for {
		select {
		case <-l.wake:
		case <-ctx.Done():
			return
		}
		for _, a := range l.take() {
			if writeLine(to, a) != nil {
				return // the end of its input follows
			}
		}
	}
}

// mostNews bounds how many news a line has.
const mostNews = 500

func (l *line[P, K, N, C]) take() (said []answer[P, K, N, C]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	answers, news := l.answers, slices.SortedFunc(maps.Values(l.news), N.Compare)
	l.answers, l.news = nil, map[K]N{}
	for i, a := range slices.Backward(answers) {
		if a.Hello != "" {
			said, answers = slices.Clone(answers[:i+1]), answers[i+1:]
			break
		}
	}
	for batch := range slices.Chunk(news, mostNews) {
		said = append(said, answer[P, K, N, C]{News: batch})
	}
	return append(said, answers...)
}
