package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// BenchmarkGoalNewToFirstAnswer is how long an emulator takes from New to its first answer. It is the first one of its
// process where nothing else runs in that.
func BenchmarkGoalNewToFirstAnswer(b *testing.B) {
	for b.Loop() {
		began := time.Now()
		start(b, emulator.Options{Engine: "sim"}).post("AmazonEC2ContainerServiceV20141113.ListClusters", "{}")
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤50")
	}
}

// BenchmarkGoalHeapOfATask is what a running task of one container keeps of the heap.
func BenchmarkGoalHeapOfATask(b *testing.B) {
	const tasks = 4000 // a service has 5000 at most
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		w.register("web")
		w.createService("web", 1)
		w.awaitRunning(1)
		before := live()
		w.scale("web", tasks+1)
		w.awaitRunning(tasks + 1)
		b.ReportMetric((live()-before)/tasks/1024, "KiB≤5")
	}
}

// BenchmarkGoalDayAfterResets is how long the clock takes for a day of 100 services with a task each, after 100 resets.
func BenchmarkGoalDayAfterResets(b *testing.B) {
	const services = 100
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		for range 100 {
			w.must(w.Reset())
		}
		w.register("web")
		for i := range services {
			w.createService(fmt.Sprint("web-", i), 1)
		}
		w.awaitRunning(services)
		began := time.Now()
		w.must(w.Clock().Advance(24 * time.Hour))
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤500")
	}
}
