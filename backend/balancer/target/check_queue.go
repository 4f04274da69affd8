package target

import (
	"container/heap"
	"time"
)

// CheckQueue is the targets that are to be checked, by time. Its zero value is empty. The
// balancer's lock guards it.
type CheckQueue struct{ due dueTargets }

// Next returns when the first target is due, if there is one.
func (q *CheckQueue) Next() (time.Time, bool) {
	if len(q.due) == 0 {
		return time.Time{}, false
	}
	return q.due[0].next, true
}

// Has reports whether a target waits for its check.
func (q *CheckQueue) Has(t *Target) bool { return t.place >= 0 }

// Add has a target checked at a time.
func (q *CheckQueue) Add(t *Target, at time.Time) {
	t.next = at
	heap.Push(&q.due, t)
}

// Advance has a target that waits checked no later than a time.
func (q *CheckQueue) Advance(t *Target, soonest time.Time) {
	if t.next.After(soonest) {
		t.next = soonest
		heap.Fix(&q.due, t.place)
	}
}

// Remove has a target not checked, if it waits.
func (q *CheckQueue) Remove(t *Target) {
	if t.place >= 0 {
		heap.Remove(&q.due, t.place)
	}
}

// Take removes and returns a target that is due, or nil.
func (q *CheckQueue) Take(now time.Time) *Target {
	if at, ok := q.Next(); !ok || at.After(now) {
		return nil
	}
	return heap.Pop(&q.due).(*Target)
}

// dueTargets is a heap by the time of the next check.
type dueTargets []*Target

func (d dueTargets) Len() int           { return len(d) }
func (d dueTargets) Less(i, j int) bool { return d[i].next.Before(d[j].next) }
func (d dueTargets) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i, j
}

// Push and Pop are heap.Interface's.
func (d *dueTargets) Push(x any) {
	t := x.(*Target)
	t.place = len(*d)
	*d = append(*d, t)
}

func (d *dueTargets) Pop() any {
	old := *d
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*d = old[:len(old)-1]
	t.place = -1
	return t
}
