package cloudwatchlogs_test

import (
	"strings"
	"testing"
	"time"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

// What came in is counted once, also what has been deleted, in segments that are gone, and over crashes.
func TestIngestedBytesAreCountedOnce(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir(), Size: 256 << 10})
	w.must(w.CreateGroup(logs.Group{Scope: scope, Name: app.Group}))
	w.must(w.CreateStream(app))
	want := int64(0)
	expect := func(when string, from time.Time, want int64) {
		t.Helper()
		if bytes, _ := w.Ingested(from); bytes[scope.Region] != want {
			t.Errorf("%s: %d bytes, want %d", when, bytes[scope.Region], want)
		}
	}
	const each = 10 * (1000 + 26)
	for hour := range 100 {
		w.now = start.Add(time.Duration(hour) * time.Hour)
		lines := make([]logs.Line, 10)
		for i := range lines {
			lines[i] = logs.Line{At: w.now, Message: strings.Repeat("x", 1000)}
		}
		w.put(app, lines...)
		want += each
		if hour%9 == 0 {
			w.restart()
		}
		expect("after an hour", time.Time{}, want)
	}
	_, first := w.Ingested(time.Time{})
	if day := start.Truncate(24 * time.Hour); !first.Equal(day) {
		t.Errorf("the first is of %s, want the day %s", first, day)
	}
	expect("of the last three hours", start.Add(97*time.Hour), 3*each)
	w.must(w.DeleteGroup(scope, app.Group))
	w.restart()
	expect("after the group is deleted", time.Time{}, want)
	w.must(w.Reset())
	expect("after a reset", time.Time{}, 0)
}
