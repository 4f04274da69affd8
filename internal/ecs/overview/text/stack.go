package text

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// stacks has those that are not as wanted.
func (r *renderer) stacks() *table {
	t := &table{columns: []column{
		{title: "STACK", least: 10}, {title: "STATUS"}, {title: "SINCE", right: true},
	}, count: len(r.Stacks)}
	names := map[string]string{}
	for _, s := range r.Stacks {
		names[s.ID] = s.Name
	}
	addScopes(names)
	for _, underWay := range []bool{true, false} {
		for i := range r.Stacks {
			if s := &r.Stacks[i]; s.Settled != underWay {
				t.items = append(t.items, &item{
					rows:  [][]cell{{{text: names[s.ID]}, {text: s.Status, tone: stackTone(s)}, {text: r.age(s.Since) + " ago"}}},
					notes: r.stackNotes(s), notAsWanted: true,
				})
			}
		}
	}
	return t
}

func stackTone(s *overview.Stack) Tone {
	if s.Settled {
		return Bad
	}
	return Busy
}

// mostWaits is how many of the resources that a stack waits for are shown: up to 16 are made at once, and more of them get stable.
const mostWaits = 4

// stackNotes say what has failed, and what a stack waits for.
func (r *renderer) stackNotes(s *overview.Stack) (notes []string) {
	if f := s.Failure; f != nil {
		notes = append(notes, "first failure, "+r.failure(f))
	} else if s.Settled && s.Reason != "" {
		notes = append(notes, s.Reason)
	}
	if f := s.RollbackFailure; f != nil {
		notes = append(notes, "first failure of the rollback, "+r.failure(f))
	}
	for _, w := range s.WaitsFor[:min(mostWaits, len(s.WaitsFor))] {
		notes = append(notes, "waits for "+r.waitsFor(w))
	}
	if more := len(s.WaitsFor) - mostWaits; more > 0 {
		notes = append(notes, "and for "+strconv.Itoa(more)+" more")
	}
	if !s.MonitoredUntil.IsZero() {
		notes = append(notes, "watches its alarms for "+r.until(s.MonitoredUntil)+" more")
	}
	return notes
}

func (r *renderer) failure(f *overview.StackFailure) string {
	return r.age(f.At) + " ago: " + f.String()
}

func (r *renderer) waitsFor(w overview.StackResource) string {
	text := w.LogicalID + " (" + w.Type + "): " + w.Status
	switch {
	case !w.RetryAt.IsZero():
		return text + ", to be tried again in " + r.until(w.RetryAt)
	case w.Stabilizing:
		text += ", not stable yet,"
	}
	return text + " for " + r.age(w.Since)
}
