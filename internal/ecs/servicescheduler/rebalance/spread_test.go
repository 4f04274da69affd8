package rebalance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spread reads "a4 b1 c0x d3k2": x is closed, k2 are two tasks that are kept.
func spread(text string) *Spread {
	s := &Spread{}
	for word := range strings.FieldsSeq(text) {
		z := Zone{Name: word[:1], Closed: strings.HasSuffix(word, "x")}
		n, kept, _ := strings.Cut(strings.TrimSuffix(word[1:], "x"), "k")
		_, _ = fmt.Sscan(n, &z.Tasks)
		_, _ = fmt.Sscan(kept, &z.Kept)
		s.zones = append(s.zones, z)
	}
	return s
}

func moves(s *Spread) string {
	var list []string
	for from, to, ok := s.Move(); ok; from, to, ok = s.Move() {
		list = append(list, from+to)
		s.Start(to)
		s.Stop(from)
	}
	return strings.Join(list, " ")
}

func TestMoves(t *testing.T) {
	for _, c := range []struct {
		before, want    string
		balanced, after bool
		blocked         bool // in the end
	}{
		{before: "", balanced: true, after: true},
		{before: "a5", balanced: true, after: true},
		{before: "a1 b0 c0", balanced: true, after: true},
		{before: "a2 b2 c1", balanced: true, after: true},
		{before: "a2 b0", want: "ab", after: true},
		{before: "a3 b1 c1", want: "ab", after: true},
		{before: "a4 b1 c1", want: "ab ac", after: true},
		{before: "a3 b2 c1", want: "ac", after: true},
		{before: "a3 b3 c0", want: "ac bc", after: true},
		{before: "a4 b1 c0x", want: "ab"},
		{before: "a2 b0x"},
		{before: "a2x b2x c0", want: "ac", after: true},
		{before: "a4k4 b3 c1", want: "bc", blocked: true},
		{before: "a4k4 b1", blocked: true},
		{before: "a4k3 b0", want: "ab", blocked: true},
		{before: "a4k4 b1x"},
	} {
		s := spread(c.before)
		if s.Balanced() != c.balanced {
			t.Errorf("%s: balanced %v", c.before, s.Balanced())
		}
		if got := moves(s); got != c.want || s.Balanced() != c.after || s.Blocked() != c.blocked {
			t.Errorf("%s: moves %q, then balanced %v, blocked %v", c.before, got, s.Balanced(), s.Blocked())
		}
	}
}

func TestSurplus(t *testing.T) {
	for before, want := range map[string]string{
		"a4 b2": "a", "a4k4 b2": "", "a4k3 b2": "a", "a2 b2 c2": "a", "a4k4 b3 c2": "b", "a4k4 b3k3 c2": "", "a2k2 b2": "b", "a2k2 b2k2 c1": "", "": "",
	} {
		if got, ok := spread(before).Surplus(); ok && got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", before, got, ok)
		}
	}
}

func TestZonesOfTasks(t *testing.T) {
	s := New([]string{"b", "a", "c", "a"}, map[string]int{"a": 1, "c": 2, "elsewhere": 9})
	s.Keep("c", 1)
	if got, want := s.Zones(), []Zone{{Name: "c", Tasks: 2, Kept: 1}, {Name: "a", Tasks: 1}, {Name: "b"}}; !slices.Equal(got, want) {
		t.Errorf("zones %v", got)
	}
	if Even(map[string]int{"a": 2}) || !Even(map[string]int{"a": 1, "b": 1}) {
		t.Error("two tasks in a zone are even only where there is no other")
	}
	if got := Crowded(map[string]int{"a": 3, "b": 1, "c": 2}); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("crowded %v", got)
	}
}

// Also where something stands in the way, rounds of some starts and as many stops come to an end, each makes the
// zones more even, and where nothing stands in the way the end is balance.
func TestRoundsConverge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, hindered := &Spread{}, false
		for i := range rapid.IntRange(1, 6).Draw(t, "zones") {
			z := Zone{Name: string(rune('a' + i)), Tasks: rapid.IntRange(0, 12).Draw(t, "tasks"), Closed: rapid.IntRange(0, 5).Draw(t, "closed") == 0}
			if rapid.IntRange(0, 3).Draw(t, "protected") == 0 {
				z.Kept = rapid.IntRange(0, z.Tasks).Draw(t, "kept")
			}
			hindered = hindered || z.Closed || z.Kept > 0
			s.zones = append(s.zones, z)
		}
		room, unevenness := rapid.IntRange(1, 5).Draw(t, "room"), squares(s)
		for {
			started := round(t, s, room)
			if started == 0 {
				break
			}
			if now := squares(s); now >= unevenness {
				t.Fatalf("%v is no more even than before", s.zones)
			} else {
				unevenness = now
			}
		}
		if !hindered && !s.Balanced() {
			t.Fatalf("ends at %v", s.zones)
		}
	})
}

// round starts as many tasks as there is room for, and stops as many.
func round(t *rapid.T, s *Spread, room int) (started int) {
	planned := &Spread{slices.Clone(s.zones)}
	for from, to, ok := planned.Move(); ok && started < room; from, to, ok = planned.Move() {
		planned.Start(to)
		planned.Stop(from)
		s.Start(to)
		started++
	}
	for range started {
		from, ok := s.Surplus()
		if !ok {
			t.Fatalf("%v gives up none", s.zones)
		}
		s.Stop(from)
	}
	return started
}

func squares(s *Spread) (sum int) {
	for _, z := range s.zones {
		sum += z.Tasks * z.Tasks
	}
	return sum
}
