package agent

import (
	"testing"
	"time"
)

func TestWhoHasASharedPort(t *testing.T) {
	at := func(second int64) time.Time { return time.Unix(second, 0) }
	runs := func(task string, since int64) claim { return claim{tenant: tenant{task: task, startedAt: at(since)}} }
	leaves := func(task string, since int64) claim {
		return claim{tenant: tenant{task: task, startedAt: at(since), leaving: true}}
	}
	for _, c := range []struct {
		name   string
		has    string
		claims []claim
		want   string
	}{
		{"nobody, when all have ended", "a", nil, ""},
		{"the only one", "a", []claim{runs("a", 1)}, "a"},
		{"whoever has it, though another has been running for longer", "b", []claim{runs("a", 1), runs("b", 2)}, "b"},
		{"the oldest, when it has ended", "gone", []claim{runs("c", 3), runs("z", 2), runs("d", 4)}, "z"},
		{"the oldest of those that stay, when it leaves", "a", []claim{leaves("a", 1), leaves("b", 2), runs("d", 4), runs("z", 3)}, "z"},
		{"one that leaves, while nobody stays", "b", []claim{leaves("a", 1), leaves("b", 2)}, "b"},
		{"the oldest that leaves, when it has ended", "gone", []claim{leaves("c", 3), leaves("z", 2)}, "z"},
		{"a new one, when it leaves", "a", []claim{leaves("a", 1), runs("b", 9)}, "b"},
		{"one of two that began at once, always the same", "gone", []claim{runs("b", 1), runs("a", 1)}, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims := map[string]claim{}
			for _, claim := range c.claims {
				claims[claim.task] = claim
			}
			if got, found := successor(c.has, claims); got.task != c.want || found != (c.want != "") {
				t.Errorf("%q has it, want %q", got.task, c.want)
			}
		})
	}
}
