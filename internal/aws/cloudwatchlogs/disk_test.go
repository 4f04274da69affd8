package cloudwatchlogs_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

// Lines, their ids and positions are there after kill -9.
func TestRestart(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir()})
	w.must(w.CreateGroup(logs.Group{Scope: scope, Name: app.Group, Retention: 3, Tags: map[string]string{"a": "b"}}))
	w.must(w.OpenStream(app, false))
	at := logs.Position{Since: start.Add(12345 * time.Nanosecond), Count: 2, Last: start.Add(54321 * time.Nanosecond)}
	w.must(w.Put(t.Context(), app, "container", []logs.Line{line(0, "a"), line(0, "b")}, at))
	before := w.search(logs.Query{})

	for range 3 {
		w.restart()
		if after := w.search(logs.Query{}); !slices.Equal(after, before) {
			t.Errorf("got %v, not %v", after, before)
		}
		got, _, err := w.Position(app, "container")
		w.must(err)
		if !got.Since.Equal(at.Since) || !got.Last.Equal(at.Last) || got.Count != at.Count {
			t.Errorf("got %v, not %v", got, at)
		}
		g, err := w.Group(scope, app.Group)
		w.must(err)
		if g.Retention != 3 || g.Tags["a"] != "b" || !g.Created.Equal(start) {
			t.Errorf("got %+v", g)
		}
	}
	w.must(w.Forget(app, "container"))
	w.restart()
	if got, _, err := w.Position(app, "container"); err != nil || got != (logs.Position{}) {
		t.Errorf("got %v, %v", got, err)
	}
	w.put(app, line(1, "c"))
	w.expect(w.messages(app, logs.Query{}), "a", "b", "c")
}

// Wherever a crash cuts the file, what is there is a beginning of what was put, and the
// position is the position of the last line which is there.
func TestTornTail(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir()})
	w.must(w.OpenStream(app, true))
	empty := len(w.read(w.files()[0]))
	var want []string
	for i := range 3 {
		want = append(want, fmt.Sprint(i))
		at := logs.Position{Since: start, Count: i + 1}
		w.must(w.Put(t.Context(), app, "container", []logs.Line{line(int64(i), "%d", i)}, at))
	}
	whole := w.read(w.files()[0])
	for size := empty; size <= len(whole); size++ {
		for _, garbage := range []string{"", "garbage that is longer than the head of a record"} {
			dir := t.TempDir()
			torn := append(slices.Clone(whole[:size]), garbage...)
			w.must(os.WriteFile(filepath.Join(dir, filepath.Base(w.files()[0])), torn, 0o600))
			c := newWorld(t, logs.Options{Dir: dir})
			got := c.messages(app, logs.Query{})
			at, _, err := c.Position(app, "container")
			c.must(err)
			if len(got) != at.Count || !slices.Equal(got, want[:len(got)]) || size == len(whole) && len(got) != len(want) {
				t.Fatalf("%d of %d bytes: got %q and position %v", size, len(whole), got, at)
			}
			c.put(app, line(100, "after"))
			c.restart()
			c.expect(c.messages(app, logs.Query{}), append(slices.Clone(want[:len(got)]), "after")...)
		}
	}
}

// fill puts lines until there are so many segments, and returns their messages.
func (w *world) fill(segments int) (all []string) {
	w.Helper()
	w.must(w.OpenStream(app, true))
	for i := int64(0); len(w.files()) < segments; i++ {
		lines := []logs.Line{line(2*i, "%06d a", i), line(2*i+1, "%06d b", i)}
		w.put(app, lines...)
		all = append(all, lines[0].Message, lines[1].Message)
	}
	return all
}

func TestManySegments(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir(), Size: 4 << 20})
	all := w.fill(4)
	for _, again := range []bool{false, true} {
		if again {
			w.restart()
		}
		for _, limit := range []int{0, 1000} {
			w.expect(w.messages(app, logs.Query{Limit: limit}), all...)
			backward := w.messages(app, logs.Query{Limit: limit, Backward: true})
			slices.Reverse(backward)
			w.expect(backward, all...)
		}
	}
}

// A crash may leave the newest segment without a whole checkpoint, and the one before it
// without its end.
func TestCrashWhileASegmentBegins(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir(), Size: 4 << 20})
	w.fill(2)
	first, second := w.read(w.files()[0]), w.read(w.files()[1])
	all := w.messages(app, logs.Query{})
	all = all[:len(all)-2] // of the line with which the second segment began
	for size := range 20 {
		for _, cut := range []int{0, 1, 5} {
			dir := t.TempDir()
			w.must(os.WriteFile(filepath.Join(dir, filepath.Base(w.files()[0])), first[:len(first)-cut], 0o600))
			w.must(os.WriteFile(filepath.Join(dir, filepath.Base(w.files()[1])), second[:size], 0o600))
			c := newWorld(t, logs.Options{Dir: dir, Size: 4 << 20})
			if got := c.messages(app, logs.Query{}); !slices.Equal(got, all) {
				t.Fatalf("%d bytes: got %d messages, not %d", size, len(got), len(all))
			}
			c.put(app, line(1<<30, "after"))
			c.restart()
			c.expect(c.messages(app, logs.Query{}), append(slices.Clone(all), "after")...)
		}
	}
}

