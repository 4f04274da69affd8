package cloudwatchlogs_test

import (
	"testing"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

func TestGroupsAndStreams(t *testing.T) {
	w := newWorld(t, logs.Options{})
	refused[missing](t, w.CreateStream(app), "The specified log group does not exist.")
	refused[missing](t, w.OpenStream(app, false), "The specified log group does not exist.")
	refused[missing](t, w.DeleteStream(app), "The specified log group does not exist.")

	w.must(w.OpenStream(app, true))
	w.must(w.OpenStream(app, true))
	refused[exists](t, w.CreateStream(app), "The specified log stream already exists")
	refused[exists](t, w.CreateGroup(logs.Group{Scope: scope, Name: app.Group}), "The specified log group already exists")

	w.must(w.DeleteStream(app))
	refused[missing](t, w.DeleteStream(app), "The specified log stream does not exist.")
	refused[missing](t, w.Put(t.Context(), app, "", []logs.Line{line(0, "x")}, logs.Position{}), "The specified log stream does not exist.")
	_, err := w.Read(t.Context(), app, logs.Query{})
	refused[missing](t, err, "The specified log stream does not exist.")

	w.must(w.DeleteGroup(scope, app.Group))
	refused[missing](t, w.DeleteGroup(scope, app.Group), "The specified log group does not exist.")
}

// What was in a stream does not come back with another one of its name.
func TestAStreamMadeAgainIsEmpty(t *testing.T) {
	w := newWorld(t, logs.Options{})
	w.must(w.OpenStream(app, true))
	w.put(app, line(0, "old"))
	if _, bytes := w.Groups(scope, ""); bytes[0] == 0 {
		t.Error("the group has no bytes")
	}
	w.must(w.DeleteStream(app))
	if _, bytes := w.Groups(scope, ""); bytes[0] != 0 {
		t.Errorf("the empty group has %d bytes", bytes[0])
	}
	w.must(w.CreateStream(app))
	w.expect(w.messages(app, logs.Query{}))
	w.put(app, line(1, "new"))
	w.expect(w.messages(app, logs.Query{}), "new")
}

func TestStreamsByPrefix(t *testing.T) {
	w := newWorld(t, logs.Options{})
	for _, name := range []string{"b", "web/1", "web", "a", "web/2", "x"} {
		w.must(w.OpenStream(logs.StreamName{Scope: scope, Group: "g", Name: name}, true))
	}
	for _, c := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"", "", 0, []string{"a", "b", "web", "web/1", "web/2", "x"}},
		{"web", "", 0, []string{"web", "web/1", "web/2"}},
		{"web", "web", 1, []string{"web/1"}},
		{"web/", "a", 0, []string{"web/1", "web/2"}},
		{"w", "web/2", 0, nil},
		{"", "b", 2, []string{"web", "web/1"}},
	} {
		found, err := w.Streams(scope, "g", c.prefix, c.after, c.limit)
		w.must(err)
		var names []string
		for _, st := range found {
			names = append(names, st.Name)
		}
		w.expect(names, c.want...)
	}
}

// Events are in order of their timestamps, those of the same one as they came in.
func TestOrderOfEvents(t *testing.T) {
	w := newWorld(t, logs.Options{})
	w.must(w.OpenStream(app, true))
	w.put(app, line(10, "b"), line(30, "d"))
	w.put(app, line(10, "c"))
	w.put(app, line(5, "a"))
	w.expect(w.messages(app, logs.Query{}), "a", "b", "c", "d")
	w.expect(w.messages(app, logs.Query{Backward: true}), "d", "c", "b", "a")
	w.expect(w.messages(app, logs.Query{Limit: 1}), "a", "b", "c", "d")
	from, to := start.UnixMilli()+10, start.UnixMilli()+30
	w.expect(w.messages(app, logs.Query{From: &from, To: &to}), "b", "c")

	st, err := w.Stream(app)
	w.must(err)
	if st.First != start.UnixMilli()+5 || st.Last != start.UnixMilli()+30 || st.Ingested != start.UnixMilli() {
		t.Errorf("got %+v", st)
	}
}

// A page has no more bytes than asked for, but always an event.
func TestPagesByBytes(t *testing.T) {
	w := newWorld(t, logs.Options{})
	w.must(w.OpenStream(app, true))
	w.put(app, line(0, "0123456789"), line(1, "0123456789"), line(2, "0123456789"))
	for bytes, want := range map[int]int{1: 1, 10: 1, 19: 1, 20: 2, 29: 2, 30: 3} {
		page, err := w.Read(t.Context(), app, logs.Query{Bytes: bytes})
		w.must(err)
		if len(page.Events) != want || (page.Next == nil) != (want == 3) {
			t.Errorf("%d bytes: got %d events, next %v", bytes, len(page.Events), page.Next)
		}
	}
}

func TestIDs(t *testing.T) {
	w := newWorld(t, logs.Options{})
	w.must(w.OpenStream(app, true))
	w.put(app, line(0, "a"), line(0, "b"))
	events := w.search(logs.Query{})
	for i, e := range events {
		k, ok := logs.ParseKey(e.Key.String())
		if !ok || k != e.Key || len(e.Key.String()) != 56 {
			t.Errorf("%d: %s is %v, not %v", i, e.Key, k, e.Key)
		}
	}
	if events[0].Key.String() >= events[1].Key.String() {
		t.Errorf("%s comes before %s", events[0].Key, events[1].Key)
	}
	for _, id := range []string{"", "1", events[0].Key.String() + "0", "x" + events[0].Key.String()[1:]} {
		if _, ok := logs.ParseKey(id); ok {
			t.Errorf("%q is an id", id)
		}
	}
}

func TestReset(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		w := newWorld(t, logs.Options{Dir: dir})
		w.must(w.OpenStream(app, true))
		w.put(app, line(0, "a"))
		before := w.search(logs.Query{})[0].Key
		w.must(w.Reset())
		if groups, _ := w.Groups(scope, ""); len(groups) > 0 {
			t.Errorf("got %v", groups)
		}
		if dir != "" {
			w.restart()
		}
		w.must(w.OpenStream(app, true))
		w.put(app, line(0, "a"))
		after := w.search(logs.Query{})
		if len(after) != 1 || after[0].Key == before {
			t.Errorf("got %v after %v", after, before)
		}
	}
}
