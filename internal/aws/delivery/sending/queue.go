package sending

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

// mostCalls is how many calls of one target are under way at once.
const mostCalls = 10

// mostUnwritten is how many calls of one target may have ended without it being on disk before the next ones wait. There
// are many while the disk fails, and the end of the emulator has all of them be made again.
const mostUnwritten = 100

// queue has the deliveries that are to be called now: those that wait for their turn, and those that are called. Each of
// its methods takes the same time, however many there are.
type queue struct {
	mu     sync.Mutex
	inHand map[string]*call // by the ids of their deliveries
	order  list.List        // of the same, in the order in which they came
	lines  map[string]*line // by target
	newest uint64           // serial of the one that came last
}

// call is one of a target, which waits for its turn or is under way.
type call struct {
	id, key  string // of the delivery
	line     *line
	resource string // whose order is kept; empty: it has none
	serial   uint64
	at       *list.Element
	began    time.Time // in real time; zero: it waits
	answered bool      // others go on without it
	over     chan struct{}
}

// line is what is to be called of one target.
type line struct {
	target  string
	running map[*call]bool
	ready   []*call            // these wait for nothing but the limit
	lanes   map[string][]*call // by resource: these wait for the one before them
	// unwritten is how many calls are answered, and it is not on disk yet.
	unwritten int
}

// add has a delivery be called in its turn, unless it is in hand already. begin is called for each call that begins.
func (q *queue) add(d *delivery.Delivery, begin func(*call)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.inHand[d.ID] != nil {
		return
	}
	if q.lines == nil {
		q.inHand, q.lines = map[string]*call{}, map[string]*line{}
	}
	l := q.lines[d.TargetARN]
	if l == nil {
		l = &line{target: d.TargetARN, running: map[*call]bool{}, lanes: map[string][]*call{}}
		q.lines[d.TargetARN] = l
	}
	q.newest++
	c := &call{id: d.ID, key: d.Key(), line: l, serial: q.newest, over: make(chan struct{})}
	c.at = q.order.PushBack(c)
	q.inHand[d.ID] = c
	if d.Attempts == 0 { // retries keep no order
		c.resource = d.Resource
	}
	if _, busy := l.lanes[c.resource]; busy && c.resource != "" {
		l.lanes[c.resource] = append(l.lanes[c.resource], c)
		return
	}
	l.admit(c)
	l.advance(begin)
}

// release lets the delivery of a call be added again: a retry that is due.
func (q *queue) release(c *call) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.inHand, c.id)
}

// answer begins those that waited for a call whose target has answered, while what has become of it is written.
func (q *queue) answer(c *call, begin func(*call)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c.line.unwritten < mostUnwritten {
		c.answered = true
		c.line.unwritten++
		c.line.leave(c)
		c.line.advance(begin)
	}
}

// end takes a call off, and begins those that waited for it.
func (q *queue) end(c *call, begin func(*call)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := c.line
	q.order.Remove(c.at)
	close(c.over)
	if c.answered {
		l.unwritten--
	} else {
		l.leave(c)
		l.advance(begin)
	}
	if len(l.running) == 0 && l.unwritten == 0 {
		delete(q.lines, l.target)
	}
}

// leave makes room for another call.
func (l *line) leave(c *call) {
	delete(l.running, c)
	if waiting := l.lanes[c.resource]; len(waiting) > 0 {
		l.lanes[c.resource] = waiting[1:]
		l.ready = append(l.ready, waiting[0])
	} else {
		delete(l.lanes, c.resource)
	}
}

// admit has a call wait for nothing but the limit, and others of its resource wait for it.
func (l *line) admit(c *call) {
	if c.resource != "" {
		l.lanes[c.resource] = nil
	}
	l.ready = append(l.ready, c)
}

// advance begins calls as far as the limit allows it.
func (l *line) advance(begin func(*call)) {
	for len(l.ready) > 0 && len(l.running) < mostCalls {
		c := l.ready[0]
		l.ready = l.ready[1:]
		c.began = time.Now()
		l.running[c] = true
		begin(c)
	}
}

// last is the serial of the call that came last.
func (q *queue) last() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.newest
}

// wait waits for the end of a call that calls up to a serial wait for, or that is one of them, and reports whether
// there is one. It waits for none that is older than patience. It fails with the error of ctx.
func (q *queue) wait(ctx context.Context, serial uint64, patience time.Duration) (waited bool, err error) {
	young := q.young(serial, patience)
	if young == nil {
		return false, nil
	}
	grown := time.NewTimer(patience - time.Since(young.began))
	defer grown.Stop()
	select {
	case <-young.over:
	case <-grown.C:
	case <-ctx.Done():
		return true, ctx.Err()
	}
	return true, nil
}

// young is a call under way that is not older than patience and that has calls up to a serial wait, or nil.
func (q *queue) young(serial uint64, patience time.Duration) *call {
	q.mu.Lock()
	defer q.mu.Unlock()
	tried := map[*line]bool{}
	for at := q.order.Front(); at != nil; at = at.Next() {
		c := at.Value.(*call)
		if c.serial > serial {
			return nil
		}
		if !c.began.IsZero() && time.Since(c.began) < patience {
			return c
		}
		if c.began.IsZero() && !tried[c.line] {
			tried[c.line] = true
			for running := range c.line.running {
				if time.Since(running.began) < patience {
					return running
				}
			}
		}
	}
	return nil
}
