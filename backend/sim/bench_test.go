package sim_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

const tasks = 10_000

// BenchmarkTasks creates and starts 10,000 sandboxes with a container each, as
// the emulator labels them, and waits for the last of their events.
func BenchmarkTasks(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		startTasks(b, sim.New(sim.Options{Images: []string{"web"}}), tasks)
	}
}

// BenchmarkTaskMemory reports the heap that a running task of one container takes.
func BenchmarkTaskMemory(b *testing.B) {
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		e := sim.New(sim.Options{Images: []string{"web"}})
		startTasks(b, e, tasks)
		b.ReportMetric(float64(heap()-before)/tasks, "heap-B/task")
		runtime.KeepAlive(e)
	}
}

func BenchmarkList(b *testing.B) {
	e := sim.New(sim.Options{Images: []string{"web"}})
	startTasks(b, e, tasks)
	b.ReportAllocs()
	for b.Loop() {
		list, err := e.List(b.Context(), map[string]string{"com.amazonaws.ecs.cluster": "default"})
		if err != nil || len(list) != 2*tasks {
			b.Fatalf("%d containers, %v", len(list), err)
		}
	}
}

// startTasks runs n tasks of one container each, and waits for the last of their events.
func startTasks(b *testing.B, e *sim.Engine, n int) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	watching, done := make(chan struct{}), make(chan struct{})
	started := 0
	go e.Watch(ctx, nil, func(event backend.Event) {
		switch event.Kind {
		case backend.Resync:
			close(watching)
		case backend.ContainerStarted:
			if started++; started == 2*n {
				close(done)
			}
		}
	})
	<-watching
	if _, err := e.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	for i := range n {
		labels := map[string]string{
			"com.amazonaws.ecs.cluster":                 "default",
			"com.amazonaws.ecs.container-name":          "web",
			"com.amazonaws.ecs.task-arn":                fmt.Sprint("arn:aws:ecs:us-east-1:000000000000:task/default/", i),
			"com.amazonaws.ecs.task-definition-family":  "web",
			"com.amazonaws.ecs.task-definition-version": "1",
		}
		sandbox, err := e.CreateSandbox(ctx, backend.SandboxSpec{
			Name: fmt.Sprint("pause-", i), Network: "vpc", Labels: map[string]string{"host": "fargate"}})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Start(ctx, sandbox.ID); err != nil {
			b.Fatal(err)
		}
		id, err := e.Create(ctx, backend.ContainerSpec{Name: fmt.Sprint("web-", i), Image: "web", Sandbox: sandbox.ID, Labels: labels})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Start(ctx, id); err != nil {
			b.Fatal(err)
		}
	}
	<-done
}

// BenchmarkSandbox makes, starts and removes a sandbox on one of several engines that share VPCs, beside 10,000
// tasks on all of them together.
func BenchmarkSandbox(b *testing.B) {
	for _, engines := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(engines), func(b *testing.B) {
			all := sharing(b, engines)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				e := all[i%engines]
				sandbox, err := e.CreateSandbox(b.Context(), backend.SandboxSpec{Network: "vpc", Domain: "ec2.internal"})
				if err == nil {
					err = e.Start(b.Context(), sandbox.ID)
				}
				if err == nil {
					err = e.Remove(b.Context(), sandbox.ID)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// sharing are engines with the same VPCs and 10,000 tasks.
func sharing(b *testing.B, engines int) []*sim.Engine {
	all, vpcs := make([]*sim.Engine, engines), sim.NewVPCs()
	for i := range all {
		all[i] = sim.New(sim.Options{Images: []string{"web"}, VPCs: vpcs})
		startTasks(b, all[i], tasks/engines)
	}
	return all
}
