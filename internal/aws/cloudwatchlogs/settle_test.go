package cloudwatchlogs_test

import (
	"testing"
	"testing/synctest"
	"time"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
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

// Nothing is shown that something older may come before, and no reader waits for it. What comes at
// the same time is found later.
func TestWhatIsBehindHoldsBackTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, logs.Options{})
		w.must(w.OpenStream(app, true))
		other := logs.StreamName{Scope: scope, Group: app.Group, Name: "other"}
		w.must(w.OpenStream(other, true))
		shows := func(what string, want ...string) {
			t.Helper()
			began := time.Now()
			var got []string
			for _, e := range w.search(logs.Query{}) {
				got = append(got, e.Message)
			}
			if w.expect(got, want...); t.Failed() || time.Since(began) > 0 {
				t.Errorf("%s, after %s", what, time.Since(began))
			}
		}
		put := func(n logs.StreamName, l logs.Line) {
			t.Helper()
			w.must(w.Put(t.Context(), n, n.Name, []logs.Line{l}, logs.Position{Count: 1}))
			time.Sleep(time.Second) // of the bubble's time, until it has settled
		}
		put(app, line(5, "before"))
		w.Behind(app, app.Name, line(10, "").At)
		put(other, line(10, "at the time"))
		put(other, line(11, "after"))
		shows("behind", "before", "at the time")
		put(app, line(10, "late"))
		put(app, line(12, "later"))
		shows("further", "before", "at the time", "late", "after", "later")
		put(other, line(13, "newest"))
		shows("behind still", "before", "at the time", "late", "after", "later")
		w.Behind(app, app.Name, time.Time{})
		shows("caught up", "before", "at the time", "late", "after", "later", "newest")

		w.Behind(app, app.Name, line(0, "").At)
		shows("behind again")
		time.Sleep(time.Minute)
		shows("gone", "before", "at the time", "late", "after", "later", "newest")
	})
}

// After a start it is not known what containers have written meanwhile, also those that had written
// nothing before, until their readers say so or are gone.
func TestAfterAStartContainersAreBehind(t *testing.T) {
	for _, how := range []string{"caught up", "put", "forgotten", "silent"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, logs.Options{Dir: t.TempDir()})
			quiet := logs.StreamName{Scope: scope, Group: app.Group, Name: "quiet"}
			w.must(w.OpenStream(app, true))
			w.must(w.OpenStream(quiet, true))
			w.must(w.Put(t.Context(), quiet, "quiet", nil, logs.Position{}))
			w.must(w.Put(t.Context(), app, "app", []logs.Line{line(10, "a")}, logs.Position{Count: 1}))
			w.restart()
			shows := func(want ...string) {
				t.Helper()
				time.Sleep(time.Second) // of the bubble's time
				var got []string
				for _, e := range w.search(logs.Query{}) {
					got = append(got, e.Message)
				}
				w.expect(got, want...)
			}
			shows()
			switch how {
			case "caught up":
				w.Behind(quiet, "quiet", time.Time{})
			case "put":
				w.must(w.Put(t.Context(), quiet, "quiet", []logs.Line{line(20, "q")}, logs.Position{Count: 1}))
			case "forgotten":
				w.must(w.Retain(func(source string) bool { return source != "quiet" }))
			case "silent":
				time.Sleep(30 * time.Second)
			}
			shows("a")
			w.put(app, line(30, "b"))
			if how == "silent" {
				shows("a", "b")
				return
			}
			shows("a")
			w.Behind(app, "app", time.Time{})
			w.Behind(quiet, "quiet", time.Time{})
			want := []string{"a", "b"}
			if how == "put" {
				want = []string{"a", "q", "b"}
			}
			shows(want...)
		})
	}
}

// Only the end of what there is waits for what may be on its way.
func TestOldRangesAndFullPagesDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, logs.Options{})
		w.must(w.OpenStream(app, true))
		var lines []logs.Line
		for i := range int64(100) {
			lines = append(lines, line(i, "%d", i))
		}
		w.must(w.Put(t.Context(), app, "app", lines, logs.Position{}))
		time.Sleep(time.Minute)
		w.must(w.Put(t.Context(), app, "app", []logs.Line{line(1000, "new")}, logs.Position{}))
		until := line(1000, "").At.UnixMilli()
		for what, c := range map[string]struct {
			query logs.Query
			waits bool
		}{
			"an old range": {query: logs.Query{To: &until}},
			"a full page":  {query: logs.Query{Limit: 10}},
			"the end":      {waits: true},
			"the newest":   {query: logs.Query{Limit: 1, Backward: true}, waits: true},
		} {
			began := time.Now()
			page, err := w.Search(t.Context(), scope, app.Group, c.query)
			w.must(err)
			if waited := time.Since(began) > 0; waited != c.waits {
				t.Errorf("%s waits for %s", what, time.Since(began))
			}
			if c.waits {
				time.Sleep(time.Minute)
				w.must(w.Put(t.Context(), app, "app", []logs.Line{line(1000, "new")}, logs.Position{}))
			}
			if n := len(page.Events); c.query.Limit > 0 && n != c.query.Limit || n == 0 {
				t.Errorf("%s has %d events", what, n)
			}
		}
	})
}
