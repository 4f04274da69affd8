package hostport

import (
	"cmp"

	"github.com/tidwall/btree"
)

// lease is the right of an owner to a shared port, when its turn has come.
type lease struct {
	Owner
	leads Target
}

// leaseQueue has the leases of a shared port in the order in which they have it. The end of one
// costs the same with ten of them as with ten thousand.
type leaseQueue struct {
	holder lease              // who has the port, or had it last
	leases map[string]lease   // by owner
	groups map[string]*leases // by group
	all    *leases
	before func(a, b lease) bool
}

// leases are sorted by leaseQueue.before.
type leases = btree.BTreeG[lease]

func newLeaseQueue(first lease, before func(a, b lease) bool) *leaseQueue {
	q := &leaseQueue{holder: first, leases: map[string]lease{}, groups: map[string]*leases{}, before: before}
	q.all = q.sorted()
	q.add(first)
	return q
}

func (q *leaseQueue) sorted() *leases {
	return btree.NewBTreeGOptions(q.before, btree.Options{NoLocks: true})
}

// before reports whether a goes before b, if neither has the port: an owner that stays goes
// before one that leaves, then the one that has been running for longer.
func before(a, b lease) bool {
	if a.Leaving != b.Leaving {
		return b.Leaving
	}
	return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID)) < 0
}

// add takes a lease, in place of another one of the same owner.
func (q *leaseQueue) add(l lease) {
	q.remove(l.ID)
	group := q.groups[l.group()]
	if group == nil {
		group = q.sorted()
		q.groups[l.group()] = group
	}
	group.Set(l)
	q.all.Set(l)
	q.leases[l.ID] = l
}

func (q *leaseQueue) leave(owner string) {
	if l, there := q.leases[owner]; there {
		l.Leaving = true
		q.add(l)
	}
}

func (q *leaseQueue) remove(owner string) {
	l, there := q.leases[owner]
	if !there {
		return
	}
	delete(q.leases, owner)
	q.all.Delete(l)
	group := q.groups[l.group()]
	group.Delete(l)
	if group.Len() == 0 {
		delete(q.groups, l.group())
	}
}

// next is the lease whose turn it is now; nil if there is none.
func (q *leaseQueue) next() *lease {
	var holder, group *lease
	if l, there := q.leases[q.holder.ID]; there {
		holder = &l
	}
	if own := q.groups[q.holder.group()]; own != nil {
		group = first(own)
	}
	return successor(holder, group, first(q.all))
}

func first(sorted *leases) *lease {
	if l, there := sorted.Min(); there {
		return &l
	}
	return nil
}

// successor is the lease that gets a shared port: the holder's, the first one of its group or
// the first one of all, each of which may be nil. The holder keeps the port until it leaves.
// Then the owner of its group gets it that has been running for the longest; one that leaves
// only while all others of the group do. When the group has ended, the port goes to the owner
// that has been running for the longest of all.
func successor(holder, group, all *lease) *lease {
	switch {
	case holder != nil && !holder.Leaving:
		return holder
	case group != nil && !group.Leaving:
		return group
	case holder != nil:
		return holder
	case group != nil:
		return group
	default:
		return all
	}
}
