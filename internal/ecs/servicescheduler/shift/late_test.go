package shift

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Users may have deleted anything, and any tasks may serve: a deployment that waits at a stage leaves it within a
// day, for another stage, the way back or its end. It is not undone at CLEAN_UP once the old tasks may go.
func TestNoStageIsForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gone := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"blue", "green", "live", "test"}), rapid.ID).Draw(t, "gone")
		in := between(rapid.SampledFrom(order).Draw(t, "stage"), gone...)
		if rapid.Bool().Draw(t, "back") {
			in.Shift = *TurnBack(in.Shift, noon)
		}
		in.Course.Steps = rapid.SampledFrom([][]float64{{100}, {5, 100}}).Draw(t, "steps")
		for name, revision := range map[string]*Revision{"source": &in.Source, "target": &in.Target} {
			revision.Serves = rapid.Bool().Draw(t, name+" serves")
			revision.Up = revision.Serves && rapid.Bool().Draw(t, name+" is up")
		}
		in.Settled, in.Others = rapid.Bool().Draw(t, "settled"), rapid.Bool().Draw(t, "others")
		for range 100 {
			at := in.Shift
			result := carryOn(&in)
			if undone := result.Failure != "" && !at.Back; undone && CleansUp(&at) {
				t.Fatalf("it is undone: %q", result.Failure)
			}
			if result.Failure != "" || result.Over != "" {
				return
			}
			if result.WakeAt.IsZero() || result.WakeAt.After(at.Since.Add(25*time.Hour)) && in.Shift == at {
				t.Fatalf("it waits at %+v until %v", in.Shift, result.WakeAt)
			}
			in.Now = result.WakeAt
		}
		t.Fatalf("it goes on at %+v", in.Shift)
	})
}
