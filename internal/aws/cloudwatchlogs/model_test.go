package cloudwatchlogs_test

import (
	"fmt"
	"slices"
	"testing"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"pgregory.net/rapid"
)

// With any events, put in any order, on disk and in memory, and read in pages of any size,
// readers get what a sorted list would give.
func TestReadersAgreeWithASortedList(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		opts := logs.Options{Size: 1 << 20}
		if rapid.Bool().Draw(r, "disk") {
			opts.Dir = t.TempDir()
		}
		w := newWorld(t, opts)
		defer w.Store.Close()
		streams := []logs.StreamName{app, {Scope: scope, Group: app.Group, Name: "other"}}
		for _, n := range streams {
			w.must(w.OpenStream(n, true))
		}
		model := map[string][]logs.Line{}
		var together []logs.Line
		for i := range rapid.IntRange(0, 30).Draw(r, "puts") {
			n := rapid.SampledFrom(streams).Draw(r, "stream")
			padding := rapid.SampledFrom([]int{0, 10, 20000}).Draw(r, "size")
			var lines []logs.Line
			for j, ms := range rapid.SliceOfN(rapid.Int64Range(0, 50), 1, 4).Draw(r, "times") {
				lines = append(lines, line(ms, "%d.%d%0*d", i, j, padding, 0))
			}
			w.put(n, lines...)
			model[n.Name] = append(model[n.Name], lines...)
			together = append(together, lines...)
			if opts.Dir != "" && rapid.IntRange(0, 9).Draw(r, "restart") == 0 {
				w.restart()
			}
		}
		q := logs.Query{
			Backward: rapid.Bool().Draw(r, "backward"),
			Limit:    rapid.IntRange(0, 7).Draw(r, "limit"), Bytes: rapid.SampledFrom([]int{0, 100, 50000}).Draw(r, "bytes"),
		}
		from, to := start.UnixMilli()+rapid.Int64Range(-1, 51).Draw(r, "from"), start.UnixMilli()+rapid.Int64Range(-1, 60).Draw(r, "to")
		if rapid.Bool().Draw(r, "bounded") {
			q.From, q.To = &from, &to
		}
		for _, n := range streams {
			if got, want := w.messages(n, q), sorted(model[n.Name], q); !slices.Equal(got, want) {
				r.Fatalf("%s: got %s, not %s", n.Name, short(got), short(want))
			}
		}
		var got []string
		for _, e := range w.search(q) {
			got = append(got, e.Message)
		}
		if want := sorted(together, q); !slices.Equal(got, want) {
			r.Fatalf("the group: got %s, not %s", short(got), short(want))
		}
	})
}

// sorted is what a query should find among lines in the order in which they were put.
func sorted(lines []logs.Line, q logs.Query) (messages []string) {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b logs.Line) int { return a.At.Compare(b.At) })
	if q.Backward {
		slices.Reverse(lines)
	}
	for _, l := range lines {
		if q.From == nil || l.At.UnixMilli() >= *q.From && l.At.UnixMilli() < *q.To {
			messages = append(messages, l.Message)
		}
	}
	return messages
}

func short(messages []string) (cut []string) {
	for _, m := range messages {
		cut = append(cut, fmt.Sprintf("%.6s", m))
	}
	return cut
}
