package agent

import (
	"fmt"
	"testing"
	"time"
)

// runs is a claim of a task, whose service is its first letter; leaves one that is to end.
func runs(task string, since int64) claim {
	return claim{tenant: tenant{task: task, service: task[:1], startedAt: time.Unix(since, 0)}}
}

func leaves(task string, since int64) claim {
	c := runs(task, since)
	c.leaving = true
	return c
}

func TestWhoHasASharedPort(t *testing.T) {
	for _, c := range []struct {
		name   string
		has    claim
		claims []claim
		want   string
	}{
		{"nobody, when all have ended", runs("a", 1), nil, ""},
		{"the only one", runs("a", 1), []claim{runs("a", 1)}, "a"},
		{"whoever has it, though another has been running for longer", runs("ab", 2), []claim{runs("aa", 1), runs("ab", 2)}, "ab"},
		{"the oldest, when it has ended", runs("a0", 1), []claim{runs("ac", 3), runs("az", 2), runs("ad", 4)}, "az"},
		{"the oldest of those that stay, when it leaves", leaves("aa", 1), []claim{leaves("aa", 1), leaves("ab", 2), runs("ad", 4), runs("az", 3)}, "az"},
		{"one that leaves, while nobody stays", leaves("ab", 2), []claim{leaves("aa", 1), leaves("ab", 2)}, "ab"},
		{"the oldest that leaves, when it has ended", runs("a0", 1), []claim{leaves("ac", 3), leaves("az", 2)}, "az"},
		{"a new one, when it leaves", leaves("aa", 1), []claim{leaves("aa", 1), runs("ab", 9)}, "ab"},
		{"one of two that began at once, always the same", runs("a0", 1), []claim{runs("ab", 1), runs("aa", 1)}, "aa"},
		{"its service, though another has been running for longer", leaves("aa", 5), []claim{leaves("aa", 5), runs("ab", 6), runs("b", 1)}, "ab"},
		{"one of its service that leaves, before another one", runs("a0", 5), []claim{leaves("aa", 5), runs("b", 1)}, "aa"},
		{"the oldest of the others, when its service has ended", runs("a0", 5), []claim{runs("c", 2), runs("b", 3), leaves("d", 1)}, "c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			turns := newTurns(c.has, before)
			turns.remove(c.has.task)
			for _, claim := range c.claims {
				turns.add(claim)
			}
			switch got := turns.next(); {
			case got == nil && c.want != "":
				t.Errorf("nobody has it, want %q", c.want)
			case got != nil && got.task != c.want:
				t.Errorf("%q has it, want %q", got.task, c.want)
			}
		})
	}
}

// Who has the port ends first, time and again: the worst that there is.
func TestTheEndOfATaskCostsTheSameAmongMany(t *testing.T) {
	comparisons := func(tasks int) int {
		count := 0
		turns := newTurns(runs("a0", 0), func(a, b claim) bool { count++; return before(a, b) })
		for i := 1; i < tasks; i++ {
			turns.add(runs(fmt.Sprint("a", i), int64(i)))
		}
		count = 0
		for range tasks {
			turns.leave(turns.has.task)
			if next := turns.next(); next.task != turns.has.task {
				turns.remove(turns.has.task)
				turns.has = *next
			}
		}
		return count / tasks
	}
	few, many := comparisons(100), comparisons(10_000)
	if many > 4*few { // it grows as the logarithm does
		t.Errorf("an end takes %d comparisons among 100 tasks, %d among 10,000", few, many)
	}
}
