package cloudwatchlogs_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// BenchmarkGoalPut puts lines of 100 bytes of twenty containers into the store on disk, each with a position.
func BenchmarkGoalPut(b *testing.B) {
	const streams, during = 20, 500 * time.Millisecond
	for name, batch := range map[string]int{"in batches": 100, "line by line": 1} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				store, err := logs.Open(logs.Options{Dir: b.TempDir()})
				if err != nil {
					b.Fatal(err)
				}
				var put atomic.Int64
				var sources sync.WaitGroup
				began := time.Now()
				for i := range streams {
					sources.Go(func() {
						n := logs.StreamName{Scope: scope, Group: "g", Name: fmt.Sprint(i)}
						err := store.OpenStream(n, true)
						lines, count := make([]logs.Line, batch), 0
						for now := time.Now(); err == nil && now.Sub(began) < during; now = time.Now() {
							for i := range lines {
								lines[i] = logs.Line{At: now, Message: strings.Repeat("0123456789", 10)}
							}
							count += batch
							err = store.Put(b.Context(), n, "container", lines, logs.Position{Last: now, Count: count})
						}
						if err != nil {
							b.Error(err)
						}
						put.Add(int64(count))
					})
				}
				sources.Wait()
				b.ReportMetric(float64(put.Load())/time.Since(began).Seconds(), "lines/s≥50000")
				if err := store.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
