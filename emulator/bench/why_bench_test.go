package bench_test

import (
	"bufio"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// startWithEvents starts an emulator with a service whose tasks fail to start, after so many events of it.
func startWithEvents(b *testing.B, events, tasks int) *world {
	b.Helper()
	w := start(b, emulator.Options{Engine: "sim"})
	w.register("web")
	w.createService("shop", 0)
	for w.eventsKept() < events {
		w.scale("shop", tasks)
		w.awaitRunning(tasks)
		w.scale("shop", 0)
		w.until("no task to run", func() bool { return w.service("shop").RunningCount == 0 })
	}
	_, err := w.Faults().Add(emulator.Fault{Kind: emulator.StartFault, Error: "no space left on device"})
	w.must(err)
	w.scale("shop", 1)
	w.until("a cause", func() bool {
		r, err := w.Why("shop")
		w.must(err)
		return len(r.Answers) > 0 && r.Answers[0].Cause == "backing-off" && len(r.Answers[0].Because) > 0
	})
	return w
}

// eventsKept counts the events that the emulator has.
func (w *world) eventsKept() (n int) {
	w.Helper()
	answer, err := http.Get(w.URL() + "/_emulator/events")
	w.must(err)
	defer answer.Body.Close()
	for lines := bufio.NewReader(answer.Body); ; n++ {
		if _, err := lines.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return n
		}
	}
}

// BenchmarkGoalWhyAtManyEvents asks why the tasks of a service fail, after as many events as are kept, beside one after a
// hundred: by turns, so that what else the machine does is in both.
func BenchmarkGoalWhyAtManyEvents(b *testing.B) {
	const rounds, each = 20, 20
	for b.Loop() {
		var took [2][]time.Duration
		worlds := []*world{startWithEvents(b, 100, 5), startWithEvents(b, 9_900, 200)}
		for range rounds {
			for i, w := range worlds {
				for range each {
					began := time.Now()
					_, err := w.Why("shop")
					took[i] = append(took[i], time.Since(began))
					w.must(err)
				}
			}
		}
		b.ReportMetric(percentile(took[1], 50)/percentile(took[0], 50), "ratio≤3")
		b.ReportMetric(percentile(took[1], 50), "ms≤20")
	}
}
