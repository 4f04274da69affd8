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
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

var (
	scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	app   = logs.StreamName{Scope: scope, Group: "/ecs/app", Name: "web/app/1"}
)

// world is a store that a test opens again and again.
type world struct {
	*testing.T
	*logs.Store
	opts logs.Options
	now  time.Time
}

// newWorld opens a store, in memory unless there is a directory.
func newWorld(t *testing.T, opts logs.Options) *world {
	w := &world{T: t, opts: opts, now: start}
	w.opts.Now = func() time.Time { return w.now }
	w.open()
	t.Cleanup(func() { w.Store.Close() })
	return w
}

func (w *world) open() {
	w.Helper()
	var err error
	w.Store, err = logs.Open(w.opts)
	w.must(err)
}

// restart opens the directory again, as after kill -9: nothing is closed.
func (w *world) restart() {
	w.Helper()
	w.open()
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// line is an event some milliseconds after the start.
func line(ms int64, format string, args ...any) logs.Line {
	return logs.Line{At: start.Add(time.Duration(ms) * time.Millisecond), Message: fmt.Sprintf(format, args...)}
}

func (w *world) put(n logs.StreamName, lines ...logs.Line) {
	w.Helper()
	w.must(w.Put(w.Context(), n, "", lines, logs.Position{}))
}

// messages reads all of a stream in pages.
func (w *world) messages(n logs.StreamName, q logs.Query) (all []string) {
	w.Helper()
	for {
		page, err := w.Read(w.Context(), n, q)
		w.must(err)
		for _, e := range page.Events {
			all = append(all, e.Message)
		}
		if page.Next == nil {
			return all
		}
		q.Start = page.Next
	}
}

func (w *world) search(q logs.Query) (all []logs.Event) {
	w.Helper()
	for {
		page, err := w.Search(w.Context(), scope, app.Group, q)
		w.must(err)
		all = append(all, page.Events...)
		if page.Next == nil {
			return all
		}
		q.Start = page.Next
	}
}

func (w *world) expect(got []string, want ...string) {
	w.Helper()
	if !slices.Equal(got, want) {
		w.Errorf("got %q, not %q", got, want)
	}
}

// files are the files of the segments, the oldest first.
func (w *world) files() []string {
	w.Helper()
	found, err := filepath.Glob(filepath.Join(w.opts.Dir, "*.log"))
	w.must(err)
	return found
}

func (w *world) read(path string) []byte {
	w.Helper()
	data, err := os.ReadFile(path)
	w.must(err)
	return data
}

// refused fails unless err is the exception with a text.
func refused[E interface {
	error
	ErrorMessage() string
}](t *testing.T, err error, text string) {
	t.Helper()
	var e E
	if !errors.As(err, &e) || e.ErrorMessage() != text {
		t.Errorf("got %v, not %q", err, text)
	}
}

type (
	missing = *types.ResourceNotFoundException
	exists  = *types.ResourceAlreadyExistsException
)
