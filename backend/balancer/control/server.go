package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// DataPlane applies what a server receives: a *dataplane.Balancer.
type DataPlane interface {
	Set(balancer.Piece) error
	Remove(balancer.Key)
	// Settle returns when what was set before holds for all flows that begin.
	Settle()
	// Counts are what it has counted since it began; nil counts nothing.
	Counts() *balancer.Counts
}

// Server runs beside the data plane. It keeps which pieces are applied, so that a client that
// reconnects pushes only differences, and the health of targets, for clients that connect later.
type Server struct {
	mu     sync.Mutex
	has    map[balancer.Key]AppliedPiece
	health map[balancer.Key]balancer.Health // of targets, as it was last told
	lines  map[*line]struct{}
}

// NewServer makes a server; its Report is for the options of the balancer.
func NewServer() *Server {
	return &Server{has: map[balancer.Key]AppliedPiece{}, health: map[balancer.Key]balancer.Health{}, lines: map[*line]struct{}{}}
}

// Report notes the health of a target, and sends it to connected clients.
func (s *Server) Report(h balancer.Health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health[healthKey(h)] = h
	for l := range s.lines {
		l.tell(h)
	}
}

func healthKey(h balancer.Health) balancer.Key {
	return balancer.Key{Kind: balancer.KindTarget, ID: h.Target, Group: h.Group}
}

// Serve answers requests for a plane until the stream ends. Several may be served at a time.
func (s *Server) Serve(ctx context.Context, plane DataPlane, stream io.ReadWriter) error {
	l := &line{health: map[balancer.Key]balancer.Health{}, wake: make(chan struct{}, 1)}
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
		var r request
		if json.Unmarshal(lines.Bytes(), &r) != nil || r.Number == 0 {
			continue // half of a line, of a client that was killed
		}
		l.answer(s.carryOut(plane, l, r))
	}
}

func (s *Server) drop(l *line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.lines, l)
}

func (s *Server) carryOut(plane DataPlane, l *line, r request) answer {
	a := answer{Number: r.Number}
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

// greet registers a line for news of targets, beginning with what is known of all of them.
func (s *Server) greet(l *line) []AppliedPiece {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines[l] = struct{}{}
	l.begin(s.health)
	return slices.Collect(maps.Values(s.has))
}

func (s *Server) set(plane DataPlane, p balancer.Piece) error {
	key, err := p.Key()
	if err != nil {
		return err
	}
	s.mu.Lock()
	old := p.Version <= s.has[key].Version
	s.mu.Unlock()
	if old {
		return errors.New("a later version of it is in place")
	}
	err = plane.Set(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil { // a listener that moves has lost its port
		s.has[key] = AppliedPiece{Key: key, Version: s.has[key].Version}
		return err
	}
	s.has[key] = AppliedPiece{Key: key, Version: p.Version, Digest: digest(p)}
	return nil
}

func (s *Server) remove(plane DataPlane, key balancer.Key) {
	plane.Remove(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.has, key)
	delete(s.health, key)
}

// line is the stream of one client.
type line struct {
	wake chan struct{} // holds a token when there is something to say

	mu      sync.Mutex
	health  map[balancer.Key]balancer.Health // that is to be told: the latest of each
	answers []answer
}

// begin queues the health of all targets.
func (l *line) begin(health map[balancer.Key]balancer.Health) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health = maps.Clone(health)
}

func (l *line) tell(h balancer.Health) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health[healthKey(h)] = h
	l.notify()
}

func (l *line) answer(a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers = append(l.answers, a)
	l.notify()
}

func (l *line) notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// write sends what is queued. An answer comes after the news that preceded it, and all that is
// known of targets comes after a greeting.
func (l *line) write(ctx context.Context, to io.Writer) {
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

// mostHealth bounds how many targets a line is about.
const mostHealth = 500

func (l *line) take() (said []answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	answers, health := l.answers, slices.SortedFunc(maps.Values(l.health), func(a, b balancer.Health) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Target, b.Target))
	})
	l.answers, l.health = nil, map[balancer.Key]balancer.Health{}
	for i, a := range slices.Backward(answers) {
		if a.Hello != "" {
			said, answers = slices.Clone(answers[:i+1]), answers[i+1:]
			break
		}
	}
	for batch := range slices.Chunk(health, mostHealth) {
		said = append(said, answer{Health: batch})
	}
	return append(said, answers...)
}
