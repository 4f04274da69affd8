package hostport

import (
	"fmt"
	"testing"
	"time"
)

// runs is a lease of a task, whose service is its first letter; leaves one that is to end.
func runs(task string, since int64) lease {
	return lease{Owner: Owner{ID: task, Service: task[:1], StartedAt: time.Unix(since, 0)}}
}

func leaves(task string, since int64) lease {
	c := runs(task, since)
	c.Leaving = true
	return c
}

func TestWhoHasASharedPort(t *testing.T) {
	for _, c := range []struct {
		name   string
		has    lease
		leases []lease
		want   string
	}{
		{"none, when all have ended", runs("a", 1), nil, ""},
		{"the only one", runs("a", 1), []lease{runs("a", 1)}, "a"},
		{"the one that has it, though another has been running for longer", runs("ab", 2), []lease{runs("aa", 1), runs("ab", 2)}, "ab"},
		{"the oldest, when it has ended", runs("a0", 1), []lease{runs("ac", 3), runs("az", 2), runs("ad", 4)}, "az"},
		{"the oldest of those that stay, when it leaves", leaves("aa", 1), []lease{leaves("aa", 1), leaves("ab", 2), runs("ad", 4), runs("az", 3)}, "az"},
		{"one that leaves, while none stays", leaves("ab", 2), []lease{leaves("aa", 1), leaves("ab", 2)}, "ab"},
		{"the oldest that leaves, when it has ended", runs("a0", 1), []lease{leaves("ac", 3), leaves("az", 2)}, "az"},
		{"a new one, when it leaves", leaves("aa", 1), []lease{leaves("aa", 1), runs("ab", 9)}, "ab"},
		{"one of two that began at once, always the same", runs("a0", 1), []lease{runs("ab", 1), runs("aa", 1)}, "aa"},
		{"its service, though another has been running for longer", leaves("aa", 5), []lease{leaves("aa", 5), runs("ab", 6), runs("b", 1)}, "ab"},
		{"one of its service that leaves, before another one", runs("a0", 5), []lease{leaves("aa", 5), runs("b", 1)}, "aa"},
		{"the oldest of the others, when its service has ended", runs("a0", 5), []lease{runs("c", 2), runs("b", 3), leaves("d", 1)}, "c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			queue := newLeaseQueue(c.has, before)
			queue.remove(c.has.ID)
			for _, lease := range c.leases {
				queue.add(lease)
			}
			switch got := queue.next(); {
			case got == nil && c.want != "":
				t.Errorf("none has it, want %q", c.want)
			case got != nil && got.ID != c.want:
				t.Errorf("%q has it, want %q", got.ID, c.want)
			}
		})
	}
}

// Who has the port ends first, time and again: the worst that there is.
func TestTheEndOfATaskCostsTheSameAmongMany(t *testing.T) {
	comparisons := func(tasks int) int {
		count := 0
		queue := newLeaseQueue(runs("a0", 0), func(a, b lease) bool { count++; return before(a, b) })
		for i := 1; i < tasks; i++ {
			queue.add(runs(fmt.Sprint("a", i), int64(i)))
		}
		count = 0
		for range tasks {
			queue.leave(queue.holder.ID)
			if next := queue.next(); next.ID != queue.holder.ID {
				queue.remove(queue.holder.ID)
				queue.holder = *next
			}
		}
		return count / tasks
	}
	few, many := comparisons(100), comparisons(10_000)
	if many > 4*few { // it grows as the logarithm does
		t.Errorf("an end takes %d comparisons among 100 tasks, %d among 10,000", few, many)
	}
}
