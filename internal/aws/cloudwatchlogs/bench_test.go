package cloudwatchlogs_test

import (
	"fmt"
	"strings"
	"testing"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

// BenchmarkReadPage reads 10,000 lines of one of twenty streams that were written line by line
// at the same time.
func BenchmarkReadPage(b *testing.B) {
	store, err := logs.Open(logs.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	text := strings.Repeat("0123456789", 10)
	stream := func(i int) logs.StreamName {
		return logs.StreamName{Scope: scope, Group: "g", Name: fmt.Sprint(i)}
	}
	for i := range 200_000 {
		if i < 20 {
			if err := store.OpenStream(stream(i), true); err != nil {
				b.Fatal(err)
			}
		}
		if err := store.Put(b.Context(), stream(i%20), "", []logs.Line{line(int64(i), "%s", text)}, logs.Position{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		page, err := store.Read(b.Context(), stream(7), logs.Query{Limit: 10_000, Bytes: 1 << 20})
		if err != nil || len(page.Events) != 10_000 {
			b.Fatalf("got %d, %v", len(page.Events), err)
		}
	}
}
