package bench_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// engines starts an emulator on so many simulated engines. One has no name.
func engines(b *testing.B, n int) *world {
	b.Helper()
	places := []string{"sim"}
	for i := 1; i <= n && n > 1; i++ {
		places = append(places[:i-1], fmt.Sprintf("e%d=sim", i))
	}
	return start(b, emulator.Options{Engine: strings.Join(places, ",")})
}

// BenchmarkGoalStartOfEngines is how long an emulator takes from New to its first answer with 100 engines.
func BenchmarkGoalStartOfEngines(b *testing.B) {
	for b.Loop() {
		began := time.Now()
		engines(b, 100).post("AmazonEC2ContainerServiceV20141113.ListClusters", "{}")
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤1000")
	}
}

// BenchmarkGoalRunTaskOnEngines is the 99th percentile of RunTask beside 1,000 tasks on 100 engines, divided by the one beside as
// many on an engine without a name. Both are asked in turn: what else the machine does delays them alike.
func BenchmarkGoalRunTaskOnEngines(b *testing.B) {
	const requests = 2000
	for b.Loop() {
		worlds := [2]*world{engines(b, 100), engines(b, 1)}
		var took [2][]time.Duration
		for _, w := range worlds {
			w.runThousand()
		}
		for range requests {
			for i, w := range worlds {
				began := time.Now()
				w.runTasks(1)
				took[i] = append(took[i], time.Since(began))
			}
		}
		b.ReportMetric(percentile(took[0], 99)/percentile(took[1], 99), "ratio≤1.5")
	}
}

// runThousand runs so many tasks.
func (w *world) runThousand() {
	w.Helper()
	w.register("web")
	for range 100 {
		w.runTasks(10)
	}
	w.awaitRunning(1000)
}

// BenchmarkGoalEnginesAtRest is what 100 engines cost with 1,000 tasks that run.
func BenchmarkGoalEnginesAtRest(b *testing.B) {
	for b.Loop() {
		w := engines(b, 100)
		w.runThousand()
		b.ReportMetric(w.atRest(), "%cpu≤0.5")
	}
}
