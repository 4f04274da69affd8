package logs_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/logs"
)

// Two containers write into one group; what one has written earlier comes in later. Who
// follows the group from the newest event that it has seen misses nothing.
func TestFollowingAGroupMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, logs.Options{})
		other := logs.StreamName{Scope: scope, Group: app.Group, Name: "other"}
		w.must(w.OpenStream(app, true))
		w.must(w.OpenStream(other, true))
		put := func(n logs.StreamName, l logs.Line) {
			w.must(w.Put(t.Context(), n, n.Name, []logs.Line{l}, logs.Position{Since: l.At, Count: 1}))
		}
		put(app, line(20, "later"))
		seen := make(chan []logs.Event)
		go func() { seen <- w.search(logs.Query{}) }()
		time.Sleep(100 * time.Millisecond) // of the bubble's time; it waits for what may be on its way
		put(other, line(10, "earlier"))
		var got []string
		first := <-seen
		for _, e := range first {
			got = append(got, e.Message)
		}
		w.expect(got) // "earlier" has not settled, so "later" may not be the newest that is seen

		from := int64(0)
		for _, e := range w.search(logs.Query{From: &from}) {
			got = append(got, e.Message)
		}
		w.expect(got, "earlier", "later")
		w.expect(w.messages(app, logs.Query{}), "later")

		began := time.Now()
		w.search(logs.Query{})
		if waited := time.Since(began); waited > 0 {
			t.Errorf("a search of what has settled waited for %s", waited)
		}
	})
}

// What the API puts is there at once.
func TestEventsOfTheAPIAreThereAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, logs.Options{})
		w.must(w.OpenStream(app, true))
		w.put(app, line(0, "a"))
		began := time.Now()
		if got := w.search(logs.Query{}); len(got) != 1 || time.Since(began) > 0 {
			t.Errorf("got %v after %s", got, time.Since(began))
		}
	})
}
