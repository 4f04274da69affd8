package bench_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// engines are so many simulated engines with names; 0 is one without a name.
func engines(n int) string {
	if n == 0 {
		return "sim"
	}
	var places []string
	for i := range n {
		places = append(places, fmt.Sprintf("e%d=sim", i+1))
	}
	return strings.Join(places, ",")
}

// BenchmarkGoalStartOfEngines is how long an emulator takes from New to its first answer with 100 engines.
func BenchmarkGoalStartOfEngines(b *testing.B) {
	for b.Loop() {
		began := time.Now()
		start(b, emulator.Options{Engine: engines(100)}).post("AmazonEC2ContainerServiceV20141113.ListClusters", "{}")
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤1000")
	}
}

// BenchmarkGoalRunTaskOnEngines is the 99th percentile of RunTask beside 1,000 tasks and more on 1, 10 and 100 engines with names, divided
// by the one beside as many on an engine without a name.
func BenchmarkGoalRunTaskOnEngines(b *testing.B) {
	b.Run("1", func(b *testing.B) { runTaskOn(b, 1, "ratio≤1.05") })
	b.Run("10", func(b *testing.B) { runTaskOn(b, 10, "ratio≤1.5") })
	b.Run("100", func(b *testing.B) { runTaskOn(b, 100, "ratio≤1.5") })
}

// runTaskOn asks both in turn, and either as often first: what else the machine does delays them alike. The ratio is the median of parts
// of the run: all of the slowest requests may be of one moment.
func runTaskOn(b *testing.B, n int, unit string) {
	const parts, requests = 25, 300
	for b.Loop() {
		worlds := [2]*world{start(b, emulator.Options{Engine: engines(n)}), start(b, emulator.Options{Engine: engines(0)})}
		for _, w := range worlds {
			w.runThousand()
		}
		var ratios []float64
		for range parts {
			var took [2][]time.Duration
			for i := range 2 * requests {
				w := (i + i/2) % 2 // 0, 1, 1, 0
				began := time.Now()
				worlds[w].runPlainTask()
				took[w] = append(took[w], time.Since(began))
			}
			ratios = append(ratios, percentile(took[0], 99)/percentile(took[1], 99))
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[parts/2], unit)
		for _, w := range worlds {
			w.must(w.Close())
		}
	}
}

// runPlainTask runs one, as a client that does nothing else.
func (w *world) runPlainTask() {
	w.Helper()
	w.post("AmazonEC2ContainerServiceV20141113.RunTask", fmt.Sprintf(
		`{"taskDefinition":"web","launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":[%q]}}}`, w.Subnets()[0]))
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

// BenchmarkGoalEnginesAtRest is what 1, 10 and 100 engines cost with 1,000 tasks that run. It is too little to divide by.
func BenchmarkGoalEnginesAtRest(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				w := start(b, emulator.Options{Engine: engines(n)})
				w.runThousand()
				b.ReportMetric(w.atRest(), "%cpu≤0.5")
				w.must(w.Close())
			}
		})
	}
}

// BenchmarkGoalTenThousandTasksOnEngines is what it takes until 10,000 tasks of services run on 100 engines, divided by the same on an
// engine without a name: CPU time.
func BenchmarkGoalTenThousandTasksOnEngines(b *testing.B) {
	const tasks = 10_000
	cost := func(n int) float64 {
		w := start(b, emulator.Options{Engine: engines(n)})
		w.register("web")
		before := w.used()
		w.tenServices("web", tasks/10)
		w.awaitRunning(tasks)
		used := w.used() - before
		w.must(w.Close())
		return float64(used)
	}
	for b.Loop() {
		without := cost(0)
		b.ReportMetric(cost(100)/without, "ratio≤1.5")
	}
}

// BenchmarkGoalLossOfAnEngine is what the loss of an engine takes that has 100 tasks, until ten services run as many on nine others: CPU
// time. It is divided by what it takes that as many tasks of theirs are stopped one after the other; and the same beside 90 engines
// with 9,000 tasks of other services is divided by it, whose usage is sampled meanwhile.
func BenchmarkGoalLossOfAnEngine(b *testing.B) {
	const each, losses = 100, 5
	of := func(others int) (loss, stops float64) {
		places := strings.ReplaceAll(engines(10), "sim", "sim:16:64GiB:amd64")
		for i := range others {
			places += fmt.Sprintf(",arm%d=sim:16:64GiB:arm64", i+1)
		}
		w := start(b, emulator.Options{Engine: places, Speed: emulator.Still})
		w.register("web")
		w.tenServices("web", each)
		if others > 0 {
			w.register("web", func(in *ecs.RegisterTaskDefinitionInput) {
				in.RuntimePlatform = &types.RuntimePlatform{CpuArchitecture: types.CPUArchitectureArm64}
			})
			w.tenServices("arm", others*each/10)
		}
		running := (10 + others) * each
		w.replaced(running, func() {})
		for i := range losses {
			loss += w.replaced(running, func() {
				_, err := w.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, Engine: fmt.Sprint("e", i+1), For: 8 * time.Minute})
				w.must(err)
			})
			stops += w.replaced(running, func() { w.stop("web-0", each) })
		}
		w.must(w.Close())
		return loss, stops
	}
	for b.Loop() {
		alone, stops := of(0)
		beside, _ := of(90)
		b.ReportMetric(alone/stops, "ratio≤1")
		b.ReportMetric(beside/alone, "beside-others≤2")
	}
}

// tenServices makes services of the definition web with so many tasks each.
func (w *world) tenServices(name string, tasks int) {
	w.Helper()
	for i := range 10 {
		w.createService(fmt.Sprint(name, "-", i), tasks)
	}
}

// replaced is the CPU time in which something is done and so many tasks run afterwards, in ten minutes of the clock.
func (w *world) replaced(running int, do func()) float64 {
	w.Helper()
	before := w.used()
	do()
	w.must(w.Clock().Advance(9 * time.Minute))
	w.awaitRunning(running)
	return float64(w.used() - before)
}

// stop stops so many tasks of a service.
func (w *world) stop(service string, n int) {
	w.Helper()
	var list struct{ TaskArns []string }
	w.must(json.Unmarshal(w.post("AmazonEC2ContainerServiceV20141113.ListTasks", fmt.Sprintf(`{"serviceName":%q,"maxResults":%d}`, service, n)), &list))
	for _, arn := range list.TaskArns {
		w.post("AmazonEC2ContainerServiceV20141113.StopTask", fmt.Sprintf(`{"task":%q}`, arn))
	}
}
