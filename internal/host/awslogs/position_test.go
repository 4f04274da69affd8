package awslogs

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestLogPositionsLoseAndRepeatNothing reads a source up to any line, and then again from there:
// lines of two streams, the times of which are out of order.
func TestLogPositionsLoseAndRepeatNothing(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var times []time.Time
	for at := start; len(times) < 2000; {
		at = at.Add(time.Duration(chance.IntN(30)) * time.Millisecond)
		times = append(times, at.Add(-time.Duration(chance.IntN(int(disorder)))))
	}
	for upTo := 0; upTo < len(times); upTo += 37 {
		p := resume(Position{})
		for _, at := range times[:upTo] {
			if !p.add(at) {
				t.Fatal("a line is not new")
			}
		}
		position := p.position
		again := resume(position)
		var fresh []time.Time
		for _, at := range times {
			if !at.Before(position.Since) && again.add(at) {
				fresh = append(fresh, at)
			}
		}
		if !slices.Equal(fresh, times[upTo:]) {
			t.Fatalf("after %d lines, %d more came; want %d", upTo, len(fresh), len(times)-upTo)
		}
		if last := times[len(times)-1]; upTo > 1000 && last.Sub(position.Since) > last.Sub(times[upTo])+4*disorder {
			t.Fatalf("after %d lines, lines since %v are read again", upTo, position.Since)
		}
	}
}

func TestLogPositionWhereTheEngineHasDroppedLines(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := resume(Position{})
	for n := range 10 {
		p.add(start.Add(time.Duration(n)))
	}
	again := resume(p.position)
	for n, isNew := range map[int]bool{8: false, 9: false} {
		if got := again.add(start.Add(time.Duration(n))); got != isNew {
			t.Errorf("line %d: %t", n, got)
		}
	}
	if !again.add(start.Add(20)) {
		t.Error("a line that came later is taken for one that was put")
	}
}
