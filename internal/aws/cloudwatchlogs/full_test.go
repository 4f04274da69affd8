package cloudwatchlogs_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

// smallDisk has room for so many bytes of files in a directory.
type smallDisk struct {
	*testing.T
	dir   string
	bytes int64
}

func (d *smallDisk) write(f *os.File, data []byte, at int64) (int, error) {
	used := int64(0)
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		d.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && filepath.Base(f.Name()) != e.Name() {
			used += info.Size()
		}
	}
	room := max(0, d.bytes-used-at)
	if room >= int64(len(data)) {
		return f.WriteAt(data, at)
	}
	n, _ := f.WriteAt(data[:room], at)
	return n, &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
}

// onSmallDisk opens a store on a disk with room for so many bytes.
func onSmallDisk(t *testing.T, bytes int64) (*world, *smallDisk) {
	d := &smallDisk{T: t, dir: t.TempDir(), bytes: bytes}
	opts := logs.Options{Dir: d.dir}
	opts.SetDisk(d.write)
	return newWorld(t, opts), d
}

// puts puts so many lines of 10 kB, from a number on.
func (w *world) puts(from, n int) {
	w.Helper()
	for i := from; i < from+n; i++ {
		w.put(app, line(int64(i), "%06d %s", i, strings.Repeat("x", 10_000)))
	}
}

// newest checks that the last of so many lines are there, without a gap, and at least some.
func (w *world) newest(n, least int) {
	w.Helper()
	got := w.messages(app, logs.Query{})
	if len(got) < least {
		w.Errorf("%d lines, not %d", len(got), least)
	}
	for i, line := range got {
		if want := fmt.Sprintf("%06d", n-len(got)+i); line[:6] != want {
			w.Fatalf("line %d is %s, not %s", i, line[:6], want)
		}
	}
}

// onDisk is how many bytes there are in the directory.
func (w *world) onDisk() (bytes int64) {
	w.Helper()
	entries, err := os.ReadDir(w.opts.Dir)
	w.must(err)
	for _, e := range entries {
		info, err := e.Info()
		w.must(err)
		bytes += info.Size()
	}
	return bytes
}

func (w *world) expectDisk(want logs.DiskStatus) {
	w.Helper()
	if got, err := w.Disk(); got != want || (err != nil) != (want == logs.DiskUnwritable) {
		w.Errorf("the disk is %s, not %s: %v", got, want, err)
	}
}

// The oldest events go when the disk is full, whether or not they have a segment of their own.
func TestAFullDiskTakesEvents(t *testing.T) {
	for _, size := range []int64{9 << 20, 300 << 10} {
		w, _ := onSmallDisk(t, size)
		w.must(w.OpenStream(app, true))
		w.expectDisk(logs.DiskReady)
		const lines = 1_500
		w.puts(0, lines)
		w.newest(lines, 1)
		w.expectDisk(logs.DiskFull)
		w.restart()
		w.newest(lines, 1)
		w.puts(lines, 1)
		w.newest(lines+1, 1)
	}
}

// What frees room works without any.
func TestAFullDiskIsFreed(t *testing.T) {
	other := logs.StreamName{Scope: scope, Group: "other", Name: "a"}
	begin := func(t *testing.T, size int64) *world {
		w, d := onSmallDisk(t, size)
		w.must(w.OpenStream(app, true))
		w.must(w.OpenStream(other, true))
		w.puts(0, 1_000)
		d.bytes = w.onDisk() // not a byte is left
		return w
	}
	for _, size := range []int64{9 << 20, 300 << 10} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			w := begin(t, size)
			w.must(w.UpdateGroup(scope, app.Group, func(g *logs.Group) error { g.Retention = 1; return nil }))
			w.must(w.DeleteGroup(scope, app.Group))
			if got := w.onDisk(); got > 200<<10 {
				t.Errorf("%d bytes are left of a group that is gone", got)
			}
			w.restart()
			w.put(other, line(0, "room"))
			w.expect(w.messages(other, logs.Query{}), "room")
			w.expectDisk(logs.DiskReady)
		})
		t.Run(fmt.Sprint("reset", size), func(t *testing.T) {
			w := begin(t, size)
			w.must(w.Reset())
			if got := w.onDisk(); got > 70<<10 {
				t.Errorf("%d bytes are left after a reset", got)
			}
			w.must(w.OpenStream(app, true))
			w.put(app, line(0, "room"))
			w.restart()
			w.expect(w.messages(app, logs.Query{}), "room")
		})
	}
}

// Many streams make a checkpoint that is larger than the reserve was at first.
func TestAFullDiskWithManyStreams(t *testing.T) {
	const streams, lines = 500, 200
	for _, restarts := range []bool{false, true} {
		w, d := onSmallDisk(t, 1<<20)
		for i := range streams {
			if restarts && i%(streams/10) == 0 {
				w.restart()
			}
			n := logs.StreamName{Scope: scope, Group: "other", Name: fmt.Sprint(i)}
			w.must(w.OpenStream(n, true))
			w.must(w.Put(t.Context(), n, strings.Repeat("c", 64), nil, logs.Position{}))
		}
		other := logs.StreamName{Scope: scope, Group: "other", Name: "0"}
		w.put(other, line(0, "known"))
		w.must(w.OpenStream(app, true))
		w.puts(0, lines)
		w.newest(lines, 1)

		// What frees the disk keeps a reserve again, which there has to be when it is full once more.
		for i := lines; w.onDisk() < 900<<10; i++ {
			w.puts(i, 1)
		}
		d.bytes = w.onDisk() + 200 // room to say what is deleted
		w.must(w.DeleteGroup(scope, app.Group))
		for i := range lines {
			w.put(other, line(int64(i), "%s", strings.Repeat("x", 10_000)))
		}
	}
}

// The log says once that events go, and the disk is ready when there is room again.
func TestAFullDiskIsTold(t *testing.T) {
	var said bytes.Buffer
	d := &smallDisk{T: t, dir: t.TempDir(), bytes: 9 << 20}
	opts := logs.Options{Dir: d.dir, Log: slog.New(slog.NewTextHandler(&said, nil))}
	opts.SetDisk(d.write)
	w := newWorld(t, opts)
	w.must(w.OpenStream(app, true))
	w.puts(0, 2_000)
	if told := strings.Count(said.String(), "the disk is full"); told != 1 {
		t.Errorf("told %d times: %s", told, said.String())
	}
	w.expectDisk(logs.DiskFull)
	d.bytes = 1 << 30
	w.expectDisk(logs.DiskReady)
	if left, _ := filepath.Glob(filepath.Join(d.dir, "probe*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}

	d.bytes = 0
	for failed := error(nil); failed == nil; {
		failed = w.Put(t.Context(), app, "", []logs.Line{line(1<<30, "%s", strings.Repeat("x", 100<<10))}, logs.Position{})
	}
	w.expectDisk(logs.DiskUnwritable)
	d.bytes = 1 << 30
	w.put(app, line(1<<30, "room"))
	w.expectDisk(logs.DiskReady)
	if got := w.messages(app, logs.Query{}); !slices.Contains(got, "room") {
		t.Errorf("%d lines", len(got))
	}
}
