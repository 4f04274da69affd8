package bench_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// BenchmarkGoalResourceCreated and the two after it are what is done to one resource of a stack of 500 costs, beside one of 50: CPU
// time, with the client's. As many resources are made of each.
func BenchmarkGoalResourceCreated(b *testing.B) {
	besideSmall(b, func(w *stackWorld, name string, resources int) func() {
		return func() { w.create(name, templateOf(resources, "7")) }
	})
}

func BenchmarkGoalResourceChanged(b *testing.B) {
	besideSmall(b, func(w *stackWorld, name string, resources int) func() {
		w.create(name, templateOf(resources, "7"))
		return func() { w.update(name, templateOf(resources, "14")) }
	})
}

func BenchmarkGoalResourceDeleted(b *testing.B) {
	besideSmall(b, func(w *stackWorld, name string, resources int) func() {
		w.create(name, templateOf(resources, "7"))
		return func() { w.remove(name) }
	})
}

// besideSmall measures an operation on a stack of 500 resources beside the same on ten stacks of 50, by turns.
func besideSmall(b *testing.B, prepare func(w *stackWorld, name string, resources int) (operate func())) {
	const large, small, rounds = 500, 50, 9
	measure := func(resources int) time.Duration {
		w := startStacks(b)
		var operations []func()
		for n := range large / resources {
			operations = append(operations, prepare(w, fmt.Sprint("shop-", n), resources))
		}
		runtime.GC()
		before := w.used()
		for _, operate := range operations {
			operate()
		}
		used := w.used() - before
		w.must(w.Close())
		return used
	}
	for b.Loop() {
		measure(large) // warms up
		measure(small)
		var ratios []float64
		var each []time.Duration
		for range rounds {
			each = append(each, measure(large)/large)
			ratios = append(ratios, float64(each[len(each)-1])/float64(measure(small)/large))
		}
		b.ReportMetric(medianOf(ratios), "ratio≤1.3")
		b.ReportMetric(1000*percentile(each, 50), "µs-each")
	}
}

// BenchmarkGoalStacksAtRest is what 200 stacks cost at rest that have ten resources each, less what an emulator without any costs.
func BenchmarkGoalStacksAtRest(b *testing.B) {
	for b.Loop() {
		none := startStacks(b)
		base := none.atRest()
		none.must(none.Close())
		w := startStacks(b)
		w.createMany(200, templateOf(10, "7"))
		b.ReportMetric(max(0, w.atRest()-base), "%cpu≤0.1")
	}
}
