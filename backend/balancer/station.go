package balancer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
)

// Plane is what a station has run: a *Balancer.
type Plane interface {
	Set(Piece) error
	Remove(Key)
	// Settle returns when what was set before holds for all flows that begin.
	Settle()
}

// Station is where a balancer runs. It knows which pieces the balancer has, so that who comes
// back pushes only what has changed meanwhile, and how targets are, so that who comes late is
// told.
type Station struct {
	mu     sync.Mutex
	has    map[Key]Held
	health map[Key]Health // of targets, as it was last told
	lines  map[*line]struct{}
}

// NewStation makes a station; its Report is for the options of the balancer.
func NewStation() *Station {
	return &Station{has: map[Key]Held{}, health: map[Key]Health{}, lines: map[*line]struct{}{}}
}

// Report notes how a target is, and tells those who are connected.
func (s *Station) Report(h Health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health[h.key()] = h
	for l := range s.lines {
		l.tell(h)
	}
}

func (h Health) key() Key { return Key{Kind: KindTarget, ID: h.Target, Group: h.Group} }

// Serve answers requests for a plane until the stream ends. Several may be served at a time.
func (s *Station) Serve(ctx context.Context, plane Plane, stream io.ReadWriter) error {
	l := &line{health: map[Key]Health{}, wake: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(ctx)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer cancel()
	defer s.drop(l)
	// What is said waits for the stream in a goroutine of its own: nobody may be reading.
	writing.Go(func() { l.write(ctx, stream) })
	for lines := newLines(stream); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		var r request
		if json.Unmarshal(lines.Bytes(), &r) != nil || r.Number == 0 {
			continue // half of what somebody wanted to say, or nothing
		}
		l.answer(s.carryOut(plane, l, r))
	}
}

func (s *Station) drop(l *line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.lines, l)
}

func (s *Station) carryOut(plane Plane, l *line, r request) answer {
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
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// greet has somebody told of what happens from now on, and of how targets are.
func (s *Station) greet(l *line) []Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines[l] = struct{}{}
	l.begin(s.health)
	return slices.Collect(maps.Values(s.has))
}

func (s *Station) set(plane Plane, p Piece) error {
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
		s.has[key] = Held{Key: key, Version: s.has[key].Version}
		return err
	}
	s.has[key] = Held{Key: key, Version: p.Version, Digest: digest(p)}
	return nil
}

func (s *Station) remove(plane Plane, key Key) {
	plane.Remove(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.has, key)
	delete(s.health, key)
}

// line is a stream of a station.
type line struct {
	wake chan struct{} // holds a token when there is something to say

	mu      sync.Mutex
	health  map[Key]Health // that is to be told: the latest of each
	answers []answer
}

// begin has all of health told again.
func (l *line) begin(health map[Key]Health) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health = maps.Clone(health)
}

func (l *line) tell(h Health) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health[h.key()] = h
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

// write says what there is to say. An answer comes after what happened before it, and after a
// greeting comes all that is known.
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
	answers, health := l.answers, slices.SortedFunc(maps.Values(l.health), func(a, b Health) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Target, b.Target))
	})
	l.answers, l.health = nil, map[Key]Health{}
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
