package operation

import (
	"container/heap"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// graph is the work of a phase: an item for each resource, or, in the phase Remove, for each physical one. It is not written:
// what has been done is evaluated again after a crash, and found done.
type graph struct {
	items   map[string]*item // by logical id; in the phase Remove by incarnation
	begun   map[string]*item // by the incarnation that is being acted on
	ready   []*item
	due     dueHeap
	waiting int // items that wait for others
	blocked int // those that have failed
	calling int // actions whose next call is about to be made, or is under way, before they have to get stable
	stable  int // of those begun: they only have to get stable
}

// item is the work on a resource.
type item struct {
	node        *node
	incarnation string // of what is being acted on; in the phase Remove always
	state       state
	waits       int // for so many items
	users       []*item
	calling     bool // counts among the calling
	flying      bool // a call is under way
	signalled   bool // a signal has come that the call under way has not
	repeats     bool // a call may have been made whose result is lost
	due         time.Time
	retries     bool // nothing is under way before due, when the delete begins again
	place       int  // in the heap; -1: it is not there
}

type state uint8

const (
	waits state = iota
	isReady
	isBegun
	isDone
	isBlocked
)

// plan makes the graph of the phase.
func (d *Decider) plan() {
	d.graph = graph{items: map[string]*item{}, begun: map[string]*item{}}
	d.order = slices.DeleteFunc(d.order, func(n *node) bool { return n.gone })
	switch {
	case d.op == nil || !d.op.Started:
		return
	case d.op.Phase == cloudformation.Remove:
		d.planRemovals()
	default:
		d.planResources()
	}
	for _, n := range d.order { // in their order, or the first to begin would be chance
		for _, it := range d.itemsOf(n) {
			d.waiting++
			if it.waits == 0 {
				d.makeReady(it)
			}
		}
	}
}

func (d *Decider) itemsOf(n *node) (list []*item) {
	if d.op.Phase != cloudformation.Remove {
		if it := d.items[n.row.LogicalID]; it != nil {
			list = append(list, it)
		}
		return list
	}
	for _, p := range n.row.Leaving {
		list = append(list, d.items[p.Incarnation])
	}
	return list
}

// planResources has each resource wait for those that its template refers to.
func (d *Decider) planResources() {
	for _, n := range d.order {
		if d.target(n) != nil {
			d.items[n.row.LogicalID] = &item{node: n, place: -1}
		}
	}
	for _, n := range d.order {
		it := d.items[n.row.LogicalID]
		if it == nil {
			continue
		}
		for _, name := range d.target(n).Dependencies {
			if on := d.items[name]; on != nil {
				it.waits++
				on.users = append(on.users, it)
			}
		}
	}
}

// planRemovals has each physical resource wait for those that use it.
func (d *Decider) planRemovals() {
	for _, n := range d.order {
		for _, p := range n.row.Leaving {
			d.items[p.Incarnation] = &item{node: n, incarnation: p.Incarnation, place: -1}
		}
	}
	for _, n := range d.order {
		for _, p := range n.row.Leaving {
			for _, used := range p.Uses {
				if it := d.items[used]; it != nil && it.node != n {
					it.waits++
					user := d.items[p.Incarnation]
					user.users = append(user.users, it)
				}
			}
		}
	}
}

func (d *Decider) makeReady(it *item) {
	it.state = isReady
	d.waiting--
	d.ready = append(d.ready, it)
}

// resume takes up what was under way in the rows.
func (d *Decider) resume(n *node, p *cloudformation.Physical, called bool) {
	it := d.items[n.row.LogicalID]
	if d.op.Phase == cloudformation.Remove {
		it = d.items[p.Incarnation]
	}
	if it == nil {
		return
	}
	switch it.state {
	case waits:
		d.waiting--
	case isReady:
		d.dropReady(it)
	}
	it.state, it.incarnation = isBegun, p.Incarnation
	d.begun[p.Incarnation] = it
	if p.Step == nil {
		it.retries = true
		d.schedule(it, p.RetryAt)
		return
	}
	if p.Step.Stable {
		d.stable++
	}
	if called {
		it.flying = true
		d.counts(it, true)
		return
	}
	it.repeats = true
	d.schedule(it, p.Step.Due)
}

func (d *Decider) dropReady(it *item) {
	for i, each := range d.ready {
		if each == it {
			d.ready = append(d.ready[:i], d.ready[i+1:]...)
			return
		}
	}
}

// finish has those go on that wait for an item.
func (d *Decider) finish(it *item) {
	d.release(it)
	it.state = isDone
	for _, user := range it.users {
		if user.waits--; user.waits == 0 && user.state == waits {
			d.makeReady(user)
		}
	}
}

// block has those wait for good that wait for an item.
func (d *Decider) block(it *item) {
	d.release(it)
	it.state = isBlocked
	d.blocked++
}

// release ends what was under way for an item.
func (d *Decider) release(it *item) {
	if it.state == isBegun {
		delete(d.begun, it.incarnation)
	}
	d.counts(it, false)
	d.unschedule(it)
	it.flying, it.signalled = false, false
}

func (d *Decider) counts(it *item, calling bool) {
	switch {
	case calling && !it.calling:
		d.calling++
	case !calling && it.calling:
		d.calling--
	}
	it.calling = calling
}

func (d *Decider) schedule(it *item, at time.Time) {
	it.due = at
	if it.place >= 0 {
		heap.Fix(&d.due, it.place)
	} else {
		heap.Push(&d.due, it)
	}
}

func (d *Decider) unschedule(it *item) {
	if it.place >= 0 {
		heap.Remove(&d.due, it.place)
	}
}

// dueHeap has the items with the next call first.
type dueHeap []*item

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *dueHeap) Push(x any) {
	it := x.(*item)
	it.place = len(*h)
	*h = append(*h, it)
}

func (h *dueHeap) Pop() any {
	old := *h
	it := old[len(old)-1]
	*h, it.place = old[:len(old)-1], -1
	return it
}