// An older segment that is damaged costs what is in it, not the rest.
func TestDamagedSegment(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir(), Size: 4 << 20})
	all := w.fill(3)
	data := w.read(w.files()[0])
	copy(data[len(data)/2:], "damage")
	w.must(os.WriteFile(w.files()[0], data, 0o600))
	w.restart()
	got := w.messages(app, logs.Query{})
	if len(got) == 0 || len(got) >= len(all) || got[len(got)-1] != all[len(all)-1] {
		t.Errorf("got %d of %d", len(got), len(all))
	}
}

// What a start cannot read stays for another one.
func TestUnreadSegment(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir(), Size: 4 << 20})
	all := w.fill(3)
	oldest, away := w.files()[0], filepath.Join(t.TempDir(), "away")
	back := filepath.Join(t.TempDir(), "back")
	w.must(os.Rename(oldest, back))
	w.must(os.Symlink(away, oldest))
	w.restart()
	if got := w.messages(app, logs.Query{}); len(got) == 0 || len(got) >= len(all) {
		t.Errorf("got %d of %d", len(got), len(all))
	}
	w.must(os.Rename(back, away))
	w.must(w.Sweep())
	w.restart()
	w.expect(w.messages(app, logs.Query{}), all...)
}

// What cannot be kept is refused, and the store goes on when there is room again.
func TestNoRoomForASegment(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, logs.Options{Dir: dir, Size: 4 << 20})
	w.fill(1)
	// The next segment cannot be made where there is a directory of its name.
	next := filepath.Join(dir, fmt.Sprintf("%016x.log", 2))
	w.must(os.MkdirAll(filepath.Join(next, "x"), 0o700))
	var failed error
	put := 0
	for i := int64(0); failed == nil && i < 1<<20; i++ {
		failed = w.Put(t.Context(), app, "", []logs.Line{line(i, "%0100d", i)}, logs.Position{})
		if failed == nil {
			put++
		}
	}
	var path *os.PathError
	if !errors.As(failed, &path) {
		t.Fatalf("got %v", failed)
	}
	if got := w.messages(app, logs.Query{}); len(got) != put {
		t.Errorf("got %d, not %d", len(got), put)
	}
	w.must(os.RemoveAll(next))
	w.put(app, line(1<<30, "room"))
	w.restart()
	if got := w.messages(app, logs.Query{}); len(got) != put+1 {
		t.Errorf("got %d, not %d", len(got), put+1)
	}
}

// The oldest go when there is too much, and never more than needed.
func TestSizeIsBounded(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		const size = 1 << 20
		w := newWorld(t, logs.Options{Dir: dir, Size: size})
		w.must(w.OpenStream(app, true))
		for i := range int64(4 * size / 200) {
			w.put(app, line(i, "%0100d %0100d", i, i))
			if w.Size() > size+size/8 {
				t.Fatalf("%d bytes", w.Size())
			}
		}
		if w.Size() < size-size/8 {
			t.Errorf("%d bytes are too few", w.Size())
		}
		got := w.messages(app, logs.Query{})
		if last := fmt.Sprintf("%0100d %0100[1]d", 4*size/200-1); len(got) < size/2/200 || got[len(got)-1] != last {
			t.Errorf("got %d", len(got))
		}
		_, bytes := w.Groups(scope, "")
		if bytes[0] > w.Size() || bytes[0] < w.Size()/2 {
			t.Errorf("the group has %d of %d bytes", bytes[0], w.Size())
		}
		if dir != "" {
			onDisk := w.Size()
			w.restart()
			if _, again := w.Groups(scope, ""); again[0] != bytes[0] || w.Size() != onDisk {
				t.Errorf("after a restart there are %d of %d bytes, not %d of %d", again[0], w.Size(), bytes[0], onDisk)
			}
		}
	}
}

func TestRetention(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir(), Size: 4 << 20})
	w.must(w.CreateGroup(logs.Group{Scope: scope, Name: app.Group, Retention: 1}))
	kept := logs.StreamName{Scope: scope, Group: "kept", Name: "a"}
	w.must(w.OpenStream(kept, true))
	w.must(w.OpenStream(app, false))
	w.put(app, line(0, "old"), line(1, "newer"))
	w.now = start.Add(24 * time.Hour)
	w.expect(w.messages(app, logs.Query{}), "old", "newer")
	w.now = w.now.Add(time.Millisecond)
	w.expect(w.messages(app, logs.Query{}), "newer")
	w.must(w.UpdateGroup(scope, app.Group, func(g *logs.Group) error { g.Retention = 0; return nil }))
	w.expect(w.messages(app, logs.Query{}), "old", "newer") // it is not removed yet

	w.must(w.UpdateGroup(scope, app.Group, func(g *logs.Group) error { g.Retention = 1; return nil }))
	w.put(kept, line(0, "kept"))
	w.now = w.now.Add(time.Hour)
	w.must(w.Sweep())
	w.expect(w.messages(kept, logs.Query{}), "kept")
	size := w.Size()
	w.must(w.DeleteGroup(scope, "kept"))
	if w.Size() >= size {
		t.Errorf("%d bytes are left of %d", w.Size(), size)
	}
	w.restart()
	w.must(w.UpdateGroup(scope, app.Group, func(g *logs.Group) error { g.Retention = 0; return nil }))
	w.expect(w.messages(app, logs.Query{}))
	w.put(app, line(2, "on"))
	w.expect(w.messages(app, logs.Query{}), "on")
}
