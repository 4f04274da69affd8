package agent

import (
	"cmp"
	"time"

	"github.com/tidwall/btree"
)

// tenant is a running task whose ports are open.
type tenant struct {
	task      string // ARN
	service   string // ARN; empty for a task of none
	startedAt time.Time
	leaving   bool // it has been told to stop, or stops by itself
}

// group are those among whom a port goes from one to the next. A task of no service is one
// of its own.
func (t tenant) group() string { return cmp.Or(t.service, t.task) }

// claim is the right of a running task to a shared port, when its turn has come.
type claim struct {
	tenant
	leads target
}

// turns are the claims to a shared port in the order in which they have it, so that the end
// of one costs the same with ten of them as with ten thousand.
type turns struct {
	has    claim             // who has the port, or had it last
	claims map[string]claim  // by task
	groups map[string]*queue // by group
	all    *queue
	before func(a, b claim) bool
}

type queue = btree.BTreeG[claim]

func newTurns(first claim, before func(a, b claim) bool) *turns {
	t := &turns{has: first, claims: map[string]claim{}, groups: map[string]*queue{}, before: before}
	t.all = t.newQueue()
	t.add(first)
	return t
}

func (t *turns) newQueue() *queue {
	return btree.NewBTreeGOptions(t.before, btree.Options{NoLocks: true})
}

// before reports whether a goes before b, if neither has the port: who stays before who
// leaves, then who has been running for longer.
func before(a, b claim) bool {
	if a.leaving != b.leaving {
		return b.leaving
	}
	return cmp.Or(a.startedAt.Compare(b.startedAt), cmp.Compare(a.task, b.task)) < 0
}

// add takes a claim; another one of the task is replaced.
func (t *turns) add(c claim) {
	t.remove(c.task)
	group := t.groups[c.group()]
	if group == nil {
		group = t.newQueue()
		t.groups[c.group()] = group
	}
	group.Set(c)
	t.all.Set(c)
	t.claims[c.task] = c
}

func (t *turns) leave(task string) {
	if c, there := t.claims[task]; there {
		c.leaving = true
		t.add(c)
	}
}

func (t *turns) remove(task string) {
	c, there := t.claims[task]
	if !there {
		return
	}
	delete(t.claims, task)
	t.all.Delete(c)
	group := t.groups[c.group()]
	group.Delete(c)
	if group.Len() == 0 {
		delete(t.groups, c.group())
	}
}

// next is whose turn it is now; nil is that nobody has a claim.
func (t *turns) next() *claim {
	var has, group *claim
	if c, there := t.claims[t.has.task]; there {
		has = &c
	}
	if own := t.groups[t.has.group()]; own != nil {
		group = first(own)
	}
	return successor(has, group, first(t.all))
}

func first(q *queue) *claim {
	if c, there := q.Min(); there {
		return &c
	}
	return nil
}

// successor is the claim that has a shared port: of that which has it, the first of its
// group and the first of all, any of which may be none. Who has it keeps it until it leaves;
// then it is that of the task of its group which has been running for the longest. A task
// that leaves has it only while all others of the group do. When the group has ended, the
// task has it that has been running for the longest of all.
func successor(has, group, all *claim) *claim {
	switch {
	case has != nil && !has.leaving:
		return has
	case group != nil && !group.leaving:
		return group
	case has != nil:
		return has
	case group != nil:
		return group
	default:
		return all
	}
}
